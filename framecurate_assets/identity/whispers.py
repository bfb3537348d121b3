"""Chinese whispers: every track takes the label that most of its neighbours' weight stands for.

Source: C. Biemann, "Chinese Whispers: an efficient graph clustering algorithm and its application to natural
language processing problems", TextGraphs 2006. The number of people is found, not given, and a few false edges
do not chain two people together, because each track follows its majority. What is added here: tracks instead
of single faces, negative edges between tracks seen in one frame, settled tracks that never change, and all updates
of a round at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from framecurate_assets.identity.faces import NOBODY, Bools, Keys
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.neighbours import Indices

APART_WEIGHT = -1.0
"""Weight of one frame in which two tracks were both seen: as much against as a perfect match is for."""

MAX_ROUNDS = 200
"""Rounds end when no track changes, usually after ten to thirty; this many would mean that two labels swing."""


def whisper(graph: TrackGraph, labels: Indices, keys: Keys) -> Indices:
    """Labels after the tracks have followed their neighbours until none changes.

    Args:
        graph: the tracks.
        labels: shape (count,), 0 .. count - 1: the label to start from. Settled tracks keep theirs.
        keys: shape (count,), a number a track that depends on nothing but the track. It decides in which rounds
            a track moves: if all moved at once, two could exchange labels for ever.

    Returns:
        Shape (count,): label of each track, numbered 0, 1, … in the order of the tracks.
    """
    shape = graph.count, graph.count
    drawn = csr_matrix((graph.weight, (graph.first, graph.second)), shape=shape)
    against = csr_matrix((APART_WEIGHT * graph.apart_frames, (graph.apart[:, 0], graph.apart[:, 1])), shape=shape)
    pushed = (against + against.T).tocsr()
    touching = (drawn + pushed).tocsr()
    free = graph.persons == NOBODY
    labels, favourites = labels.copy(), labels.copy()
    # Only tracks of whose neighbours one has changed need to be asked again.
    asked = np.flatnonzero(free)
    for turn in range(MAX_ROUNDS):
        votes = drawn[asked] @ _membership(labels, np.ones(graph.count))
        if pushed.nnz:
            votes = votes + pushed[asked] @ _membership(labels, ~graph.may_be_twice(labels)[labels])
        favourites[asked] = _favourites(votes.tocsr(), asked, labels)
        restless = favourites != labels
        if not restless.any():
            break
        moving = np.flatnonzero(restless & _moves(keys, turn))
        labels[moving] = favourites[moving]
        near = np.zeros(graph.count, dtype=np.bool_)
        near[moving] = True
        near[touching[moving].indices] = True
        asked = np.flatnonzero(near & free)
    return renumbered(labels)


def renumbered(labels: Indices) -> Indices:
    """The same groups, numbered 0, 1, … in the order in which they appear."""
    _, where, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(where))[inverse].astype(np.int64)


def _membership(labels: Indices, counts: npt.ArrayLike) -> csr_matrix:
    """Shape (count, 2 count): whether a track has a label and counts.

    Labels 0 .. count - 1 are those to start from; count + i is the one that track i has to itself.
    """
    count = len(labels)
    return csr_matrix((np.asarray(counts, dtype=np.float64), labels, np.arange(count + 1)), shape=(count, 2 * count))


def _favourites(votes: csr_matrix, tracks: Indices, labels: Indices) -> Indices:
    """The label with the greatest vote around each of some tracks; its present one where none has more, then the
    lowest.

    A track that its present label only pushes away, and no other draws, takes a label of its own.
    """
    sizes = np.diff(votes.indptr)
    row = np.repeat(np.arange(len(tracks)), sizes)
    present = votes.indices == labels[tracks][row]
    pushed_away = np.zeros(len(tracks), dtype=np.bool_)
    pushed_away[row[present & (votes.data < 0)]] = True
    favourites = np.where(pushed_away, len(labels) + tracks, labels[tracks])
    voted = np.flatnonzero(sizes)
    if len(voted):
        greatest = np.zeros(len(tracks))
        greatest[voted] = np.maximum.reduceat(votes.data, votes.indptr[voted])
        preference = np.where(present, -1, votes.indices)
        preference[votes.data < greatest[row]] = 2 * len(labels)
        preferred = np.minimum.reduceat(preference, votes.indptr[voted])
        drawn = (greatest[voted] > 0) & (preferred >= 0)
        favourites[voted[drawn]] = preferred[drawn]
    return favourites


def _moves(keys: Keys, turn: int) -> Bools:
    """Which tracks move in a round: half of them, by a hash of the track and the round (splitmix64).

    Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    mixed = keys + np.uint64((turn + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) & np.uint64(1) == 1)
