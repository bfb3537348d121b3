"""Small graphs of tracks, written by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from framecurate_assets.identity.graph import TrackGraph


def graph(
    count: int, edges: dict[tuple[int, int], float], apart: dict[tuple[int, int], int] | None = None
) -> TrackGraph:
    """A graph from each edge once, and from the pairs of tracks that were seen together in so many frames."""
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
    )


def keys(count: int, seed: int = 0) -> npt.NDArray[np.uint64]:
    """A key a track."""
    return np.random.default_rng(seed).integers(0, 2**63, count).astype(np.uint64)
