"""Which group draws a face that is in none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.faces import NOBODY, Bools
from framecurate_assets.identity.graph import NEIGHBOURS
from framecurate_assets.identity.neighbours import Indices, Neighbourhood

NEAREST_FACES = 5
"""The distance to a group is the mean over this many of its nearest faces: one stray face among them does not
decide."""


@dataclass(frozen=True)
class Draws:
    """For each of q points the group whose nearest faces are nearest, and the second."""

    group: Indices
    """Shape (q,); `NOBODY` where no group has a face among the neighbours."""
    distance: FloatArray
    """Shape (q,), Euclidean; infinite where there is no group."""
    second_distance: FloatArray
    """Shape (q,): to the second nearest group; infinite where there is none."""


def nearest_groups(
    points: FloatArray, own: Indices, neighbourhood: Neighbourhood, groups: Indices, drawing: Bools
) -> Draws:
    """The two groups with the least mean distance between a point and their nearest faces.

    A group of whose faces only some are among the point's neighbours has the others no nearer than the last neighbour,
    and is taken to have them just there.

    Args:
        points: shape (q, size).
        own: shape (q,): the group that each point is in, which does not count, or `NOBODY`.
        neighbourhood: the faces that stand for groups.
        groups: group of each of those, or `NOBODY`.
        drawing: shape (greatest group + 1,): the groups that count.
    """
    rows, distances = neighbourhood.nearest(points, np.full(len(points), NOBODY), NEIGHBOURS)
    sizes = np.bincount(groups[groups != NOBODY], minlength=len(drawing))
    counts = np.append(drawing, False)[groups]
    distances[~counts[rows] | (groups[rows] == own[:, None])] = np.inf
    last = np.where(np.isfinite(distances), distances, 0).max(axis=1)
    point = np.repeat(np.arange(len(points)), rows.shape[1])
    found = np.isfinite(distances).ravel()
    if not found.any():
        nobody, far = np.full(len(points), NOBODY), np.full(len(points), np.inf, dtype=np.float32)
        return Draws(nobody, far, far)
    point, group, length = point[found], groups[rows].ravel()[found], distances.ravel()[found]
    order = np.lexsort((length, group, point))
    point, group, length = point[order], group[order], length[order]
    starts = np.flatnonzero(np.concatenate([[True], (point[1:] != point[:-1]) | (group[1:] != group[:-1])]))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    counted = rank < NEAREST_FACES
    counts = np.add.reduceat(counted.astype(np.int64), starts)
    point, group = point[starts], group[starts]
    missing = np.maximum(np.minimum(sizes[group], NEAREST_FACES) - counts, 0)
    sums = np.add.reduceat(np.where(counted, length, 0), starts) + missing * last[point]
    return _two_least(point, group, sums / (counts + missing), len(points))


def _two_least(point: Indices, group: Indices, means: FloatArray, count: int) -> Draws:
    """The nearest and the second nearest group of each point."""
    order = np.lexsort((group, means, point))
    padding = np.full(2, NOBODY)
    point, group = np.append(point[order], padding), np.append(group[order], padding)
    means = np.append(means[order], [np.inf, np.inf])
    first = np.searchsorted(point[:-2], np.arange(count))
    drawn, again = point[first] == np.arange(count), point[first + 1] == np.arange(count)
    return Draws(
        np.where(drawn, group[first], NOBODY),
        np.where(drawn, means[first], np.inf),
        np.where(drawn & again, means[first + 1], np.inf),
    )
