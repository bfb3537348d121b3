"""Leftovers: tracks that no group drew, or that are too poor to be asked, and the group to which each belongs."""

from __future__ import annotations

import numpy as np

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.draws import nearest_groups
from framecurate_assets.identity.faces import NO_RULES, NOBODY, Bools, Faces, Rules
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.groups import measure_groups
from framecurate_assets.identity.neighbours import Indices, Neighbourhood

BIG_FACES = 8
"""Faces from which a group is known well enough to measure a track of founders by: more than one track has. With 4,
people of whom there are few faces gathered strangers."""

LEFTOVER_FACES = 2
"""Faces up to which a group is a leftover. With 4, people of whom there are few faces lost theirs."""

JOIN_FACTOR = 1.12
"""Leftovers join up to this multiple of the seed threshold, as the mean distance to a group's nearest faces."""

SECOND_FACTOR = 0.9
"""And only if the nearest group is nearer than this part of the distance to the second nearest: where two people
look alike a leftover is nobody's."""


def attach_leftovers(
    labels: Indices,
    faces: Faces,
    voting: Indices,
    neighbourhood: Neighbourhood,
    graph: TrackGraph,
    threshold: float,
    rules: Rules = NO_RULES,
) -> tuple[Indices, Bools]:
    """Labels in which each leftover that is near to one group, and to no second, has that group's label.

    Args:
        labels: shape (count,): label of each track, 0 .. n - 1, each in use.
        faces: all faces; each track is measured by its quality-weighted descriptor.
        voting: rows of the faces that stand for groups. A track without any is too poor to found a person.
        neighbourhood: those faces.
        graph: the tracks; one seen in a frame with a track of a group never joins that group.
        threshold: seed threshold, Euclidean.
        rules: what was said about settled persons.

    Returns:
        Shape (count,), `NOBODY` where a track that is too poor joins nobody, or where two groups draw a leftover; and
        which of these are between two groups.

    Source of the margin to the second: D. Lowe, "Distinctive image features from scale-invariant keypoints",
    IJCV 2004, section 7.1.
    """
    groups = measure_groups(labels, graph, faces.descriptors[voting], faces.tracks[voting], rules)
    poor = groups.sizes == 0
    small = (groups.sizes <= LEFTOVER_FACES) & ~groups.settled & ~poor
    target = np.where(poor, NOBODY, np.arange(len(poor)))
    between = np.zeros(len(poor), dtype=np.bool_)
    everyone = np.arange(len(poor))
    # The small ones first: whoever they join is better known to the poor ones, and who is left is somebody, too.
    for leftovers, least in ((small, BIG_FACES), (poor, 1)):
        asked = np.flatnonzero(leftovers)
        drawing = ~poor & (target == everyone) & (groups.sizes >= least)
        if not len(asked) or not drawing.any():
            continue
        of_voting = target[labels[faces.tracks[voting]]]
        draws = nearest_groups(_descriptors(faces, labels, asked), asked, neighbourhood, of_voting, drawing)
        near = draws.distance <= JOIN_FACTOR * threshold
        clear = draws.distance <= SECOND_FACTOR * draws.second_distance
        between[asked] = near & ~clear & (groups.sizes[asked] <= 1)
        for leftover, group in zip(asked[near & clear].tolist(), draws.group[near & clear].tolist(), strict=True):
            if groups.may_be_one(leftover, group):
                target[leftover] = group
                for other in groups.together.get(leftover, set()):
                    groups.together.setdefault(other, set()).add(group)
        target[between] = NOBODY
    return target[labels], between[labels]


def _descriptors(faces: Faces, labels: Indices, groups: Indices) -> FloatArray:
    """Quality-weighted mean descriptor of the tracks of each of some groups, shape (m, size)."""
    position = np.full(int(labels.max()) + 1, NOBODY, dtype=np.int64)
    position[groups] = np.arange(len(groups))
    at = position[labels]
    sums = np.zeros((len(groups), faces.descriptors.shape[1]))
    tracks = np.flatnonzero(at != NOBODY)
    np.add.at(sums, at[tracks], faces.track_descriptors(tracks))
    return (sums / np.bincount(at[tracks], minlength=len(groups))[:, None]).astype(np.float32)
