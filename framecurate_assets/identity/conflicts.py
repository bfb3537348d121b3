"""Two faces of one frame are two people: what to do when clustering says otherwise."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np

from framecurate_assets.identity.faces import NOBODY
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.neighbours import Indices
from framecurate_assets.identity.whispers import renumbered


def separate(graph: TrackGraph, labels: Indices) -> Indices:
    """Labels in which no two tracks that were seen in one frame are the same.

    Of two such tracks the one that the rest of the label supports better stays, and a settled one always does. The
    other goes to the label that draws it most among those without a track seen together with it, or gets a label of
    its own; so tracks that leave one after the other find each other again. Settled persons who may be in one frame
    twice are let be.

    Args:
        graph: the tracks.
        labels: shape (count,).

    Returns:
        Shape (count,), numbered 0, 1, … in the order of the tracks.
    """
    labels = labels.copy()
    edges = _Edges(graph)
    clashing = _clashing(graph, labels)
    strength = {track: edges.strength(track, labels) for track in np.unique(clashing).tolist()}
    weakest_first = [(weight, -track) for track, weight in strength.items() if graph.persons[track] == NOBODY]
    heapify(weakest_first)
    exempt = set(np.flatnonzero(graph.may_be_twice(labels)).tolist())
    fresh_label = int(labels.max()) + 1
    while weakest_first:
        weight, loser = heappop(weakest_first)
        loser = -loser
        together = edges.apart_from(loser)
        alone = labels[loser] in exempt or not (labels[together] == labels[loser]).any()
        if weight != strength[loser] or alone:
            continue
        taken = set(labels[together].tolist()) - exempt
        votes = edges.support(loser, labels)
        open_labels = {label: vote for label, vote in votes.items() if label not in taken}
        left = labels[loser]
        labels[loser] = min(open_labels, key=lambda label: (-open_labels[label], label), default=fresh_label)
        fresh_label += 1
        for track in edges.around(loser):
            if track in strength and labels[track] == left:
                strength[track] = edges.strength(track, labels)
                heappush(weakest_first, (strength[track], -track))
    return renumbered(labels)


def _clashing(graph: TrackGraph, labels: Indices) -> Indices:
    """Pairs of tracks that were seen in one frame and have one label, though they are not settled so."""
    one, other = graph.apart[:, 0], graph.apart[:, 1]
    both_settled = (graph.persons[one] != NOBODY) & (graph.persons[other] != NOBODY)
    clashes = (labels[one] == labels[other]) & ~both_settled & ~graph.may_be_twice(labels)[labels[one]]
    return np.asarray(graph.apart[clashes])


class _Edges:
    """The edges of a graph by track."""

    def __init__(self, graph: TrackGraph) -> None:
        between = graph.first != graph.second
        self._first, self._second = graph.first[between], graph.second[between]
        self._weight = graph.weight[between]
        self._starts = np.searchsorted(self._first, np.arange(graph.count + 1))
        apart = np.concatenate([graph.apart, graph.apart[:, ::-1]])
        apart = apart[np.lexsort((apart[:, 1], apart[:, 0]))]
        self._apart = apart[:, 1]
        self._apart_starts = np.searchsorted(apart[:, 0], np.arange(graph.count + 1))

    def support(self, track: int, labels: Indices) -> dict[int, float]:
        """The weight that each label has around a track."""
        edges = slice(self._starts[track], self._starts[track + 1])
        votes: dict[int, float] = {}
        for label, weight in zip(labels[self._second[edges]].tolist(), self._weight[edges].tolist(), strict=True):
            votes[label] = votes.get(label, 0.0) + weight
        return votes

    def strength(self, track: int, labels: Indices) -> float:
        """The weight that a track's own label has around it."""
        edges = slice(self._starts[track], self._starts[track + 1])
        return float(self._weight[edges][labels[self._second[edges]] == labels[track]].sum())

    def around(self, track: int) -> list[int]:
        """The tracks that edges lead to."""
        found: list[int] = self._second[self._starts[track] : self._starts[track + 1]].tolist()
        return found

    def apart_from(self, track: int) -> Indices:
        """The tracks that were seen together with a track."""
        return self._apart[self._apart_starts[track] : self._apart_starts[track + 1]]
