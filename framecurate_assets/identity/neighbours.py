"""The nearest descriptors of a descriptor: exactly, or among very many nearly so."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray

if TYPE_CHECKING:
    import faiss

Indices = npt.NDArray[np.int64]
"""Row numbers, or numbers of tracks."""

BLOCK_ROWS = 1024
"""Neighbours are looked for this many points at a time, so that little is in memory at once."""

SMALL_PAIRS = 4_000**2
"""Up to this many distances faiss is not worth loading."""

EXACT_PAIRS = 12_000**2
"""Up to this many distances all are computed; with more only those to the descriptors of the nearest cells."""

CELLS_PER_ROOT = 3
"""Cells for n descriptors: this many times the square root of n."""

CELLS_LOOKED_INTO = 6
"""The nearest cells of a point, which hold most of its true neighbours: with 5 BCubed F at 200 000 faces is .961, with
8 it is .962, and looking takes a fifth longer."""

MANY_FACES, CELLS_AMONG_MANY = 500_000, 4
"""With more descriptors than this so many cells must do: that saves a quarter of the search."""

SEARCHED_AT_ONCE = 8 * BLOCK_ROWS
"""Points that faiss is given at a time: with fewer its threads wait for each other."""

TRAINING_FACES_PER_CELL = 24
TRAINING_ROUNDS = 5
"""How the centres of the cells are learned (k-means): more of either costs time and changes nothing."""

SPARE_NEIGHBOURS = 5
"""Neighbours that a point may lose because they are of its own track, or itself."""


class Neighbourhood:
    """Descriptors among which neighbours are looked for."""

    def __init__(self, descriptors: FloatArray, tracks: Indices) -> None:
        """Args:
        descriptors: shape (n, size).
        tracks: shape (n,): number of the track, of which none has more than five here. Descriptors of one track
            are no neighbours of each other, or near-identical frames would fill every list.
        """
        self._descriptors = descriptors
        self._tracks = tracks

    def nearest(self, points: FloatArray, tracks_of_points: Indices, count: int) -> tuple[Indices, FloatArray]:
        """The nearest descriptors to each of some points, outside the point's own track.

        Args:
            points: shape (q, size).
            tracks_of_points: shape (q,).
            count: how many neighbours to look for.

        Returns:
            Row numbers and Euclidean distances, both of shape (q, k), k = min(count, n); nearest first. Where there
            are fewer neighbours the distance is infinite.
        """
        k = min(count, len(self._descriptors))
        pairs = len(points) * len(self._descriptors)
        if pairs <= SMALL_PAIRS:
            return self._exact(points, tracks_of_points, k)
        index = self._all if pairs <= EXACT_PAIRS else self._cells
        return self._search(index, points, tracks_of_points, k)

    def _exact(self, points: FloatArray, tracks_of_points: Indices, k: int) -> tuple[Indices, FloatArray]:
        base, tracks = self._descriptors, self._tracks
        rows_out = np.zeros((len(points), k), dtype=np.int64)
        distances_out = np.full((len(points), k), np.inf, dtype=np.float32)
        squares_of_base = np.einsum("ij,ij->i", base, base)
        for top in range(0, len(points), BLOCK_ROWS):
            block = slice(top, top + BLOCK_ROWS)
            squared = points[block] @ base.T
            squared *= -2
            squared += np.einsum("ij,ij->i", points[block], points[block])[:, None]
            squared += squares_of_base
            squared[tracks_of_points[block, None] == tracks[None]] = np.inf
            # From left to right, and a stable sort: where distances tie, the lower row is nearer.
            best = np.sort(np.argpartition(squared, k - 1, axis=1)[:, :k], axis=1)
            values = np.take_along_axis(squared, best, axis=1)
            order = np.argsort(values, axis=1, kind="stable")
            rows_out[block] = np.take_along_axis(best, order, axis=1)
            distances_out[block] = np.sqrt(np.maximum(np.take_along_axis(values, order, axis=1), 0))
        return rows_out, distances_out

    def _search(
        self, index: faiss.Index, points: FloatArray, tracks_of_points: Indices, k: int
    ) -> tuple[Indices, FloatArray]:
        rows_out = np.zeros((len(points), k), dtype=np.int64)
        distances_out = np.full((len(points), k), np.inf, dtype=np.float32)
        for top in range(0, len(points), SEARCHED_AT_ONCE):
            block = slice(top, top + SEARCHED_AT_ONCE)
            squared, rows = index.search(points[block], min(k + SPARE_NEIGHBOURS, len(self._descriptors)))
            squared[(rows < 0) | (self._tracks[rows] == tracks_of_points[block, None])] = np.inf
            order = np.argsort(squared, axis=1, kind="stable")[:, :k]
            rows_out[block] = np.take_along_axis(np.maximum(rows, 0), order, axis=1)
            distances_out[block] = np.sqrt(np.maximum(np.take_along_axis(squared, order, axis=1), 0))
        return rows_out, distances_out

    @cached_property
    def _all(self) -> faiss.Index:
        """Every descriptor is compared. Loading faiss takes longer than clustering a small lake does without it."""
        import faiss

        index = faiss.IndexFlatL2(self._descriptors.shape[1])
        index.add(self._descriptors)
        return index

    @cached_property
    def _cells(self) -> faiss.Index:
        """Every descriptor lies in the cell of its nearest centre, and only the cells around a point are looked into.
        The centres are learned from a fixed sample with a fixed seed.

        Source: H. Jégou, M. Douze, C. Schmid, "Product quantization for nearest neighbor search", TPAMI 2011, IV.
        """
        import faiss

        size, cells = self._descriptors.shape[1], int(CELLS_PER_ROOT * np.sqrt(len(self._descriptors)))
        index = faiss.IndexIVFFlat(faiss.IndexFlatL2(size), size, cells)
        index.cp.niter = TRAINING_ROUNDS
        index.cp.max_points_per_centroid = TRAINING_FACES_PER_CELL
        index.cp.min_points_per_centroid = 1
        index.train(self._descriptors)
        index.add(self._descriptors)
        index.nprobe = CELLS_LOOKED_INTO if len(self._descriptors) <= MANY_FACES else CELLS_AMONG_MANY
        return index
