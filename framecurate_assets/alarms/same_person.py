"""Pairs of persons who may be one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from framecurate_assets.alarms.separation import Separation, measure_groups, separation
from framecurate_assets.alarms.tracks import Tracks
from framecurate_assets.identity.neighbours import Indices, Neighbourhood

MIDDLE_EXCESS = 0.31
"""In thresholds: two persons who are so much further apart than wide are as likely one as two. 91 % of the parts of
labelled people who were cut by source are below it, and 5 pairs of 110 people."""

STEEPNESS = 15.0
"""Of the logistic curve from excess to score, as for two people in one person."""

NEAREST_PERSONS = 5
"""How many persons around a person are compared with them."""


@dataclass(frozen=True)
class SamePerson:
    """Two persons who may be one."""

    person_id: str
    """The one with more faces: whose id a merge keeps."""
    other_id: str
    faces: int
    """Of the other one."""
    score: float
    """How sure it is, 0..1."""
    evidence: str


def same_person(
    tracks: Tracks, seen_together: pl.DataFrame, apart: Collection[tuple[str, str]], threshold: float
) -> Iterator[SamePerson]:
    """The pairs for whom one person is likelier than two.

    Args:
        tracks: of everybody.
        seen_together: person_id, other_id, the lower id first: persons whom one frame shows.
        apart: pairs of persons that people said are two, the lower id first.
        threshold: Euclidean distance between two descriptors up to which they found a person together.
    """
    if not len(tracks.faces):
        return
    groups = measure_groups(tracks, tracks.person_of, threshold)
    ids = list(dict.fromkeys(tracks.person_ids))
    never = {*seen_together.iter_rows(), *apart}
    first, second = _near_pairs(groups.centres.astype(np.float32))
    gaps = separation(groups, first, second, threshold)
    scores = 1 / (1 + np.exp(STEEPNESS * (gaps.excess - MIDDLE_EXCESS)))
    for pair in np.flatnonzero(scores >= 0.5).tolist():
        one, other = int(first[pair]), int(second[pair])
        if (ids[one], ids[other]) in never:
            continue
        if groups.faces[other] > groups.faces[one]:
            one, other = other, one
        yield SamePerson(ids[one], ids[other], int(groups.faces[other]), float(scores[pair]), _evidence(gaps, pair))


def _near_pairs(centres: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> tuple[Indices, Indices]:
    """Each person with the nearest others, every pair once, the lower number first."""
    everybody = np.arange(len(centres))
    others, distances = Neighbourhood(centres, everybody).nearest(centres, everybody, NEAREST_PERSONS)
    rows, columns = np.nonzero(np.isfinite(distances))
    pairs = np.unique(np.sort(np.stack([rows, others[rows, columns]], axis=1), axis=1), axis=0)
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


def _evidence(gaps: Separation, pair: int) -> str:
    return (
        f"Descriptors differ by {gaps.between[pair]:.2f} between the two and by {gaps.within[pair]:.2f} within the "
        "wider one, and no frame shows both."
    )
