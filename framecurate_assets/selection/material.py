"""What a selection is made of: who may be chosen, as a table and as arrays, and what else is known of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from framecurate_assets.policy import Policy
from framecurate_assets.selection.cliques import cliques
from framecurate_assets.selection.metadata import PROVENANCE
from framecurate_assets.selection.plan import Plan
from framecurate_assets.selection.pool import SEQUENCE_WEIGHT, Ints, Pool, Rules, Sequences
from framecurate_assets.selection.splits import linked_videos
from framecurate_assets.selection.trust import distrusted

NEEDED = (
    "face_id", "frame_id", "video_id", "pts_s", "shot", "yaw", "pitch", "composite", "path", "bytes",
    "person_id", "source", "engine", "phash", "sha256", "brightness",
)  # fmt: skip
"""Columns that must hold a value in every row."""

GIVEN_LATER = ("file_name", "person_name", "split", "kind", "rank")
"""Columns of `metadata.parquet` that selection itself decides."""


@dataclass(frozen=True)
class Material:
    """What `select` was given, in the order of people, videos and time."""

    faces: pl.DataFrame
    distrusted: pl.DataFrame
    """SELECTION_VERDICTS of the faces that may not be chosen."""
    pool_faces: pl.DataFrame
    """The others."""
    pool: Pool
    rules: Rules
    groups: Ints
    """`cliques.cliques` of the pool."""
    sequence_rows: pl.DataFrame
    """The rows of the sequences that may be taken, by person and position; `number` is the place in `sequences`."""
    sequences: Sequences
    links: pl.DataFrame
    """`linked_videos`."""
    names: pl.DataFrame

    def pictures(self, plan: Plan) -> pl.DataFrame:
        """One row for each picture of a plan, sorted by person, kind and rank: the columns of `metadata.parquet` but
        split, and path.
        """
        columns = [name for name in PROVENANCE if name not in GIVEN_LATER]
        best = self.pool_faces[plan.choosing.chosen].with_columns(
            kind=pl.lit("high_quality"),
            rank=pl.col("composite").rank("ordinal", descending=True).over("person_id").cast(pl.Int32),
        )
        taken = pl.Series(np.flatnonzero(plan.sequences), dtype=pl.Int64)
        sequences = self.sequence_rows.filter(pl.col("number").is_in(taken.implode())).with_columns(
            kind=pl.lit("temporal_sequence"), rank=pl.col("position").cast(pl.Int32)
        )
        both = [rows.select(*columns, "path", "kind", "rank") for rows in (best, sequences)]
        return (
            pl.concat(both)
            .join(self.names.select("person_id", person_name="name"), on="person_id", how="left")
            .with_columns(file_name=_file_name())
            .sort(pl.col("person_id").str.len_chars(), "person_id", "kind", "rank")
        )


def material(
    faces: pl.DataFrame,
    policy: Policy,
    threshold: float,
    sequences: pl.DataFrame | None,
    names: pl.DataFrame | None,
    only: frozenset[str] | None,
) -> Material:
    """What `select` is given, checked, sorted, and judged face by face.

    Raises:
        ValueError: a face is there twice, or lacks a value that selection depends on.
    """
    faces = faces.sort(pl.col("person_id").str.len_chars(), "person_id", "video_id", "pts_s", "face_id")
    check(faces)
    refused = distrusted(faces, policy, threshold, only)
    pool_faces = faces.join(refused, on="face_id", how="anti", maintain_order="left")
    rows = _sequence_rows(pool_faces, faces, sequences)
    pool, rules = Pool.of(pool_faces), Rules.of(policy.selection, threshold)
    return Material(
        faces=faces,
        distrusted=refused,
        pool_faces=pool_faces,
        pool=pool,
        rules=rules,
        groups=cliques(pool, rules),
        sequence_rows=rows.with_columns(number=pl.col("person_id").rle_id().cast(pl.Int64)),
        sequences=_sequences(rows, pool_faces),
        links=linked_videos(faces, policy.selection.min_hash_distance),
        names=pl.DataFrame(schema={"person_id": pl.String, "name": pl.String}) if names is None else names,
    )


def check(faces: pl.DataFrame) -> None:
    """No default stands in for a measurement that is missing.

    Raises:
        ValueError: a face is there twice, or lacks a value that selection depends on.
    """
    twice = faces.filter(pl.col("face_id").is_duplicated())
    if not twice.is_empty():
        raise ValueError(f"{twice['face_id'][0]} is there twice")
    for name in NEEDED:
        column = faces[name]
        bad = column.is_null() | ~column.is_finite() if column.dtype.is_float() else column.is_null()
        if bad.any():
            raise ValueError(f"{name} of {faces.filter(bad)['face_id'][0]} is {faces.filter(bad)[name][0]}")


def _sequence_rows(pool_faces: pl.DataFrame, faces: pl.DataFrame, sequences: pl.DataFrame | None) -> pl.DataFrame:
    """The rows of people who are in the pool, with what `metadata.parquet` tells of a face; sorted as the pool is."""
    none = faces.clear().select(
        pl.exclude("similarity", "is_core", "track_id"),
        position=pl.lit(None, pl.Int32()),
        anchor_face_id=pl.lit(None, pl.String()),
    )
    rows = none if sequences is None else sequences
    check(rows)
    anchors = faces.select(anchor_face_id="face_id", track_id="track_id")
    return (
        rows.join(pool_faces.select("person_id").unique(), on="person_id", how="semi")
        .join(anchors, on="anchor_face_id", how="left")
        .with_columns(similarity=pl.lit(None, pl.Float32()), is_core=pl.lit(None, pl.Boolean()))
        .sort(pl.col("person_id").str.len_chars(), "person_id", "position")
    )


def _sequences(rows: pl.DataFrame, pool_faces: pl.DataFrame) -> Sequences:
    numbered = pool_faces.select("person_id", person=pl.col("person_id").rle_id().cast(pl.Int64)).unique()
    portions = (
        rows.group_by("person_id", maintain_order=True)
        .agg(pl.col("bytes").sum(), pl.col("composite").cast(pl.Float64).mean())
        .join(numbered, on="person_id", how="left", maintain_order="left")
    )
    return Sequences(
        person=portions["person"].to_numpy().astype(np.int64),
        size=portions["bytes"].to_numpy().astype(np.int64),
        gain=SEQUENCE_WEIGHT * np.sqrt(np.maximum(portions["composite"].to_numpy(), 0)),
    )


def _file_name() -> pl.Expr:
    """`person_0001/high_quality/01_<video_id>_<pts_ms>.jpg`."""
    milliseconds = (pl.col("pts_s") * 1000).round().cast(pl.Int64)
    rank = pl.col("rank").cast(pl.String).str.zfill(2)
    return pl.format("{}/{}/{}_{}_{}.jpg", "person_id", "kind", rank, "video_id", milliseconds)
