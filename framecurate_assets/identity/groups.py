"""Groups of tracks: how big they are, where their centre is, and which of them cannot be one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.neighbours import Indices


@dataclass(frozen=True)
class Groups:
    """Groups 0 .. n - 1."""

    of_track: Indices
    """Shape (count,): group of each track."""

    sizes: Indices
    """Shape (n,): faces that stand for the group's tracks."""

    centres: npt.NDArray[np.float64]
    """Shape (n, size): mean of those faces' descriptors, not normalised."""

    together: dict[int, set[int]]
    """For each group the groups that it was seen with in one frame."""

    def may_be_one(self, one: int, other: int) -> bool:
        """Whether no frame shows both groups."""
        return other not in self.together.get(one, set())


def measure_groups(labels: Indices, graph: TrackGraph, descriptors: FloatArray, tracks: Indices) -> Groups:
    """The groups that labels make.

    Args:
        labels: shape (count,): label of each track, 0 .. n - 1, each in use.
        graph: the tracks.
        descriptors: shape (m, size), the faces that stand for the tracks.
        tracks: shape (m,), number of the track of each of those faces.
    """
    of_face = labels[tracks]
    count = int(labels.max()) + 1
    sizes = np.bincount(of_face, minlength=count)
    centres = np.zeros((count, descriptors.shape[1]))
    np.add.at(centres, of_face, descriptors)
    together: dict[int, set[int]] = {}
    for one, other in labels[graph.apart].tolist():
        together.setdefault(one, set()).add(other)
        together.setdefault(other, set()).add(one)
    return Groups(labels, sizes, centres / sizes[:, None], together)
