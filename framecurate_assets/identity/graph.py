"""Which tracks look alike, and which were seen in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.faces import NOBODY, Bools, Faces
from framecurate_assets.identity.neighbours import Indices, Neighbourhood
from framecurate_assets.identity.same_frame import seen_together

NEIGHBOURS = 24
"""Neighbours of a face that may vote. From 16 on results stop changing."""

FACES_PER_TRACK = 5
"""Best faces of a track that stand for it: 3, 5 and 10 gave the same people on the labelled set."""

ZERO_WEIGHT_FACTOR = 1.02
"""An edge loses all its weight at this multiple of the threshold: weight = 1 - d / (1.02 t)."""

SAME_PICTURE_FACTOR = 0.4
"""Nearer than this part of the threshold says no more: a picture that is there twice must not outvote all others."""

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

    persons: Indices
    """Shape (count,): the settled person of each track, or `NOBODY`."""

    twice: frozenset[int] = frozenset()
    """Settled persons of whom `apart` does not hold."""

    def may_be_twice(self, labels: Indices) -> Bools:
        """Shape (greatest label + 1,): labels of which `apart` does not hold."""
        exempt = np.zeros(int(labels.max()) + 1, dtype=np.bool_)
        exempt[labels[np.isin(self.persons, list(self.twice))]] = True
        return exempt


def build_graph(
    faces: Faces, representatives: Indices, neighbourhood: Neighbourhood, threshold: float, twice: frozenset[int]
) -> TrackGraph:
    """The graph of all tracks.

    Args:
        faces: all faces.
        representatives: rows of the faces that stand for their tracks. Tracks without any have no edges.
        neighbourhood: those faces.
        threshold: Euclidean distance from which two faces say nothing for each other.
        twice: settled persons who may be in one frame twice.
    """
    descriptors, tracks = faces.descriptors[representatives], faces.tracks[representatives]
    alike = _alike(descriptors, tracks, faces.person_of_track[tracks] == NOBODY, neighbourhood, threshold)
    own = _alike_within_tracks(descriptors, tracks, threshold, faces.count)
    of_track = csr_matrix((np.ones(len(tracks)), (tracks, np.arange(len(tracks)))), shape=(faces.count, len(tracks)))
    edges = (of_track @ alike @ of_track.T + diags(own)).tocsr()
    edges.eliminate_zeros()
    edges.sort_indices()
    first = np.repeat(np.arange(faces.count), np.diff(edges.indptr))
    apart, apart_frames = _tracks_apart(faces.tracks, faces.frames, faces.twice)
    second = edges.indices.astype(np.int64)
    return TrackGraph(faces.count, first, second, edges.data, apart, apart_frames, faces.person_of_track, twice)


def best_of_tracks(faces: Faces) -> Indices:
    """Rows of the faces that stand for their tracks, sorted: the best of each, at most `FACES_PER_TRACK`, of those that
    may found a person; of a settled track without any, the best of all. Any other track has none.
    """
    persons = faces.person_of_track
    unfounded = (persons != NOBODY) & ~np.isin(persons, persons[faces.founding_tracks])
    able = faces.founders | unfounded[faces.tracks]
    rows = np.flatnonzero(able)
    order = rows[np.lexsort((rows, -faces.quality[rows], faces.tracks[rows]))]
    tracks = faces.tracks[order]
    rank = np.arange(len(order)) - np.searchsorted(tracks, tracks, side="left")
    return np.sort(order[rank < FACES_PER_TRACK])


def _alike(
    descriptors: FloatArray, tracks: Indices, free: Bools, neighbourhood: Neighbourhood, threshold: float
) -> csr_matrix:
    """Weights of pairs of faces of different tracks where one is free to move and the other among its neighbours;
    symmetric.
    """
    rows = np.flatnonzero(free)
    neighbours, distances = neighbourhood.nearest(descriptors[rows], tracks[rows], NEIGHBOURS)
    at, columns = np.nonzero(distances < threshold)
    lengths = np.maximum(distances[at, columns].astype(np.float64), SAME_PICTURE_FACTOR * threshold)
    weights = 1 - lengths / (ZERO_WEIGHT_FACTOR * threshold)
    ends = rows[at], neighbours[at, columns]
    found = csr_matrix((weights, ends), shape=(len(tracks), len(tracks)))
    return found.maximum(found.T)


def _alike_within_tracks(descriptors: FloatArray, tracks: Indices, threshold: float, count: int) -> Weights:
    """For each track the sum of the weights of all pairs of its faces that are within the threshold."""
    order = np.argsort(tracks, kind="stable")
    sums = np.zeros(count)
    for step in range(1, FACES_PER_TRACK):
        one, other = order[:-step], order[step:]
        same = tracks[one] == tracks[other]
        one, other = one[same], other[same]
        distances = np.linalg.norm(descriptors[one] - descriptors[other], axis=1).astype(np.float64)
        near = distances < threshold
        weights = 1 - distances[near] / (ZERO_WEIGHT_FACTOR * threshold)
        sums += np.bincount(tracks[one][near], weights, minlength=count)
    return sums


def _tracks_apart(tracks: Indices, frames: Indices, twice: Indices) -> tuple[Indices, Indices]:
    """Pairs of tracks with faces in one frame, without the excepted ones, and in how many frames."""
    one, other = seen_together(frames)
    count = int(tracks.max(initial=0)) + 1
    pairs = np.minimum(tracks[one], tracks[other]) * count + np.maximum(tracks[one], tracks[other])
    unique, counts = np.unique(pairs, return_counts=True)
    kept = ~np.isin(unique, twice[:, 0] * count + twice[:, 1])
    apart = np.stack([unique[kept] // count, unique[kept] % count], axis=1)
    return apart, counts[kept].astype(np.int64)
