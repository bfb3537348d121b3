"""The faces that a clustering looks at, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.neighbours import Indices

NOBODY = -1
"""In place of a group or a person where there is none."""

LEAST_QUALITY = 0.01
"""So that faces without any measured quality have a mean, too."""

Bools = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Rules:
    """What was said about settled persons, who are numbers here."""

    apart: frozenset[tuple[int, int]] = frozenset()
    """Pairs that are never one, the lower number first."""

    twice: frozenset[int] = frozenset()
    """Who may be in one frame twice."""


NO_RULES = Rules()
"""Where nobody said anything."""


@dataclass(frozen=True)
class Faces:
    """n faces in `count` tracks."""

    descriptors: FloatArray
    """Shape (n, size), as emitted."""

    tracks: Indices
    """Shape (n,): number of the track, 0 .. count - 1, each in use."""

    frames: Indices
    """Shape (n,): number of the frame; faces with the same number were seen together."""

    quality: FloatArray
    """Shape (n,), 0..1: the better of two faces stands for a track first, and weighs more in its descriptor."""

    founders: Bools
    """Shape (n,): good enough to found a person."""

    settled: Indices
    """Shape (n,): number of the person whose the face is, whatever its descriptor says; `NOBODY`: not settled. The
    faces of one track are not settled with two persons."""

    keys: Keys
    """Shape (count,): a number a track that depends on nothing but the track."""

    twice: Indices = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    """Shape (m, 2): pairs of tracks, the lower first, that may be one person although one frame shows both."""

    @cached_property
    def count(self) -> int:
        """Number of tracks."""
        return len(self.keys)

    @cached_property
    def person_of_track(self) -> Indices:
        """Shape (count,): the settled person of each track, or `NOBODY`."""
        persons = np.full(self.count, NOBODY, dtype=np.int64)
        np.maximum.at(persons, self.tracks, self.settled)
        return persons

    @cached_property
    def founding_tracks(self) -> Bools:
        """Shape (count,): tracks with a face that may found a person."""
        founding = np.zeros(self.count, dtype=np.bool_)
        founding[self.tracks[self.founders]] = True
        return founding

    def track_descriptors(self, tracks: Indices) -> FloatArray:
        """One descriptor a track, shape (m, size): the mean of its faces', weighted by the square of their quality.

        Args:
            tracks: shape (m,), the tracks, ascending.
        """
        rows = np.flatnonzero(np.isin(self.tracks, tracks))
        where = np.searchsorted(tracks, self.tracks[rows])
        weight = np.square(np.maximum(self.quality[rows], LEAST_QUALITY), dtype=np.float64)
        sums = csr_matrix((weight, (where, np.arange(len(rows)))), shape=(len(tracks), len(rows)))
        means = sums @ self.descriptors[rows] / np.bincount(where, weight, len(tracks))[:, None]
        return np.asarray(means, dtype=np.float32)
