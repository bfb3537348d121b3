"""From people to the pictures of them that are kept, within an exact number of bytes."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.tables import PERSON_SELECTIONS
from framecurate_assets.policy import Policy, SelectionPolicy
from framecurate_assets.selection.budget import Portion, spend
from framecurate_assets.selection.card import dataset_card
from framecurate_assets.selection.high_quality import choose_high_quality
from framecurate_assets.selection.metadata import identity_map, provenance_parquet, quality_scores, selection_results
from framecurate_assets.selection.temporal import choose_temporal

LEFT_OUT = {
    "face_id": pl.String(),
    "person_id": pl.String(),
    "kind": pl.String(),
    "reason": pl.String(),
    "rival": pl.String(),
}
"""Columns of what was left out. reason: `near_duplicate` or `too_close_in_time` (of the chosen face `rival`),
`enough_pictures` (others gained more), `too_few_faces` (the person has fewer than the policy asks for),
`no_sequence` (no window of samples is long enough), `budget` (it was chosen, and did not fit)."""

NEEDED = (
    "face_id", "frame_id", "video_id", "pts_s", "shot", "yaw", "pitch", "composite", "path", "bytes",
    "person_id", "track_id", "source", "engine", "phash", "sha256",
)  # fmt: skip
"""Columns that must hold a value in every row."""


@dataclass(frozen=True)
class Selection:
    """What goes into the dataset folder, and what does not."""

    pictures: pl.DataFrame
    """One row a picture, sorted by person, kind and rank: the columns of the faces, and kind, rank and file_name
    (its place in the dataset folder). A face that is chosen for both kinds has two rows."""

    metadata: dict[str, bytes]
    """The other files of the folder by their place in it: JSON, Parquet and the dataset card."""

    left_out: pl.DataFrame
    """`LEFT_OUT`: for each kind every face that was not chosen for it, once, with the reason."""

    @property
    def rows(self) -> pl.DataFrame:
        """PERSON_SELECTIONS; `path` is relative to the dataset folder."""
        return PERSON_SELECTIONS.conform(self.pictures.with_columns(path="file_name", score="composite"))

    @property
    def size(self) -> int:
        """Bytes of the whole folder: pictures and metadata."""
        return int(self.pictures["bytes"].sum()) + sum(map(len, self.metadata.values()))


def select(faces: pl.DataFrame, policy: Policy, weights_licence: str) -> Selection:
    """Choose the pictures of every person. The order of the rows makes no difference.

    All files of the folder together, metadata included, never exceed `policy.budget.dataset_bytes`.

    Args:
        faces: the columns of FACE_CANDIDATES and IDENTITY_CLUSTERS, of their videos source, label, licence and uploader
            (the last three may be null), of those of image sets picture, and of each crop phash (UInt64) and sha256
            (hexadecimal).
        policy: the policy; the dataset card shows all of it.
        weights_licence: licence of the engine's weights, for the dataset card.

    Raises:
        FramecurateError: not even the metadata of an empty dataset fits into the budget.
        ValueError: a face is there twice, or lacks a value that selection depends on.
    """
    faces = faces.sort(pl.col("person_id").str.len_chars(), "person_id", "video_id", "pts_s", "face_id")
    _check(faces)
    wanted, refused = _wanted(faces, policy.selection, policy.identity.min_faces)
    limit = policy.budget.dataset_bytes
    for_pictures = limit
    while True:
        selection = _afford(faces, wanted, refused, for_pictures, policy, weights_licence)
        excess = selection.size - limit
        if excess <= 0:
            return selection
        if selection.pictures.is_empty():
            raise FramecurateError(
                f"The dataset budget of {limit} bytes is smaller than the metadata of an empty dataset "
                f"({selection.size} bytes)",
                "Raise budget.dataset_bytes in the policy",
            )
        # The metadata does not fit beside these pictures. With fewer pictures it gets smaller too, so this ends.
        for_pictures = int(selection.pictures["bytes"].sum()) - excess


def _check(faces: pl.DataFrame) -> None:
    """No default stands in for a measurement that is missing."""
    twice = faces.filter(pl.col("face_id").is_duplicated())
    if not twice.is_empty():
        raise ValueError(f"{twice['face_id'][0]} is there twice")
    for name in NEEDED:
        column = faces[name]
        bad = column.is_null() | ~column.is_finite() if column.dtype.is_float() else column.is_null()
        if bad.any():
            raise ValueError(f"{name} of {faces.filter(bad)['face_id'][0]} is {faces.filter(bad)[name][0]}")


def _wanted(faces: pl.DataFrame, policy: SelectionPolicy, min_faces: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All faces that would be chosen if bytes did not count, with kind and rank, and all others (`LEFT_OUT`)."""
    wishes: list[tuple[str, str, int]] = []
    refused: list[tuple[str, str, str, str, str | None]] = []
    for person in faces.partition_by("person_id", maintain_order=True):
        person_id, ids = person["person_id"][0], person["face_id"].to_list()
        composites = person["composite"].to_list()
        if person.height < min_faces:
            for kind in ("high_quality", "temporal_sequence"):
                refused += [(face_id, person_id, kind, "too_few_faces", None) for face_id in ids]
            continue
        best = choose_high_quality(person, policy)
        best_first = sorted(best.chosen, key=lambda row: -composites[row])
        wishes += [(ids[row], "high_quality", rank) for rank, row in enumerate(best_first, start=1)]
        for row, (reason, rival) in best.refused.items():
            refused.append((ids[row], person_id, "high_quality", reason, None if rival is None else ids[rival]))
        sequence = choose_temporal(person, policy)
        wishes += [(ids[row], "temporal_sequence", rank) for rank, row in enumerate(sequence, start=1)]
        why = "enough_pictures" if sequence else "no_sequence"
        others = [face_id for row, face_id in enumerate(ids) if row not in sequence]
        refused += [(face_id, person_id, "temporal_sequence", why, None) for face_id in others]
    schema = {"face_id": pl.String(), "kind": pl.String(), "rank": pl.Int32()}
    wanted = pl.DataFrame(wishes, schema, orient="row").join(faces, on="face_id", maintain_order="left")
    return wanted, pl.DataFrame(refused, LEFT_OUT, orient="row")


