"""Fragments: groups that are halves of one person.

Whispering stops as soon as every track agrees with most of its neighbours. A person in two hairstyles can end
as two such groups, although their centres are much closer to each other than those of any two people.
"""

from __future__ import annotations

import numpy as np

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.groups import Groups, measure_groups
from framecurate_assets.identity.neighbours import Indices, nearest_neighbours
from framecurate_assets.identity.whispers import renumbered

CENTRE_FACTOR = 0.65
"""Two groups are one person if their centres are nearer than this multiple of the seed threshold: 0.338 at 0.52.
On all labelled sets at hand halves of one person are at 0.16-0.33, two people from 0.37 on."""

FRAGMENT_FACES = 3
"""Faces from which a group has a centre. Fewer make the distance greater, never smaller."""

NEAREST_CENTRES = 4
"""How many groups around a group are looked at, where the nearest was seen with it in one frame."""


def join_fragments(
    labels: Indices, graph: TrackGraph, descriptors: FloatArray, tracks: Indices, threshold: float
) -> Indices:
    """Labels in which groups with almost the same centre are one.

    Pairs that are each other's nearest are joined first, then centres are measured again, until nothing is near.

    Args:
        labels: shape (count,): label of each track, 0 .. n - 1, each in use.
        graph: the tracks; groups that were seen in one frame stay two.
        descriptors: shape (m, size), the faces that stand for the tracks.
        tracks: shape (m,), number of the track of each of those faces.
        threshold: seed threshold, Euclidean.

    Returns:
        Shape (count,), numbered without gaps.
    """
    while True:
        groups = measure_groups(labels, graph, descriptors, tracks)
        nearest = _nearest(groups, CENTRE_FACTOR * threshold)
        pairs = [(one, other) for one, other in nearest.items() if one < other and nearest.get(other) == one]
        if not pairs:
            return labels
        for one, other in pairs:
            labels = np.where(labels == other, one, labels)
        labels = renumbered(labels)


def _nearest(groups: Groups, limit: float) -> dict[int, int]:
    """For each group the nearest that it may be one with, if it is within the limit."""
    known = np.flatnonzero(groups.sizes >= FRAGMENT_FACES)
    if len(known) < 2:
        return {}
    centres = groups.centres[known].astype(np.float32)
    others, distances = nearest_neighbours(centres, np.arange(len(known)), NEAREST_CENTRES)
    nearest: dict[int, int] = {}
    for group, columns, lengths in zip(known.tolist(), known[others].tolist(), distances.tolist(), strict=True):
        for other, length in zip(columns, lengths, strict=True):
            if length <= limit and groups.may_be_one(group, other):
                nearest[group] = other
                break
    return nearest
