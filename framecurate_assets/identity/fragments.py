"""Fragments: groups that are halves of one person.

Whispering stops as soon as every track agrees with most of its neighbours. A person in two hairstyles can end
as two such groups, although their centres are much closer to each other than those of any two people.
"""

from __future__ import annotations

import numpy as np

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.faces import NO_RULES, Rules
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.groups import Groups, measure_groups
from framecurate_assets.identity.neighbours import Indices, Neighbourhood
from framecurate_assets.identity.whispers import renumbered

CENTRE_FACTOR = 0.65
"""Two groups are one person if their centres are nearer than this multiple of the seed threshold: 0.338 at 0.52.
On all labelled sets at hand halves of one person are at 0.16-0.33, two people from 0.37 on."""

LONELY_FACTOR, LONELY_SHARE = 0.95, 0.75
"""Up to this multiple they are one, too, if each is far from everybody else: nearer to each other than this share of
the distance to the next centre of either. Where people look alike nobody is so alone."""

LONELY_FACES = 4
"""Faces that the smaller of the two may have: whoever is seen in five good faces is more likely somebody else. Of 104
such joins of random subsets of the labelled people 42 were wrong, all of them with five faces and more."""

FRAGMENT_FACES = 3
"""Faces from which a group has a centre. Fewer make the distance greater, never smaller."""

NEAREST_CENTRES = 4
"""How many groups around a group are looked at, where the nearest was seen with it in one frame."""


def join_fragments(
    labels: Indices,
    graph: TrackGraph,
    descriptors: FloatArray,
    tracks: Indices,
    threshold: float,
    rules: Rules = NO_RULES,
) -> Indices:
    """Labels in which groups with almost the same centre are one.

    Pairs that are each other's nearest are joined first, then centres are measured again, until nothing is near.

    Args:
        labels: shape (count,): label of each track, 0 .. n - 1, each in use.
        graph: the tracks; groups that were seen in one frame stay two.
        descriptors: shape (m, size), the faces that stand for the tracks.
        tracks: shape (m,), number of the track of each of those faces.
        threshold: seed threshold, Euclidean.
        rules: what was said about settled persons.

    Returns:
        Shape (count,), numbered without gaps.
    """
    changed = np.ones(int(labels.max()) + 1, dtype=np.bool_)
    while True:
        groups = measure_groups(labels, graph, descriptors, tracks, rules)
        joins = np.arange(len(groups.sizes))
        for one, other in _Centres(groups, threshold).pairs(np.flatnonzero(changed)):
            joins[max(one, other)] = min(one, other)
        if (joins == np.arange(len(joins))).all():
            return labels
        # Others may be near to the joined ones only: nobody else has another neighbour than before.
        touched = joins[joins != np.arange(len(joins))]
        after = renumbered(joins[labels])
        changed = np.isin(np.arange(int(after.max()) + 1), after[np.isin(labels, touched)])
        labels = after


class _Centres:
    """The centres of groups, each with its nearest others, as far as they were looked for."""

    def __init__(self, groups: Groups, threshold: float) -> None:
        self._groups = groups
        self._threshold = threshold
        self._known = np.flatnonzero(groups.sizes > 0)
        self._neighbourhood = Neighbourhood(groups.centres[self._known], self._known)
        self._nearest: dict[int, list[tuple[int, float]]] = {}

    def pairs(self, asked: Indices) -> set[tuple[int, int]]:
        """Pairs of groups, one of them asked for, that are each other's nearest, and near enough to be one."""
        self._look(asked)
        partners = {group: self._partner(group) for group in asked.tolist()}
        wanted = {partner[0] for partner in partners.values() if partner}
        self._look(np.array(sorted(wanted - partners.keys()), dtype=np.int64))
        found = set()
        for one, partner in partners.items():
            back = self._partner(partner[0]) if partner else None
            if partner and back and back[0] == one and self._is_one(one, *partner):
                found.add((min(one, partner[0]), max(one, partner[0])))
        return found

    def _look(self, asked: Indices) -> None:
        asked = asked[self._groups.sizes[asked] > 0]
        rows, distances = self._neighbourhood.nearest(self._groups.centres[asked], asked, NEAREST_CENTRES)
        for group, others, lengths in zip(asked.tolist(), self._known[rows].tolist(), distances.tolist(), strict=True):
            self._nearest[group] = list(zip(others, lengths, strict=True))

    def _partner(self, group: int) -> tuple[int, float] | None:
        """The nearest group that may be one with it, and its distance, if that is small enough at all."""
        limit = LONELY_FACTOR * self._threshold
        for other, apart in self._nearest.get(group, ()):
            if apart > limit:
                return None
            if self._groups.may_be_one(group, other):
                return other, apart
        return None

    def _is_one(self, one: int, other: int, apart: float) -> bool:
        sizes, settled = self._groups.sizes, self._groups.settled
        if apart <= CENTRE_FACTOR * self._threshold:
            return bool(min(sizes[one], sizes[other]) >= FRAGMENT_FACES)
        beyond = min(self._beyond(one, other), self._beyond(other, one))
        may_be_half = not (settled[one] and settled[other]) and min(sizes[one], sizes[other]) <= LONELY_FACES
        return bool(may_be_half and apart <= LONELY_SHARE * beyond)

    def _beyond(self, group: int, partner: int) -> float:
        """Distance to the nearest group besides the partner; 0 where there is none, and so no measure."""
        return next((apart for other, apart in self._nearest[group] if other != partner and np.isfinite(apart)), 0.0)