def _afford(
    faces: pl.DataFrame,
    wanted: pl.DataFrame,
    refused: pl.DataFrame,
    for_pictures: int,
    policy: Policy,
    weights_licence: str,
) -> Selection:
    """The selection whose pictures take at most `for_pictures` bytes."""
    wanted = wanted.with_columns(
        # A sequence is taken as a whole: one portion for all its pictures.
        portion=pl.when(pl.col("kind") == "high_quality").then("rank").otherwise(1)
    )
    portions = wanted.group_by("person_id", "kind", "portion", maintain_order=True).agg(pl.col("bytes").sum())
    taken = spend([Portion(*row) for row in portions.rows()], for_pictures)
    chosen = portions.with_columns(taken=pl.Series(taken, dtype=pl.Boolean)).drop("bytes")
    wanted = wanted.join(chosen, on=["person_id", "kind", "portion"], maintain_order="left").drop("portion")
    pictures = (
        wanted.filter("taken")
        .drop("taken")
        .with_columns(file_name=_file_name())
        .sort(pl.col("person_id").str.len_chars(), "person_id", "kind", "rank")
    )
    unaffordable = wanted.filter(~pl.col("taken")).select(
        "face_id", "person_id", "kind", reason=pl.lit("budget"), rival=pl.lit(None, pl.String())
    )
    left_out = pl.concat([refused, unaffordable]).sort(
        pl.col("person_id").str.len_chars(), "person_id", "kind", "face_id"
    )
    metadata = {
        "README.md": dataset_card(pictures, faces.height, policy, weights_licence),
        "metadata.parquet": provenance_parquet(pictures),
        "metadata/identity_map.json": identity_map(pictures, faces),
        "metadata/quality_scores.json": quality_scores(pictures),
        "metadata/selection_results.json": selection_results(pictures, left_out),
    }
    return Selection(pictures, metadata, left_out)


def _file_name() -> pl.Expr:
    """`person_0001/high_quality/01_<video_id>_<pts_ms>.jpg`."""
    milliseconds = (pl.col("pts_s") * 1000).round().cast(pl.Int64)
    rank = pl.col("rank").cast(pl.String).str.zfill(2)
    return pl.format("{}/{}/{}_{}_{}.jpg", "person_id", "kind", rank, "video_id", milliseconds)
