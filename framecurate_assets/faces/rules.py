"""The rules of the candidate policy: which measured value of a face is held against which threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from framecurate_assets.faces.crops import padding_shares
from framecurate_assets.faces.overlap import other_face_shares
from framecurate_assets.policy import CandidatePolicy

Comparison = Literal[">", ">=", "<", "<="]

BOX = ("x1", "y1", "x2", "y2")

KEPT = {">": "over", ">=": "not under", "<": "under", "<=": "not over"}
"""What a value is to a threshold when the comparison holds."""

MISSED = {">": "not over", ">=": "under", "<": "not under", "<=": "over"}
"""What a value is to a threshold when the comparison does not hold."""


@dataclass(frozen=True)
class Rule:
    """A value of a face that has to keep to a threshold."""

    name: str
    """The word with which a reason begins."""

    measured: pl.Expr
    """The value, over columns of detected_faces and those that `with_shares` adds; 32 bits."""

    comparison: Comparison
    threshold: float

    @property
    def holds(self) -> pl.Expr:
        """Whether the value keeps to the threshold; null where there is no value."""
        # Values are stored with 32 bits: a score stored as 0.6 has to equal a threshold of 0.6.
        limit = pl.lit(self.threshold, dtype=pl.Float32)
        value = self.measured
        return {">": value > limit, ">=": value >= limit, "<": value < limit, "<=": value <= limit}[self.comparison]


def threshold_rules(policy: CandidatePolicy) -> tuple[Rule, ...]:
    """Every rule that holds a value against a threshold, in the order in which reasons are given."""
    return (
        _rule("size", pl.col("face_px"), ">=", policy.min_face_px),
        _rule("confidence", pl.col("det_score"), ">", policy.min_confidence),
        _rule("yaw", pl.col("yaw").abs(), "<", policy.max_yaw),
        _rule("pitch", pl.col("pitch").abs(), "<", policy.max_pitch),
        _rule("roll", pl.col("roll").abs(), "<", policy.max_roll),
        _rule("sharpness", pl.col("sharpness"), ">", policy.min_sharpness),
        _rule("frontality", pl.col("frontality"), ">=", policy.min_frontality),
        _rule("overlap", pl.col("other_face_share"), "<=", policy.max_other_face_share),
        _rule("padding", pl.col("padding_share"), "<=", policy.max_padding),
    )


def with_shares(faces: pl.DataFrame) -> pl.DataFrame:
    """The faces with two more values that rules ask for: `other_face_share` and `padding_share`, 0..1.

    Args:
        faces: the columns of detected_faces, and `width` and `height` of each face's frame; all faces of a frame.
    """
    boxes = faces.select(pl.col(BOX).cast(pl.Float32)).to_numpy()
    frame_sizes = faces.select(pl.col("width", "height").cast(pl.Float32)).to_numpy()
    return faces.with_columns(
        pl.Series("other_face_share", other_face_shares(boxes, faces["frame_id"])),
        pl.Series("padding_share", padding_shares(boxes, frame_sizes[:, 0], frame_sizes[:, 1])),
    )


def is_number(value: pl.Expr) -> pl.Expr:
    """Whether a value was measured: it is not null, NaN or infinite."""
    return value.is_finite().fill_null(value=False)


def _rule(name: str, value: pl.Expr, comparison: Comparison, threshold: float) -> Rule:
    return Rule(name, value.cast(pl.Float32), comparison, threshold)
