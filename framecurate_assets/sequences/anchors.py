"""The moments around which a person's sequence is looked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.sequences.settle import Try

MOST_ANCHORS = 4
"""Moments that are tried for one person; who cannot be followed around four of the best hardly can around others."""


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


def choose_anchors(trusted: pl.DataFrame) -> list[Anchor]:
    """The faces of one person that a sequence may be built around, in the order in which they are tried.

    The best composite comes first, and one face of each track before the second of any.

    Args:
        trusted: the columns of FACE_CANDIDATES and IDENTITY_CLUSTERS: faces that are surely the person's.
    """
    ordered = (
        trusted.sort("composite", "face_id", descending=[True, False])
        .with_columns(turn=pl.int_range(pl.len()).over("track_id"))
        .sort("turn", "composite", "face_id", descending=[False, True, False])
    )
    return [_anchor(face) for face in ordered.iter_rows(named=True)]


def few_anchors(anchors: Iterable[Anchor], video_ids: Collection[str], tries: Mapping[str, Try]) -> list[Anchor]:
    """Those that are worth a try: the first few whose video can be looked into, and last all with a known sequence.

    Args:
        anchors: of one person, in order.
        video_ids: videos that can be looked into.
        tries: what is known, by face id: that can be told again without the video.
    """
    open_or_known = [anchor for anchor in anchors if anchor.video_id in video_ids or anchor.face_id in tries]
    later = (anchor for anchor in open_or_known[MOST_ANCHORS:] if anchor.face_id in tries)
    return open_or_known[:MOST_ANCHORS] + [anchor for anchor in later if tries[anchor.face_id].rows is not None]


def _anchor(face: dict[str, object]) -> Anchor:
    return Anchor(
        face_id=str(face["face_id"]),
        video_id=str(face["video_id"]),
        pts_s=float(str(face["pts_s"])),
        shot=int(str(face["shot"])),
        box=np.array([face[side] for side in ("x1", "y1", "x2", "y2")], dtype=np.float32),
        descriptor=np.array(face["embedding"], dtype=np.float32),
    )
