"""Two faces of one frame are two people: what to do when clustering says otherwise."""

from __future__ import annotations

import numpy as np

from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.neighbours import Indices
from framecurate_assets.identity.whispers import renumbered


def separate(graph: TrackGraph, labels: Indices) -> Indices:
    """Labels in which no two tracks that were seen in one frame are the same.

    Of two such tracks the one that the rest of the label supports better stays. The other goes to the label
    that draws it most among those without a track seen together with it, or gets a label of its own; so tracks
    that leave one after the other find each other again.

    Args:
        graph: the tracks.
        labels: shape (count,).

    Returns:
        Shape (count,), numbered 0, 1, … in the order of the tracks.
    """
    labels = labels.copy()
    edges = _Edges(graph)
    clashing = graph.apart[labels[graph.apart[:, 0]] == labels[graph.apart[:, 1]]]
    while len(clashing):
        support = {int(track): edges.support(int(track), labels) for track in np.unique(clashing)}
        strength = {track: votes.get(int(labels[track]), 0.0) for track, votes in support.items()}
        losers = {min((int(a), int(b)), key=lambda track: (strength[track], -track)) for a, b in clashing}
        loser = min(losers, key=lambda track: (strength[track], -track))
        taken = set(labels[edges.apart_from(loser)].tolist())
        open_labels = {label: votes for label, votes in support[loser].items() if label not in taken}
        if open_labels:
            labels[loser] = min(open_labels, key=lambda label: (-open_labels[label], label))
        else:
            labels[loser] = labels.max() + 1
        clashing = clashing[(clashing != loser).all(axis=1)]
    return renumbered(labels)


class _Edges:
    """The edges of a graph by track."""

    def __init__(self, graph: TrackGraph) -> None:
        between = graph.first != graph.second
        self._first, self._second = graph.first[between], graph.second[between]
        self._weight = graph.weight[between]
        self._starts = np.searchsorted(self._first, np.arange(graph.count + 1))
        self._apart = np.concatenate([graph.apart, graph.apart[:, ::-1]])

    def support(self, track: int, labels: Indices) -> dict[int, float]:
        """The weight that each label has around a track."""
        edges = slice(self._starts[track], self._starts[track + 1])
        votes: dict[int, float] = {}
        for label, weight in zip(labels[self._second[edges]].tolist(), self._weight[edges].tolist(), strict=True):
            votes[label] = votes.get(label, 0.0) + weight
        return votes

    def apart_from(self, track: int) -> Indices:
        """The tracks that were seen together with a track."""
        return np.asarray(self._apart[self._apart[:, 0] == track, 1])
