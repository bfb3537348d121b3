"""How near each face is to its person, and how near to the next one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.draws import NEAREST_FACES, nearest_groups
from framecurate_assets.identity.faces import NOBODY, Bools, Faces
from framecurate_assets.identity.groups import means_of
from framecurate_assets.identity.neighbours import Indices, Neighbourhood

RIVALS = 4
"""Groups around a group that each of its faces is measured against: those with the nearest centres."""

FACES_OF_GROUP = 100
"""Faces of a group by which others are measured, at most, evenly spread: 10 000 faces of one person need not all be."""


@dataclass(frozen=True)
class Margins:
    """Distances of n faces, Euclidean; NaN where there is nothing to measure."""

    distance: FloatArray
    """Shape (n,): to the own group; NaN of a face that is nobody's."""
    rival: Indices
    """Shape (n,): the nearest other group, or `NOBODY`."""
    rival_distance: FloatArray
    """Shape (n,): to that one."""


def measure_margins(
    faces: Faces, voting: Indices, neighbourhood: Neighbourhood, labels: Indices, asked: Bools
) -> Margins:
    """Mean distance of faces to the nearest faces of their own group and of the nearest other group.

    Faces of the own track do not count, unless the group has no other.

    Args:
        faces: all faces.
        voting: rows of the faces that stand for groups; others are measured, but nobody is measured by them.
        neighbourhood: those faces.
        labels: shape (count,): group of each track, or `NOBODY`.
        asked: shape (n,): the faces to measure; of the others everything is NaN.
    """
    total = len(faces.tracks)
    margins = Margins(
        np.full(total, np.nan, np.float32), np.full(total, NOBODY), np.full(total, np.nan, dtype=np.float32)
    )
    of_face = labels[faces.tracks]
    nobodys = np.flatnonzero(asked & (of_face == NOBODY))
    grouped = voting[of_face[voting] != NOBODY]
    if not len(grouped):
        return margins
    of_grouped = of_face[grouped]
    sizes = np.bincount(of_grouped)
    standing = _split(grouped[np.argsort(of_grouped, kind="stable")], sizes)
    standing = [rows[:: -(-len(rows) // FACES_OF_GROUP)] for rows in standing]
    centres, everyone = means_of(faces.descriptors[grouped], of_grouped, len(sizes)), np.arange(len(sizes))
    rivals, apart = Neighbourhood(centres, everyone).nearest(centres, everyone, RIVALS)
    members = np.flatnonzero(asked & (of_face != NOBODY))
    members = members[np.argsort(of_face[members], kind="stable")]
    for group, rows in enumerate(_split(members, np.bincount(of_face[members], minlength=len(sizes)))):
        if len(rows):
            _measure(margins, faces, rows, standing, [group, *rivals[group][np.isfinite(apart[group])].tolist()])
    if len(nobodys):
        points, own = faces.descriptors[nobodys], np.full(len(nobodys), NOBODY)
        draws = nearest_groups(points, own, neighbourhood, of_face[voting], np.ones(len(sizes), dtype=np.bool_))
        margins.rival[nobodys] = draws.group
        margins.rival_distance[nobodys] = np.where(np.isinf(draws.distance), np.nan, draws.distance)
    return margins


def _split(rows: Indices, sizes: Indices) -> list[Indices]:
    """Rows sorted by group, one array a group."""
    return np.split(rows, np.cumsum(sizes)[:-1])


def _measure(margins: Margins, faces: Faces, rows: Indices, standing: list[Indices], groups: list[int]) -> None:
    """Fill in the margins of some faces of one group, the first of `groups`; the others are its rivals."""
    columns = np.concatenate([standing[group] for group in groups])
    points, base = faces.descriptors[rows], faces.descriptors[columns]
    squared = points @ base.T
    squared *= -2
    squared += np.einsum("ij,ij->i", points, points)[:, None]
    squared += np.einsum("ij,ij->i", base, base)
    left = len(standing[groups[0]])
    margins.distance[rows] = _to_own(squared[:, :left], faces.tracks, rows, standing[groups[0]])
    for group in groups[1:]:
        right = left + len(standing[group])
        means = _mean_of_nearest(squared[:, left:right])
        nearer = ~(means >= margins.rival_distance[rows])
        margins.rival[rows[nearer]], margins.rival_distance[rows[nearer]] = group, means[nearer]
        left = right


def _to_own(squared: FloatArray, tracks: Indices, rows: Indices, standing: Indices) -> FloatArray:
    """Mean distance of each face to its nearest in other tracks of the group; in its own where there is no other."""
    means = _mean_of_nearest(np.where(tracks[rows][:, None] == tracks[standing][None], np.inf, squared))
    alone = np.isinf(means)
    means[alone] = _mean_of_nearest(np.where(rows[alone, None] == standing[None], np.inf, squared[alone]))
    return np.where(np.isinf(means), np.nan, means)


def _mean_of_nearest(squared: FloatArray) -> FloatArray:
    """Mean of the roots of the smallest finite values of each row, at most five; infinite where there is none."""
    if squared.shape[1] > NEAREST_FACES:
        squared = np.partition(squared, NEAREST_FACES - 1, axis=1)[:, :NEAREST_FACES]
    finite = np.isfinite(squared)
    sums = np.sqrt(np.where(finite, np.maximum(squared, 0), 0)).sum(axis=1)
    counts = finite.sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf).astype(np.float32)
