"""What of each person is there and what is missing: poses and expressions."""

from __future__ import annotations

import polars as pl

from framecurate_assets.faces.emotion import EMOTIONS
from framecurate_assets.lake.tables import SELECTION_COVERAGE
from framecurate_assets.selection.kinds import pose

POSES = ("front", "left", "right", "up", "down")


def coverage(faces: pl.DataFrame, pictures: pl.DataFrame) -> pl.DataFrame:
    """SELECTION_COVERAGE: for everyone with a folder a row for each pose and expression, also for what is missing.

    Args:
        faces: all faces of the people: columns face_id, person_id, yaw, pitch, emotion.
        pictures: what was chosen: columns face_id, person_id, kind.
    """
    best = pictures.filter(pl.col("kind") == "high_quality").select("face_id", chosen=pl.lit(1, pl.Int64))
    people = pictures.select(pl.col("person_id").unique(maintain_order=True))
    every = people.join(pl.DataFrame({"pose": POSES}), how="cross").join(
        pl.DataFrame({"expression": EMOTIONS}), how="cross"
    )
    counts = (
        faces.join(best, on="face_id", how="left")
        .group_by("person_id", pose=pose(), expression=pl.col("emotion"))
        .agg(candidates=pl.len().cast(pl.Int64), chosen=pl.col("chosen").sum())
    )
    found = every.join(counts, on=["person_id", "pose", "expression"], how="left", maintain_order="left")
    return SELECTION_COVERAGE.conform(found.with_columns(pl.col("candidates", "chosen").fill_null(0)))


def of_everybody(rows: pl.DataFrame) -> pl.DataFrame:
    """The same over all people: columns pose, expression, candidates, chosen (pictures), people (with a chosen one)."""
    return rows.group_by("pose", "expression", maintain_order=True).agg(
        pl.col("candidates", "chosen").sum(), people=(pl.col("chosen") > 0).sum().cast(pl.Int64)
    )
