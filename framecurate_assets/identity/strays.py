"""Strays: faces that a group drew although another draws them nearly as much."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from framecurate_assets.identity.faces import NOBODY, Bools, Faces
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.margins import measure_margins
from framecurate_assets.identity.neighbours import Indices, Neighbourhood

STRAY_FACES = 2
"""Faces up to which a track may be a stray; with more its own faces agree, and a wrong place would show."""

STRAY_SHARE = 0.88
"""A stray is further from its group than this part of the distance to the next: of the true members of the labelled
sets, measured as tracks, 95 in 100 are nearer than 0.86."""

STRAY_VOTES = 0.3
"""And the next group has more than this part of the votes that its own has around it."""


def find_strays(
    faces: Faces, voting: Indices, neighbourhood: Neighbourhood, graph: TrackGraph, labels: Indices
) -> Bools:
    """Which tracks are between two groups: better nobody's than in the wrong one.

    Args:
        faces: all faces.
        voting: rows of the faces that stand for groups.
        neighbourhood: those faces.
        graph: the tracks.
        labels: shape (count,): group of each track, or `NOBODY`.

    Returns:
        Shape (count,). Settled tracks and those with many faces never are.
    """
    standing = np.bincount(faces.tracks[voting], minlength=faces.count)
    weak = (standing > 0) & (standing <= STRAY_FACES) & (labels != NOBODY) & (faces.person_of_track == NOBODY)
    doubtful = weak & _has_company(standing, labels)
    doubtful &= _outvoted(graph, labels, doubtful)
    asked = np.zeros(len(faces.tracks), dtype=np.bool_)
    asked[voting] = doubtful[faces.tracks[voting]]
    margins = measure_margins(faces, voting, neighbourhood, labels, asked)
    rows = np.flatnonzero(asked)
    own = np.bincount(faces.tracks[rows], margins.distance[rows], minlength=faces.count)
    rival = np.bincount(faces.tracks[rows], margins.rival_distance[rows], minlength=faces.count)
    return np.asarray(doubtful & (own > STRAY_SHARE * rival))


def _has_company(standing: Indices, labels: Indices) -> Bools:
    """Tracks in whose group others have faces, too."""
    known = labels != NOBODY
    totals = np.bincount(labels[known], standing[known], minlength=int(labels.max()) + 1)
    return np.asarray(known & (totals[labels] > standing))


def _outvoted(graph: TrackGraph, labels: Indices, asked: Bools) -> Bools:
    """Of the tracks asked for those around which another label has a good part of the votes of their own."""
    edges = np.flatnonzero(asked[graph.first] & (graph.first != graph.second) & (labels[graph.second] != NOBODY))
    shape = graph.count, int(labels.max()) + 1
    votes = csr_matrix((graph.weight[edges], (graph.first[edges], labels[graph.second[edges]])), shape=shape)
    votes.sum_duplicates()
    track = np.repeat(np.arange(graph.count), np.diff(votes.indptr))
    mine = votes.indices == labels[track]
    own, most = np.zeros(graph.count), np.zeros(graph.count)
    own[track[mine]] = votes.data[mine]
    np.maximum.at(most, track[~mine], votes.data[~mine])
    return most > STRAY_VOTES * own
