"""Small graphs of tracks, written by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.faces import NOBODY, Faces
from framecurate_assets.identity.graph import TrackGraph


def graph(
    count: int,
    edges: dict[tuple[int, int], float],
    apart: dict[tuple[int, int], int] | None = None,
    persons: dict[int, int] | None = None,
    twice: frozenset[int] = frozenset(),
) -> TrackGraph:
    """A graph from each edge once, from the pairs of tracks that were seen together in so many frames, and from whose
    each settled track is."""
    both = dict(edges) | {(second, first): weight for (first, second), weight in edges.items()}
    pairs = sorted(both)
    together = sorted(apart or {})
    return TrackGraph(
        count,
        np.array([first for first, _ in pairs], dtype=np.int64),
        np.array([second for _, second in pairs], dtype=np.int64),
        np.array([both[pair] for pair in pairs], dtype=np.float64),
        np.array(together, dtype=np.int64).reshape(-1, 2),
        np.array([(apart or {})[pair] for pair in together], dtype=np.int64),
        np.array([(persons or {}).get(track, NOBODY) for track in range(count)], dtype=np.int64),
        twice,
    )


def faces(descriptors: FloatArray, founders: npt.ArrayLike = True, quality: npt.ArrayLike = 0.8) -> Faces:
    """Each face is a track of its own, and in a frame of its own."""
    count = len(descriptors)
    return Faces(
        descriptors,
        np.arange(count),
        np.arange(count),
        np.broadcast_to(np.asarray(quality, dtype=np.float32), count),
        np.broadcast_to(np.asarray(founders, dtype=np.bool_), count),
        np.full(count, NOBODY),
        keys(count),
    )


def keys(count: int, seed: int = 0) -> npt.NDArray[np.uint64]:
    """A key a track."""
    return np.random.default_rng(seed).integers(0, 2**63, count).astype(np.uint64)
