"""The policy: which measured faces are candidates, and every reason why the others are not."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from framecurate_assets.faces.rules import BOX, MISSED, Rule, is_number, threshold_rules, with_shares
from framecurate_assets.lake.tables import FACE_VERDICTS
from framecurate_assets.policy import CandidatePolicy


def judge(faces: pl.DataFrame, policy: CandidatePolicy, unlimited: Collection[str] = ()) -> pl.DataFrame:
    """One verdict a face, in the order of the faces. No model is run.

    A thousand videos at once cost a twentieth of what they cost one by one, and each gets the same verdicts.

    What was not measured, or is not a number, is refused for that: nothing passes by default.

    Args:
        faces: the columns of detected_faces, and `width` and `height` of each face's frame. All faces of a video
            are judged together: only the best of it are kept, and one face of a frame may be in the crop of another.
        policy: the thresholds.
        unlimited: videos of which `max_per_video` refuses nothing.

    Returns:
        The columns of face_verdicts. A reason begins with a word for its kind and has the value and the threshold
        that it missed: "yaw 41.2 is not under 30". A face without reasons is a candidate.
    """
    reasons = [
        *(_missed(rule) for rule in threshold_rules(policy)),
        _unmeasured("composite", pl.col("composite")),
        _cut_off(),
        _not_described(),
    ]
    judged = with_shares(faces).with_columns(reasons=pl.concat_list(reasons).list.drop_nulls())
    return _with_surplus_refused(judged, policy.max_per_video, unlimited).select(FACE_VERDICTS.schema.keys())


def _missed(rule: Rule) -> pl.Expr:
    """The reason if the value does not keep to the threshold, else null."""
    shown = rule.measured.cast(pl.Float64).round_sig_figs(4)
    reason = pl.format(f"{rule.name} {{}} is {MISSED[rule.comparison]} {rule.threshold:g}", shown)
    return pl.coalesce(_unmeasured(rule.name, rule.measured), pl.when(~rule.holds).then(reason))


def _unmeasured(name: str, value: pl.Expr) -> pl.Expr:
    """The reason if the value is null, NaN or infinite, else null."""
    return pl.when(~is_number(value)).then(pl.lit(f"{name} was not measured"))


def _cut_off() -> pl.Expr:
    """The reason if the box touches an edge of the frame: there is more of the face beyond it."""
    x1, y1, x2, y2 = (pl.col(name) for name in BOX)
    width, height = pl.col("width").cast(pl.Float32), pl.col("height").cast(pl.Float32)
    known = pl.all_horizontal(is_number(number) for number in (x1, y1, x2, y2, width, height))
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
    described = (embedding.list.len() > 0) & embedding.list.eval(is_number(pl.element())).list.all()
    return pl.when(~described.fill_null(value=False)).then(pl.lit("embedding was not measured"))


def _with_surplus_refused(judged: pl.DataFrame, most: int, unlimited: Collection[str]) -> pl.DataFrame:
    """Refuses the faces beyond the best `most` of their video, counting only those that nothing else refuses."""
    ranks = (
        judged.filter((pl.col("reasons").list.len() == 0) & ~pl.col("video_id").is_in(list(unlimited)))
        .sort("video_id", "composite", "face_id", descending=[False, True, False])
        .select("face_id", rank=pl.int_range(1, pl.len() + 1).over("video_id"))
    )
    surplus = pl.format(f"rank {{}} of the video by composite is over {most}", "rank")
    return judged.join(ranks, on="face_id", how="left", maintain_order="left").with_columns(
        reasons=pl.when(pl.col("rank") > most).then(pl.concat_list(surplus)).otherwise("reasons")
    )
