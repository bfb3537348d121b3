"""The moments around which a person's sequence is looked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.sequences.settle import Try

MOST_ANCHORS = 4
"""Moments that are tried for one person; who cannot be followed around four of the best hardly can around others."""

BOX = ("x1", "y1", "x2", "y2")
"""Columns of a face's box."""


@dataclass(frozen=True)
class Anchor:
    """A face candidate that is surely the person's."""

    face_id: str
    video_id: str
    pts_s: float
    shot: int

    box: FloatArray
    """x1, y1, x2, y2 in pixels of the frame."""

    descriptor: FloatArray
    """As the engine emits it."""


def in_order(trusted: pl.DataFrame) -> pl.DataFrame:
    """The faces that a sequence may be built around, person by person, in the order in which they are tried.

    The best composite comes first, and one face of each track before the second of any.

    Args:
        trusted: columns person_id, track_id, composite and face_id: faces that are surely the person's.

    Returns:
        The same columns; persons in the order of their ids as texts.
    """
    return (
        trusted.sort("composite", "face_id", descending=[True, False])
        .with_columns(turn=pl.int_range(pl.len()).over("person_id", "track_id"))
        .sort("person_id", "turn", "composite", "face_id", descending=[False, False, True, False])
        .drop("turn")
    )


def few_of_each(ordered: pl.DataFrame, video_ids: Collection[str], tries: Mapping[str, Try]) -> pl.DataFrame:
    """Those that are worth a try: the first few whose video can be looked into, and last all with a known sequence.

    Args:
        ordered: columns person_id, face_id and video_id, as `in_order` returns them.
        video_ids: videos that can be looked into.
        tries: what is known, by face id: that can be told again without the video.
    """
    with_sequence = [face_id for face_id, known in tries.items() if known.rows is not None]
    is_open_or_known = pl.col("video_id").is_in(list(video_ids)) | pl.col("face_id").is_in(list(tries))
    is_among_first = pl.int_range(pl.len()).over("person_id") < MOST_ANCHORS
    return ordered.filter(is_open_or_known).filter(is_among_first | pl.col("face_id").is_in(with_sequence))


def anchors_of(faces: pl.DataFrame) -> dict[str, list[Anchor]]:
    """The faces of each person as anchors, in the order of the rows.

    Args:
        faces: column person_id, and the columns of FACE_CANDIDATES.
    """
    anchors: dict[str, list[Anchor]] = {}
    for face in faces.iter_rows(named=True):
        anchors.setdefault(face["person_id"], []).append(_anchor(face))
    return anchors


def _anchor(face: dict[str, Any]) -> Anchor:
    return Anchor(
        face_id=face["face_id"],
        video_id=face["video_id"],
        pts_s=face["pts_s"],
        shot=face["shot"],
        box=np.array([face[side] for side in BOX], dtype=np.float32),
        descriptor=np.array(face["embedding"], dtype=np.float32),
    )
