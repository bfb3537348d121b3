"""Which tracks look alike, and which were seen in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.neighbours import Indices, nearest_neighbours

NEIGHBOURS = 24
"""Neighbours of a face that may vote. From 16 on results stop changing."""

FACES_PER_TRACK = 5
"""Best faces of a track that stand for it: 3, 5 and 10 gave the same people on the labelled set."""

ZERO_WEIGHT_FACTOR = 1.02
"""An edge loses all its weight at this multiple of the threshold: weight = 1 - d / (1.02 t)."""

Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TrackGraph:
    """Tracks as nodes 0 .. count - 1, with all that links or separates them."""

    count: int
    """Number of tracks."""

    first: Indices
    second: Indices
    """Ends of each edge. Every edge stands in both directions; an edge from a track to itself stands once."""

    weight: Weights
    """Sum of the weights of all pairs of faces within the threshold, one of each track. An edge of a track to
    itself holds what its own faces say of each other: a long track is not carried away by one stray pair."""

    apart: Indices
    """Shape (m, 2), lower number first, sorted: tracks with faces in one frame are different people."""

    apart_frames: Indices
    """Shape (m,): in how many frames."""


def build_graph(
    descriptors: FloatArray, tracks: Indices, representatives: Indices, frames: Indices, threshold: float
) -> TrackGraph:
    """The graph of all tracks.

    Args:
        descriptors: shape (n, size), one a face.
        tracks: shape (n,), number of the face's track, 0 .. count - 1.
        representatives: rows of the faces that stand for their tracks; `best_of_tracks` gives them.
        frames: shape (n,), number of the face's frame; faces with the same number were seen together.
        threshold: Euclidean distance from which two faces say nothing for each other.
    """
    count = int(tracks.max()) + 1
    zero = ZERO_WEIGHT_FACTOR * threshold
    one, other, distances = _alike(descriptors[representatives], tracks[representatives], threshold)
    own, own_distances = _alike_within_tracks(descriptors[representatives], tracks[representatives], threshold)
    one, other = tracks[representatives][one], tracks[representatives][other]
    first, second, weight = _summed(
        np.concatenate([one, other, own]),
        np.concatenate([other, one, own]),
        np.concatenate([1 - distances / zero, 1 - distances / zero, 1 - own_distances / zero]),
        count,
    )
    apart, apart_frames = _seen_together(tracks, frames)
    return TrackGraph(count, first, second, weight, apart, apart_frames)


def best_of_tracks(tracks: Indices, quality: Weights) -> Indices:
    """Rows of the best faces of each track, at most `FACES_PER_TRACK`, sorted; ties go to the earlier row."""
    order = np.lexsort((np.arange(len(tracks)), -quality, tracks))
    starts = np.searchsorted(tracks[order], tracks[order], side="left")
    return np.sort(order[np.arange(len(order)) - starts < FACES_PER_TRACK])


def _alike(descriptors: FloatArray, tracks: Indices, threshold: float) -> tuple[Indices, Indices, Weights]:
    """Pairs of faces of different tracks where one is among the other's neighbours: each pair once."""
    neighbours, distances = nearest_neighbours(descriptors, tracks, NEIGHBOURS)
    rows, columns = np.nonzero(distances < threshold)
    others = neighbours[rows, columns]
    pairs = np.minimum(rows, others) * len(descriptors) + np.maximum(rows, others)
    pairs, where = np.unique(pairs, return_index=True)
    return pairs // len(descriptors), pairs % len(descriptors), distances[rows, columns][where].astype(np.float64)


def _alike_within_tracks(descriptors: FloatArray, tracks: Indices, threshold: float) -> tuple[Indices, Weights]:
    """For each pair of faces of one track that are within the threshold: the track and the distance."""
    order = np.argsort(tracks, kind="stable")
    found, lengths = [], []
    for step in range(1, FACES_PER_TRACK):
        one, other = order[:-step], order[step:]
        same = tracks[one] == tracks[other]
        one, other = one[same], other[same]
        distances = np.linalg.norm(descriptors[one] - descriptors[other], axis=1).astype(np.float64)
        found.append(tracks[one][distances < threshold])
        lengths.append(distances[distances < threshold])
    return np.concatenate(found), np.concatenate(lengths)


def _summed(first: Indices, second: Indices, weight: Weights, count: int) -> tuple[Indices, Indices, Weights]:
    """One edge for each pair of tracks, with the sum of its weights; sorted."""
    edges, where = np.unique(first * count + second, return_inverse=True)
    sums = np.bincount(where, weights=weight, minlength=len(edges)).astype(np.float64)
    return edges // count, edges % count, sums


def _seen_together(tracks: Indices, frames: Indices) -> tuple[Indices, Indices]:
    """Pairs of tracks with faces in one frame, and in how many frames."""
    order = np.lexsort((tracks, frames))
    tracks, frames = tracks[order], frames[order]
    pairs = [np.zeros((0, 2), dtype=np.int64)]
    step = 1
    while step < len(frames):
        same = frames[:-step] == frames[step:]
        if not same.any():
            break
        pairs.append(np.stack([tracks[:-step][same], tracks[step:][same]], axis=1))
        step += 1
    unique, counts = np.unique(np.concatenate(pairs), axis=0, return_counts=True)
    return unique.astype(np.int64), counts.astype(np.int64)
