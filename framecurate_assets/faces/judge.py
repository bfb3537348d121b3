"""The policy: which measured faces are candidates, and every reason why the others are not."""

from __future__ import annotations

import polars as pl

from framecurate_assets.faces.crops import padding_shares
from framecurate_assets.faces.overlap import other_face_shares
from framecurate_assets.lake.tables import FACE_VERDICTS
from framecurate_assets.policy import CandidatePolicy

BOX = ("x1", "y1", "x2", "y2")

SHORTFALLS = {">": "not over", ">=": "under", "<": "not under", "<=": "over"}
"""What a value is to a threshold when the comparison does not hold."""


def judge(faces: pl.DataFrame, policy: CandidatePolicy) -> pl.DataFrame:
    """One verdict a face, in the order of the faces. No model is run.

    What was not measured, or is not a number, is refused for that: nothing passes by default.

    Args:
        faces: the columns of detected_faces, and `width` and `height` of each face's frame. All faces of a video
            are judged together: only the best of it are kept, and one face of a frame may be in the crop of another.
        policy: the thresholds.

    Returns:
        The columns of face_verdicts. A reason begins with a word for its kind and has the value and the threshold
        that it missed: "yaw 41.2 is not under 30". A face without reasons is a candidate.
    """
    reasons = [
        _missed("size", pl.col("face_px"), ">=", policy.min_face_px),
        _missed("confidence", pl.col("det_score"), ">", policy.min_confidence),
        _missed("yaw", pl.col("yaw").abs(), "<", policy.max_yaw),
        _missed("pitch", pl.col("pitch").abs(), "<", policy.max_pitch),
        _missed("roll", pl.col("roll").abs(), "<", policy.max_roll),
        _missed("sharpness", pl.col("sharpness"), ">", policy.min_sharpness),
        _missed("frontality", pl.col("frontality"), ">=", policy.min_frontality),
        _missed("overlap", pl.col("other_face_share"), "<=", policy.max_other_face_share),
        _missed("padding", pl.col("padding_share"), "<=", policy.max_padding),
        _unmeasured("composite", pl.col("composite")),
        _cut_off(),
        _not_described(),
    ]
    boxes = faces.select(pl.col(BOX).cast(pl.Float32)).to_numpy()
    frame_sizes = faces.select(pl.col("width", "height").cast(pl.Float32)).to_numpy()
    shares = pl.Series("other_face_share", other_face_shares(boxes, faces["frame_id"]))
    paddings = pl.Series("padding_share", padding_shares(boxes, frame_sizes[:, 0], frame_sizes[:, 1]))
    judged = faces.with_columns(shares, paddings).with_columns(reasons=pl.concat_list(reasons).list.drop_nulls())
    return _with_surplus_refused(judged, policy.max_per_video).select(FACE_VERDICTS.schema.keys())


def _missed(name: str, value: pl.Expr, comparison: str, threshold: float) -> pl.Expr:
    """The reason if `value comparison threshold` does not hold, else null."""
    # Values are stored with 32 bits: a score stored as 0.6 has to equal a threshold of 0.6.
    limit = pl.lit(threshold, dtype=pl.Float32)
    value = value.cast(pl.Float32)
    holds = {">": value > limit, ">=": value >= limit, "<": value < limit, "<=": value <= limit}[comparison]
    shown = value.cast(pl.Float64).round_sig_figs(4)
    reason = pl.format(f"{name} {{}} is {SHORTFALLS[comparison]} {threshold:g}", shown)
    return pl.coalesce(_unmeasured(name, value), pl.when(~holds).then(reason))


def _unmeasured(name: str, value: pl.Expr) -> pl.Expr:
    """The reason if the value is null, NaN or infinite, else null."""
    return pl.when(~_is_number(value)).then(pl.lit(f"{name} was not measured"))


def _is_number(value: pl.Expr) -> pl.Expr:
    return value.is_finite().fill_null(value=False)


def _cut_off() -> pl.Expr:
    """The reason if the box touches an edge of the frame: there is more of the face beyond it."""
    x1, y1, x2, y2 = (pl.col(name) for name in BOX)
    width, height = pl.col("width").cast(pl.Float32), pl.col("height").cast(pl.Float32)
    known = pl.all_horizontal(_is_number(number) for number in (x1, y1, x2, y2, width, height))
    touches = (x1 <= 0) | (y1 <= 0) | (x2 >= width) | (y2 >= height)
    return (
        pl.when(~known)
        .then(pl.lit("cut: where the box lies in the frame was not measured"))
        .when(touches)
        .then(pl.lit("cut by the frame's edge"))
    )


def _not_described() -> pl.Expr:
    """The reason if there is no descriptor, or one that holds something else than numbers, else null."""
    embedding = pl.col("embedding")
    described = (embedding.list.len() > 0) & embedding.list.eval(_is_number(pl.element())).list.all()
    return pl.when(~described.fill_null(value=False)).then(pl.lit("embedding was not measured"))


def _with_surplus_refused(judged: pl.DataFrame, most: int) -> pl.DataFrame:
    """Refuses the faces beyond the best `most` of their video, counting only those that nothing else refuses."""
    ranks = (
        judged.filter(pl.col("reasons").list.len() == 0)
        .sort("video_id", "composite", "face_id", descending=[False, True, False])
        .select("face_id", rank=pl.int_range(1, pl.len() + 1).over("video_id"))
    )
    surplus = pl.format(f"rank {{}} of the video by composite is over {most}", "rank")
    return judged.join(ranks, on="face_id", how="left", maintain_order="left").with_columns(
        reasons=pl.when(pl.col("rank") > most).then(pl.concat_list(surplus)).otherwise("reasons")
    )
