"""Chinese whispers: every track takes the label that most of its neighbours' weight stands for.

Source: C. Biemann, "Chinese Whispers: an efficient graph clustering algorithm and its application to natural
language processing problems", TextGraphs 2006. The number of people is found, not given, and a few false edges
do not chain two people together, because each track follows its majority. What is added here: tracks instead
of single faces, negative edges between tracks seen in one frame, and all updates of a round at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.neighbours import Indices

APART_WEIGHT = -1.0
"""Weight of one frame in which two tracks were both seen: as much against as a perfect match is for."""

MAX_ROUNDS = 200
"""Rounds end when no track changes, usually after ten to thirty; this many would mean that two labels swing."""


def whisper(graph: TrackGraph, labels: Indices, keys: npt.NDArray[np.uint64]) -> Indices:
    """Labels after the tracks have followed their neighbours until none changes.

    Args:
        graph: the tracks.
        labels: shape (count,), 0 .. count - 1: the label to start from.
        keys: shape (count,), a number a track that depends on nothing but the track. It decides in which rounds
            a track moves: if all moved at once, two could exchange labels for ever.

    Returns:
        Shape (count,): label of each track, numbered 0, 1, … in the order of the tracks.
    """
    first = np.concatenate([graph.first, graph.apart[:, 0], graph.apart[:, 1]])
    second = np.concatenate([graph.second, graph.apart[:, 1], graph.apart[:, 0]])
    against = APART_WEIGHT * graph.apart_frames
    weight = np.concatenate([graph.weight, against, against])
    labels = labels.copy()
    for turn in range(MAX_ROUNDS):
        favourite = _favourites(first, second, weight, labels)
        restless = favourite != labels
        if not restless.any():
            break
        moving = restless & _moves(keys, turn)
        labels[moving] = favourite[moving]
    return renumbered(labels)


def renumbered(labels: Indices) -> Indices:
    """The same groups, numbered 0, 1, … in the order in which they appear."""
    _, where, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(where))[inverse].astype(np.int64)


def _favourites(first: Indices, second: Indices, weight: npt.NDArray[np.float64], labels: Indices) -> Indices:
    """The label with the greatest weight around each track; its present one where none has more.

    A track that its present label only pushes away, and no other draws, takes a label of its own.
    """
    count = len(labels)
    # Labels 0 .. count - 1 are those to start from; count + i is the one that track i has to itself.
    votes, where = np.unique(first * (2 * count) + labels[second], return_inverse=True)
    sums = np.bincount(where, weights=weight, minlength=len(votes))
    track, label = votes // (2 * count), votes % (2 * count)
    present = label == labels[track]
    present_sums = np.zeros(count)
    present_sums[track[present]] = sums[present]
    order = np.lexsort((-label, present, sums, track))
    track, label, sums = track[order], label[order], sums[order]
    greatest = np.ones(len(track), dtype=bool)
    greatest[:-1] = track[1:] != track[:-1]
    drawn = greatest & (sums > 0)
    favourites = np.where(present_sums < 0, count + np.arange(count), labels)
    favourites[track[drawn]] = label[drawn]
    return favourites


def _moves(keys: npt.NDArray[np.uint64], turn: int) -> npt.NDArray[np.bool_]:
    """Which tracks move in a round: half of them, by a hash of the track and the round (splitmix64).

    Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    mixed = keys + np.uint64((turn + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) & np.uint64(1) == 1)
