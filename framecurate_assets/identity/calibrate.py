"""The seed threshold, adjusted to what a lake knows for free: faces of one track are one person, faces of one frame are
two. Only what these labels say clearly moves the engine's own threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framecurate_assets.identity.faces import Faces
from framecurate_assets.identity.neighbours import Indices
from framecurate_assets.identity.same_frame import seen_together

PLACE = 0.75
"""Where the threshold lies on the way from the typical distance inside a track to the small distances between people.
Faces of one track are easier than faces of one person in other pictures, so that the point of equal errors would be
far too tight. Measured on the labelled set: 0.52 lies here between 0.26 and 0.605."""

NEAR_PEOPLE = 5
"""Percentile of the distances between people of one frame that stands for the small ones."""

LEAST_TRACKS, LEAST_PAIRS = 20, 40
"""Tracks with two faces, and pairs of tracks in one frame, below which the engine's threshold stands."""

FURTHEST = 0.1
"""The part of the engine's threshold by which the calibrated one differs from it at most: from 0.9 to 1.1 of it the
labelled sets lose little."""

DRAWS = 200
"""Bootstrap samples for the interval."""

INTERVAL = 95
"""Per cent of the samples that lie in it."""

Lengths = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Threshold:
    """A seed threshold for up to a thousand faces, Euclidean, and where it comes from."""

    distance: float
    source: str
    """policy, engine, or calibrated."""
    tracks: int
    """Tracks with two faces or more, each a label: one person."""
    pairs: int
    """Pairs of tracks that one frame shows, each a label: two people."""
    low: float | None = None
    high: float | None = None
    """The interval in which the labels put it; null where they are too few."""


def calibrated(faces: Faces, representatives: Indices, engine_distance: float) -> Threshold:
    """The engine's threshold where it lies in the interval of the lake's own labels, else the end that is nearer to it.

    Args:
        faces: all faces.
        representatives: rows of the faces that stand for their tracks.
        engine_distance: the engine's threshold, Euclidean.
    """
    same, different = _inside_tracks(faces, representatives), _between_people(faces)
    if len(same) < LEAST_TRACKS or len(different) < LEAST_PAIRS:
        return Threshold(engine_distance, "engine", len(same), len(different))
    low, high = _interval(same, different)
    wanted = float(np.clip(engine_distance, low, high))
    distance = float(np.clip(wanted, (1 - FURTHEST) * engine_distance, (1 + FURTHEST) * engine_distance))
    source = "engine" if distance == engine_distance else "calibrated"
    return Threshold(distance, source, len(same), len(different), low, high)


def _inside_tracks(faces: Faces, representatives: Indices) -> Lengths:
    """For each track with two of these faces or more the median distance between neighbours in time."""
    order = representatives[np.argsort(faces.tracks[representatives], kind="stable")]
    one, other = order[:-1], order[1:]
    same = faces.tracks[one] == faces.tracks[other]
    return _medians(faces, one[same], other[same], faces.tracks[one[same]])


def _between_people(faces: Faces) -> Lengths:
    """For each pair of tracks that one frame shows, without the excepted ones, the median distance."""
    one, other = seen_together(faces.frames)
    first, second = faces.tracks[one], faces.tracks[other]
    pairs = np.minimum(first, second) * faces.count + np.maximum(first, second)
    kept = ~np.isin(pairs, faces.twice[:, 0] * faces.count + faces.twice[:, 1])
    return _medians(faces, one[kept], other[kept], pairs[kept])


def _medians(faces: Faces, one: Indices, other: Indices, of: Indices) -> Lengths:
    """The median distance between the faces of each label."""
    lengths = np.linalg.norm(faces.descriptors[one] - faces.descriptors[other], axis=1).astype(np.float64)
    order = np.lexsort((lengths, of))
    _, starts, counts = np.unique(of[order], return_index=True, return_counts=True)
    ordered = lengths[order]
    return np.asarray((ordered[starts + (counts - 1) // 2] + ordered[starts + counts // 2]) / 2)


def _interval(same: Lengths, different: Lengths) -> tuple[float, float]:
    """Where resampled labels put the threshold."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(DRAWS):
        typical = np.median(random.choice(same, len(same)))
        near = np.percentile(random.choice(different, len(different)), NEAR_PEOPLE)
        found.append(typical + PLACE * (near - typical))
    low, high = np.percentile(found, [(100 - INTERVAL) / 2, (100 + INTERVAL) / 2])
    return float(low), float(high)
