"""Groups of tracks: how big they are, where their centre is, and which of them cannot be one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.faces import NOBODY, Rules
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.neighbours import Indices


@dataclass(frozen=True)
class Groups:
    """Groups 0 .. n - 1."""

    of_track: Indices
    """Shape (count,): group of each track."""

    sizes: Indices
    """Shape (n,): faces that stand for the group's tracks."""

    centres: FloatArray
    """Shape (n, size): mean of those faces' descriptors, not normalised."""

    together: dict[int, set[int]]
    """For each group the groups that it is never one with: seen with it in one frame, or kept apart by a person."""

    settled: npt.NDArray[np.bool_]
    """Shape (n,): groups of a settled person."""

    def may_be_one(self, one: int, other: int) -> bool:
        """Whether no frame shows both groups, and nobody said that they are two."""
        return other not in self.together.get(one, set())


def measure_groups(
    labels: Indices, graph: TrackGraph, descriptors: FloatArray, tracks: Indices, rules: Rules
) -> Groups:
    """The groups that labels make.

    Args:
        labels: shape (count,): label of each track, 0 .. n - 1, each in use.
        graph: the tracks.
        descriptors: shape (m, size), the faces that stand for the tracks.
        tracks: shape (m,), number of the track of each of those faces.
        rules: what was said about settled persons.
    """
    of_face = labels[tracks]
    count = int(labels.max()) + 1
    sizes = np.bincount(of_face, minlength=count)
    centres = means_of(descriptors, of_face, count)
    together: dict[int, set[int]] = {}
    for one, other in [*_seen_together(labels, graph), *_kept_apart(labels, graph, rules)]:
        together.setdefault(one, set()).add(other)
        together.setdefault(other, set()).add(one)
    settled = np.zeros(count, dtype=np.bool_)
    settled[labels[graph.persons != NOBODY]] = True
    return Groups(labels, sizes, centres, together, settled)


def means_of(descriptors: FloatArray, groups: Indices, count: int) -> FloatArray:
    """Mean descriptor of each of `count` groups, shape (count, size), not normalised; zeros where a group is empty."""
    ones = np.ones(len(groups), dtype=np.float32)
    membership = csr_matrix((ones, (groups, np.arange(len(groups)))), shape=(count, len(groups)))
    sizes = np.maximum(np.bincount(groups, minlength=count), 1)
    return np.asarray(membership @ descriptors / sizes[:, None], dtype=np.float32)


def _seen_together(labels: Indices, graph: TrackGraph) -> list[tuple[int, int]]:
    """Pairs of labels that one frame shows, where neither may be in a frame twice."""
    exempt = graph.may_be_twice(labels)
    pairs = labels[graph.apart]
    kept = ~exempt[pairs].any(axis=1) & (pairs[:, 0] != pairs[:, 1])
    return [(one, other) for one, other in np.unique(pairs[kept], axis=0).tolist()]


def _kept_apart(labels: Indices, graph: TrackGraph, rules: Rules) -> list[tuple[int, int]]:
    """Pairs of labels that hold persons who are never one."""
    if not rules.apart:
        return []
    tracks = np.flatnonzero(graph.persons != NOBODY)
    held: dict[int, set[int]] = {}
    for person, label in set(zip(graph.persons[tracks].tolist(), labels[tracks].tolist(), strict=True)):
        held.setdefault(person, set()).add(label)
    return [(a, b) for one, other in rules.apart for a in held.get(one, ()) for b in held.get(other, ()) if a != b]
