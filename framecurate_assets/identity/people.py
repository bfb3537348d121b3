"""Which tracks are the same person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framecurate_assets.identity.conflicts import separate
from framecurate_assets.identity.faces import NO_RULES, NOBODY, Bools, Faces, Rules
from framecurate_assets.identity.fragments import join_fragments
from framecurate_assets.identity.graph import best_of_tracks, build_graph
from framecurate_assets.identity.leftovers import attach_leftovers
from framecurate_assets.identity.merges import Merge, merged_persons
from framecurate_assets.identity.neighbours import Indices, Neighbourhood
from framecurate_assets.identity.strays import find_strays
from framecurate_assets.identity.whispers import renumbered, whisper

THRESHOLD_BY_FACES = ((1_000, 1.0), (10_000, 0.96), (50_000, 0.88), (200_000, 0.88), (1_000_000, 0.80))
"""The more faces, the nearer the nearest stranger: the part of the seed threshold that holds at that many faces.
Measured from 1 000 to 1 000 000; between these the logarithm of the number decides, outside the nearest holds."""


@dataclass(frozen=True)
class People:
    """Groups of tracks."""

    labels: Indices
    """Shape (count,): group of each track, 0, 1, … in the order of the tracks; `NOBODY`: none."""

    is_core: Bools
    """Shape (count,): in the group before others joined it."""

    between: Bools
    """Shape (count,): nobody's because two groups are about as near."""

    merged: tuple[Merge, ...]
    """Settled persons that turned out to be one."""

    voting: Indices
    """Rows of the faces that stand for the groups."""

    neighbourhood: Neighbourhood
    """Those faces."""

    threshold: float
    """The seed threshold that held, Euclidean."""


def find_people(faces: Faces, distance: float, rules: Rules = NO_RULES) -> People:
    """Which tracks are the same person.

    Args:
        faces: all faces, at least one.
        distance: seed threshold for up to a thousand faces: Euclidean distance between two descriptors up to which
            they found a person together. Every other threshold is a multiple of it.
        rules: what was said about settled persons.
    """
    voting = best_of_tracks(faces)
    if not len(voting):
        return _nobody(faces, voting, distance)
    neighbourhood = Neighbourhood(faces.descriptors[voting], faces.tracks[voting])
    threshold = distance * tightening(len(voting))
    graph = build_graph(faces, voting, neighbourhood, threshold, rules.twice)
    labels = whisper(graph, _starting_labels(faces), faces.keys)
    # Whoever was put out of a group may draw others with him: hence a second time.
    labels = whisper(graph, separate(graph, labels), faces.keys)
    standing = faces.descriptors[voting], faces.tracks[voting]
    labels = join_fragments(separate(graph, labels), graph, *standing, threshold, rules)
    merged = merged_persons(labels, faces)
    attached, between = attach_leftovers(labels, faces, voting, neighbourhood, graph, threshold, rules)
    joined = _numbered_from_zero(attached)
    strays = find_strays(faces, voting, neighbourhood, graph, joined)
    joined[strays] = NOBODY
    is_core = (attached == labels) & (joined != NOBODY)
    return People(_numbered_from_zero(joined), is_core, between | strays, merged, voting, neighbourhood, threshold)


def _nobody(faces: Faces, voting: Indices, threshold: float) -> People:
    """No face is good enough to found a person."""
    none = np.zeros(faces.count, dtype=np.bool_)
    neighbourhood = Neighbourhood(faces.descriptors[voting], faces.tracks[voting])
    return People(np.full(faces.count, NOBODY), none, none, (), voting, neighbourhood, threshold)


def tightening(faces: int) -> float:
    """The part of the seed threshold that holds for this many faces."""
    sizes, parts = zip(*THRESHOLD_BY_FACES, strict=True)
    return float(np.interp(np.log(faces), np.log(sizes), parts))


def _starting_labels(faces: Faces) -> Indices:
    """Each track for itself, those of a settled person together."""
    labels = np.arange(faces.count)
    settled = np.flatnonzero(faces.person_of_track != NOBODY)
    _, first, where = np.unique(faces.person_of_track[settled], return_index=True, return_inverse=True)
    labels[settled] = settled[first][where]
    return labels


def _numbered_from_zero(labels: Indices) -> Indices:
    """The same groups, numbered 0, 1, … in the order in which they appear; `NOBODY` stays."""
    numbered = np.full(len(labels), NOBODY, dtype=np.int64)
    numbered[labels != NOBODY] = renumbered(labels[labels != NOBODY])
    return numbered
