"""Settled persons that turn out to be one."""

from __future__ import annotations

import numpy as np

from framecurate_assets.identity.faces import NOBODY, Faces
from framecurate_assets.identity.neighbours import Indices

Merge = tuple[int, int, float]
"""A settled person, the one that it is part of, and the Euclidean distance of their centres."""


def merged_persons(labels: Indices, faces: Faces) -> tuple[Merge, ...]:
    """Of the settled persons who share a label all but the one with most faces, the lower number where they tie.

    Args:
        labels: shape (count,): label of each track.
        faces: all faces.
    """
    tracks = np.flatnonzero(faces.person_of_track != NOBODY)
    held: dict[int, set[int]] = {}
    for label, person in set(zip(labels[tracks].tolist(), faces.person_of_track[tracks].tolist(), strict=True)):
        held.setdefault(label, set()).add(person)
    merges: list[Merge] = []
    for persons in held.values():
        if len(persons) > 1:
            rows = {person: np.flatnonzero(faces.settled == person) for person in persons}
            into = min(persons, key=lambda person: (-len(rows[person]), person))
            centres = {person: faces.descriptors[rows[person]].mean(axis=0) for person in persons}
            merges += [
                (person, into, float(np.linalg.norm(centres[person] - centres[into]))) for person in persons - {into}
            ]
    return tuple(sorted(merges))
