"""The nearest descriptors of every descriptor, exactly."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray

Indices = npt.NDArray[np.int64]
"""Row numbers, or numbers of tracks."""

BLOCK_ROWS = 1024
BLOCK_COLUMNS = 8192
"""Distances are computed for this many rows and columns at a time: 32 MB, however many faces there are."""


def nearest_neighbours(descriptors: FloatArray, tracks: Indices, count: int) -> tuple[Indices, FloatArray]:
    """The nearest descriptors outside a descriptor's own track.

    Args:
        descriptors: shape (n, size).
        tracks: shape (n,), number of the track; faces of one track are no neighbours of each other, or
            near-identical frames would fill every list.
        count: how many neighbours to look for.

    Returns:
        Row numbers and Euclidean distances, both of shape (n, k), k = min(count, n); nearest first. Where there
        are fewer neighbours the distance is infinite.
    """
    total = len(descriptors)
    k = min(count, total)
    rows_out = np.zeros((total, k), dtype=np.int64)
    distances_out = np.full((total, k), np.inf, dtype=np.float32)
    squares = np.einsum("ij,ij->i", descriptors, descriptors)
    for top in range(0, total, BLOCK_ROWS):
        block = slice(top, min(top + BLOCK_ROWS, total))
        nearest = np.full((block.stop - top, k), np.inf, dtype=np.float32)
        indices = np.zeros((block.stop - top, k), dtype=np.int64)
        for left in range(0, total, BLOCK_COLUMNS):
            columns = slice(left, min(left + BLOCK_COLUMNS, total))
            squared = squares[block, None] + squares[None, columns] - 2 * (descriptors[block] @ descriptors[columns].T)
            squared[tracks[block, None] == tracks[None, columns]] = np.inf
            best = _smallest(squared, k)
            # The lower rows come first, and the sort is stable: where distances tie, the lower row is nearer.
            candidates = np.concatenate([indices, best + left], axis=1)
            distances = np.concatenate([nearest, np.take_along_axis(squared, best, axis=1)], axis=1)
            order = np.argsort(distances, axis=1, kind="stable")[:, :k]
            indices = np.take_along_axis(candidates, order, axis=1)
            nearest = np.take_along_axis(distances, order, axis=1)
        rows_out[block] = indices
        distances_out[block] = np.sqrt(np.maximum(nearest, 0))
    return rows_out, distances_out


def _smallest(values: FloatArray, k: int) -> Indices:
    """Columns of the k smallest values of each row (of all, if there are fewer), from left to right."""
    if values.shape[1] <= k:
        return np.broadcast_to(np.arange(values.shape[1]), values.shape)
    return np.sort(np.argpartition(values, k - 1, axis=1)[:, :k], axis=1)
