"""Leftovers: the few faces that no group drew, and that clearly belong to one of the big groups."""

from __future__ import annotations

import numpy as np

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.groups import measure_groups
from framecurate_assets.identity.neighbours import Indices

BIG_FACES = 8
"""Faces from which the centre of a group is known well enough to measure a single face by: more than one track
has. With 4, people of whom there are few faces gathered strangers."""

LEFTOVER_FACES = 2
"""Faces up to which a group is a leftover. With 4, people of whom there are few faces lost theirs."""

JOIN_FACTOR = 1.06
"""Leftovers join up to this multiple of the seed threshold, measured from centre to centre: 0.55 at 0.52. At 0.60
they split no fewer people than at 0.55, and merged more."""

SECOND_FACTOR = 0.9
"""And only if the nearest centre is nearer than this part of the distance to the second nearest: where two people
look alike a leftover stays alone."""


def attach_leftovers(
    labels: Indices, graph: TrackGraph, descriptors: FloatArray, tracks: Indices, threshold: float
) -> Indices:
    """Labels in which each leftover that is near to one big group, and to no second, has that group's label.

    Args:
        labels: shape (count,): label of each track, 0 .. n - 1, each in use.
        graph: the tracks; one seen in a frame with a track of a group never joins that group.
        descriptors: shape (m, size), the faces that stand for the tracks.
        tracks: shape (m,), number of the track of each of those faces.
        threshold: seed threshold, Euclidean.

    Returns:
        Shape (count,).

    Source of the margin to the second: D. Lowe, "Distinctive image features from scale-invariant keypoints",
    IJCV 2004, section 7.1.
    """
    groups = measure_groups(labels, graph, descriptors, tracks)
    big, leftovers = np.flatnonzero(groups.sizes >= BIG_FACES), np.flatnonzero(groups.sizes <= LEFTOVER_FACES)
    if not len(big):
        return labels
    joined = labels.copy()
    for leftover in leftovers.tolist():
        distances = np.linalg.norm(groups.centres[big] - groups.centres[leftover], axis=1)
        order = np.argsort(distances, kind="stable")
        nearest = int(big[order[0]])
        near = distances[order[0]] <= JOIN_FACTOR * threshold
        clear = len(big) == 1 or distances[order[0]] <= SECOND_FACTOR * distances[order[1]]
        if near and clear and groups.may_be_one(leftover, nearest):
            joined[labels == leftover] = nearest
            for other in groups.together.get(leftover, set()):
                groups.together.setdefault(other, set()).add(nearest)
    return joined
