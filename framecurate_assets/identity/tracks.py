"""Tracks: one person followed over the sampled frames of one shot.

All faces of a track are one person for the rest of the pipeline, so a wrong link can never be undone. Links
are therefore made only where the descriptors agree closely: shots come from differences between samples, and
a cut that was missed leaves two people in one place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import linear_sum_assignment

from framecurate_assets.arrays import FloatArray

Products = npt.NDArray[np.float64]

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
    """A track that may still grow; faces are rows of its shot."""

    number: int
    faces: list[int]
    person: int
    products: Products
    """Scalar product of the sum of its descriptors with each descriptor of the shot."""
    square: float
    """That of the sum with itself."""
    frames_unseen: int = 0


@dataclass(frozen=True)
class _Shot:
    """The faces of one shot: m of them, in the order of time."""

    boxes: list[list[float]]
    times: list[float]
    persons: list[int]
    products: Products
    """Shape (m, m): scalar products of the descriptors."""
    distances: list[list[float]]
    """m by m, Euclidean, in seed thresholds."""


def link_tracks(faces: pl.DataFrame, descriptors: FloatArray, distance: float) -> list[str]:
    """Which track each face belongs to.

    Args:
        faces: columns face_id, frame_id, video_id, pts_s, shot, x1, y1, x2, y2, person (number of the settled person,
            negative for none) and is_rejected, sorted by video_id, pts_s, face_id. Faces settled with two persons are
            never linked; a rejected face is a track of its own.
        descriptors: shape (m, size), m >= n; the first n are those of the faces.
        distance: seed threshold: Euclidean distance up to which two descriptors found a person together.

    Returns:
        n track ids, `<video_id>/<shot>/<n>`; n counts from 0 in the order in which tracks start in a shot. A
        face that nothing follows is a track of its own.
    """
    boxes = faces.select("x1", "y1", "x2", "y2").to_numpy()
    times, persons = faces["pts_s"].to_numpy(), faces["person"].to_numpy()
    rejected = faces["is_rejected"].to_numpy()
    names = [""] * faces.height
    shots = faces.with_row_index("row").group_by("video_id", "shot", maintain_order=True).agg("row", "frame_id")
    for video_id, shot, every_row, frame_ids in shots.iter_rows():
        rows = [row for row in every_row if not rejected[row]]
        frames = [frame for row, frame in zip(every_row, frame_ids, strict=True) if not rejected[row]]
        products = (descriptors[rows] @ descriptors[rows].T).astype(np.float64)
        squares = products.diagonal()
        squared = np.maximum(squares[:, None] + squares[None] - 2 * products, 0)
        distances = (np.sqrt(squared) / distance).tolist()
        of_shot = _Shot(boxes[rows].tolist(), times[rows].tolist(), persons[rows].tolist(), products, distances)
        tracks = [[rows[face] for face in track] for track in _link(of_shot, _by_frame(frames), distance)]
        for number, track in enumerate([*tracks, *([row] for row in every_row if rejected[row])]):
            for row in track:
                names[row] = f"{video_id}/{shot}/{number}"
    return names


def _link(shot: _Shot, frames: list[list[int]], distance: float) -> list[list[int]]:
    """The tracks of a shot, in the order in which they start."""
    started: list[_Track] = []
    growing: list[_Track] = []
    for frame in frames:
        for face in _extend(growing, frame, shot, distance):
            products = shot.products[face].copy()
            track = _Track(len(started), [face], shot.persons[face], products, float(products[face]))
            started.append(track)
            growing.append(track)
        growing = [track for track in growing if track.frames_unseen <= MISSED_SAMPLES]
    return [track.faces for track in started]


def _by_frame(frame_ids: list[str]) -> list[list[int]]:
    """The faces of each frame of a shot, in the order of the faces."""
    frames: dict[str, list[int]] = {}
    for face, frame_id in enumerate(frame_ids):
        frames.setdefault(frame_id, []).append(face)
    return list(frames.values())


def _extend(tracks: list[_Track], frame: list[int], shot: _Shot, distance: float) -> list[int]:
    """Give each track at most one face of the frame, so that the sum of costs is least; returns the other faces."""
    costs = np.array([[_cost(track, face, shot, distance) for face in frame] for track in tracks])
    linked = set()
    for i, j in zip(*linear_sum_assignment(costs.reshape(len(tracks), len(frame))), strict=True):
        if costs[i, j] < _FORBIDDEN:
            track, face = tracks[i], frame[j]
            track.square += float(2 * track.products[face] + shot.products[face, face])
            track.products += shot.products[face]
            track.faces.append(face)
            track.person = max(track.person, shot.persons[face])
            track.frames_unseen = -1
            linked.add(j)
    for track in tracks:
        track.frames_unseen += 1
    return [face for j, face in enumerate(frame) if j not in linked]


def _cost(track: _Track, face: int, shot: _Shot, distance: float) -> float:
    """What it costs to link a face to a track, in seed thresholds."""
    row = shot.distances[face]
    apart = min(row[before] for before in track.faces[-REMEMBERED_FACES:])
    settled = track.person, shot.persons[face]
    if apart > STEADY_LINK_FACTOR or (min(settled) >= 0 and settled[0] != settled[1]):
        return _FORBIDDEN
    length = len(track.faces)
    drift = track.square / length**2 - 2 * float(track.products[face]) / length + float(shot.products[face, face])
    last = track.faces[-1]
    steady = shot.times[face] - shot.times[last] <= STEADY_SECONDS
    overlap = _overlap(shot.boxes[last], shot.boxes[face]) if steady else 0.0
    factor = STEADY_LINK_FACTOR if overlap >= STEADY_OVERLAP else LINK_FACTOR
    if apart > factor or drift > (DRIFT_FACTOR * distance) ** 2:
        return _FORBIDDEN
    return apart - OVERLAP_WEIGHT * overlap


def _overlap(a: list[float], b: list[float]) -> float:
    """Intersection over union of two boxes x1, y1, x2, y2, 0..1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / both
