"""How much further two groups of faces are apart than each is wide.

Distances alone do not tell whether two groups are one person: stills of twenty years differ more than two people
who look alike do in one film. What tells is how much further the faces of the two are from each other than the
faces of either are among themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framecurate_assets.alarms.tracks import Numbers, Tracks
from framecurate_assets.identity.neighbours import Indices

EXPECTED_WIDTH = 0.54
"""Distance between two faces of one person, in thresholds, that is expected where a group tells nothing: 0.28 at
0.52, the median within a clip."""

EXPECTED_PAIRS = 2
"""How many pairs of tracks that expectation weighs as much as: with 6, people of whom there are few tracks were
taken for one."""

WIDEST = 0.95
"""Width, in thresholds, beyond which a group is not taken to be wide but to hold more than one person: of labelled
people half are narrower, also those of whom there are only stills of twenty years."""


@dataclass(frozen=True)
class Groups:
    """g groups of tracks; in each, tracks count alike, however many faces they have."""

    centres: Numbers
    """Shape (g, size)."""

    spreads: Numbers
    """Shape (g,): mean squared distance of a face from the centre."""

    widths: Numbers
    """Shape (g,): root mean square distance between two faces of different tracks."""

    faces: Indices
    """Shape (g,)."""


def measure_groups(tracks: Tracks, groups: Indices, threshold: float) -> Groups:
    """The groups that the tracks make.

    Args:
        tracks: n tracks.
        groups: shape (n,): the group of each, 0 .. g - 1, each in use.
        threshold: Euclidean distance between two descriptors up to which they found a person together.
    """
    count = np.bincount(groups)
    centres = np.zeros((len(count), tracks.means.shape[1]))
    np.add.at(centres, groups, tracks.means)
    centres /= count[:, None]
    away = tracks.means - centres[groups]
    within_tracks = np.bincount(groups, tracks.spreads)
    spreads = (within_tracks + np.bincount(groups, np.einsum("ij,ij->i", away, away))) / count
    # The sum over all pairs of tracks, without those of a track and itself.
    between_tracks = 2 * count**2 * spreads - 2 * within_tracks
    expected = EXPECTED_PAIRS * (EXPECTED_WIDTH * threshold) ** 2
    widths = np.sqrt((between_tracks + expected) / (count * (count - 1) + EXPECTED_PAIRS))
    return Groups(centres, spreads, widths, np.bincount(groups, tracks.faces).astype(np.int64))


@dataclass(frozen=True)
class Separation:
    """Of k pairs of groups."""

    between: Numbers
    """Shape (k,): root mean square distance between a face of one and a face of the other."""

    within: Numbers
    """Shape (k,): the width of the wider one."""

    threshold: float

    @property
    def excess(self) -> Numbers:
        """Shape (k,): by how much they are further apart than wide, in thresholds: about 0 for halves of a person."""
        return (self.between - np.minimum(self.within, WIDEST * self.threshold)) / self.threshold


def separation(groups: Groups, first: Indices, second: Indices, threshold: float) -> Separation:
    """Of the pairs whose numbers `first` and `second`, both of shape (k,), give."""
    away = groups.centres[first] - groups.centres[second]
    squared = np.einsum("ij,ij->i", away, away) + groups.spreads[first] + groups.spreads[second]
    return Separation(np.sqrt(squared), np.maximum(groups.widths[first], groups.widths[second]), threshold)
