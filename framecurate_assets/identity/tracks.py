"""Tracks: one person followed over the sampled frames of one shot.

All faces of a track are one person for the rest of the pipeline, so a wrong link can never be undone. Links
are therefore made only where the descriptors agree closely: shots come from differences between samples, and
a cut that was missed leaves two people in one place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.optimize import linear_sum_assignment

from framecurate_assets.arrays import FloatArray

LINK_FACTOR = 0.7
"""Two faces are linked up to this part of the seed threshold. At 0.52 that is 0.364: no pair of different people
in the labelled set is nearer, not even where dlib confuses people most (their first percentile is 0.44)."""

STEADY_LINK_FACTOR = 0.85
"""The same for a face that hardly moved in a short time: turning the head or laughing changes a descriptor
more than it moves the box."""

STEADY_SECONDS = 1.0
"""Up to this time between two samples their boxes may be compared: people walk a face's width in about a second."""

STEADY_OVERLAP = 0.5
"""Intersection over union of two boxes from which a face counts as unmoved: the usual value for a match."""

DRIFT_FACTOR = 0.85
"""No face joins a track whose mean descriptor is further away than this part of the seed threshold, so that a
chain of small steps does not end at another person."""

MISSED_SAMPLES = 3
"""Frames with faces in which a track may go unseen before it ends."""

REMEMBERED_FACES = 3
"""A face is compared with this many of a track's latest: one that is blurred must not break it."""

OVERLAP_WEIGHT = 0.3
"""How much a full overlap counts against descriptor distance (in seed thresholds) when faces compete."""

_FORBIDDEN = 1e6


@dataclass
class _Track:
    """A track that may still grow; faces are row numbers."""

    number: int
    faces: list[int]
    frames_unseen: int = 0
    sum_of_descriptors: FloatArray = field(default_factory=lambda: np.zeros(0, dtype=np.float32))


def link_tracks(faces: pl.DataFrame, descriptors: FloatArray, distance: float) -> list[str]:
    """Which track each face belongs to.

    Args:
        faces: columns face_id, frame_id, video_id, pts_s, shot, x1, y1, x2, y2, sorted by video_id, pts_s, face_id.
        descriptors: shape (n, size), one a face.
        distance: seed threshold: Euclidean distance up to which two descriptors found a person together.

    Returns:
        n track ids, `<video_id>/<shot>/<n>`; n counts from 0 in the order in which tracks start in a shot. A
        face that nothing follows is a track of its own.
    """
    boxes = faces.select("x1", "y1", "x2", "y2").to_numpy().astype(np.float32)
    times = faces["pts_s"].to_list()
    names = [""] * faces.height
    shots = faces.with_row_index("row").group_by("video_id", "shot", maintain_order=True).agg("row", "frame_id")
    for video_id, shot, rows, frame_ids in shots.iter_rows():
        closed: list[_Track] = []
        tracks: list[_Track] = []
        for frame in _by_frame(rows, frame_ids):
            unlinked = _extend(tracks, frame, boxes, times, descriptors, distance)
            for track in [track for track in tracks if track.frames_unseen > MISSED_SAMPLES]:
                tracks.remove(track)
                closed.append(track)
            for row in unlinked:
                tracks.append(_Track(len(closed) + len(tracks), [row], 0, descriptors[row].copy()))
        for track in closed + tracks:
            for row in track.faces:
                names[row] = f"{video_id}/{shot}/{track.number}"
    return names


def _by_frame(rows: list[int], frame_ids: list[str]) -> list[list[int]]:
    """The rows of each frame of a shot, in the order of the rows."""
    frames: dict[str, list[int]] = {}
    for row, frame_id in zip(rows, frame_ids, strict=True):
        frames.setdefault(frame_id, []).append(row)
    return list(frames.values())


def _extend(
    tracks: list[_Track],
    frame: list[int],
    boxes: FloatArray,
    times: list[float],
    descriptors: FloatArray,
    distance: float,
) -> list[int]:
    """Give each track at most one face of the frame, so that the sum of costs is least; returns the other faces."""
    costs = np.full((len(tracks), len(frame)), _FORBIDDEN)
    for i, track in enumerate(tracks):
        last = track.faces[-1]
        recent = descriptors[track.faces[-REMEMBERED_FACES:]]
        mean = track.sum_of_descriptors / len(track.faces)
        for j, row in enumerate(frame):
            apart = float(np.linalg.norm(recent - descriptors[row], axis=1).min())
            drift = float(np.linalg.norm(mean - descriptors[row]))
            overlap = _overlap(boxes[last], boxes[row]) if times[row] - times[last] <= STEADY_SECONDS else 0.0
            factor = STEADY_LINK_FACTOR if overlap >= STEADY_OVERLAP else LINK_FACTOR
            if apart <= factor * distance and drift <= DRIFT_FACTOR * distance:
                costs[i, j] = apart / distance - OVERLAP_WEIGHT * overlap
    linked = set()
    for i, j in zip(*linear_sum_assignment(costs), strict=True):
        if costs[i, j] < _FORBIDDEN:
            tracks[i].faces.append(frame[j])
            tracks[i].sum_of_descriptors += descriptors[frame[j]]
            tracks[i].frames_unseen = -1
            linked.add(j)
    for track in tracks:
        track.frames_unseen += 1
    return [row for j, row in enumerate(frame) if j not in linked]


def _overlap(a: FloatArray, b: FloatArray) -> float:
    """Intersection over union of two boxes x1, y1, x2, y2, 0..1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return float(shared / both)
