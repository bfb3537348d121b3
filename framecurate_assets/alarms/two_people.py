"""Persons in whom there may be two people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.cluster.hierarchy import fcluster, ward

from framecurate_assets.alarms.separation import measure_groups, separation
from framecurate_assets.alarms.tracks import Numbers, Tracks
from framecurate_assets.identity.neighbours import Indices

MIDDLE_EXCESS = 0.38
"""In thresholds: halves that are so much further apart than wide are as likely two people as one. None of 110 labelled
people is above it where they fall apart most, and 88 % of pairs of lookalikes are who were made one."""

STEEPNESS = 15.0
"""Of the logistic curve from excess to score, as fitted to these."""

BRIDGE_WEIGHT = 0.1
"""What a bridge as wide as the half itself takes off the excess."""

SMALLEST_HALF = 2
"""Faces: a single odd face says nothing about a second person. It stands on the contact sheet."""

MOST_TRACKS = 400
"""Tracks by which the halves of a person are found; the others join the nearer one."""


@dataclass(frozen=True)
class TwoPeople:
    """A person in whom there may be two."""

    person_id: str
    track_ids: list[str]
    """Of the smaller half."""
    faces: int
    """In the smaller half."""
    score: float
    """How sure it is, 0..1."""
    evidence: str


def two_people(tracks: Tracks, twice: pl.DataFrame, one_person: pl.DataFrame, threshold: float) -> Iterator[TwoPeople]:
    """The persons in whom two people are likelier than one.

    Persons that people merged are looked at one by one, as clustering saw them, and halves of whom people said that
    they are one person are left out: what a person said is not questioned.

    Args:
        tracks: of everybody.
        twice: person_id, track_id, other_track_id: of each pair of faces of one person that one frame shows.
        one_person: person_id, track_ids: tracks of a person with faces that people said are one person.
        threshold: Euclidean distance between two descriptors up to which they found a person together.
    """
    confirmed: dict[str, list[list[str]]] = {}
    for person_id, track_ids in one_person.iter_rows():
        confirmed.setdefault(person_id, []).append(track_ids)
    seen: dict[str, list[tuple[str, str]]] = {}
    for person_id, track_id, other_track_id in twice.iter_rows():
        seen.setdefault(person_id, []).append((track_id, other_track_id))
    ends = np.flatnonzero(np.diff(tracks.model_person_of, append=-1)) + 1
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=False):
        if end - start > 1:
            person_id = tracks.person_ids[start]
            own = tracks.subset(np.arange(start, end))
            alarm = _judge(own, seen.get(person_id, []), confirmed.get(person_id, []), threshold)
            if alarm and alarm.score >= 0.5:
                yield alarm


def _judge(
    tracks: Tracks, seen: list[tuple[str, str]], confirmed: list[list[str]], threshold: float
) -> TwoPeople | None:
    halves = _halves(tracks)
    smaller = int(np.argmin(np.bincount(halves, tracks.faces)))
    rows = np.flatnonzero(halves == smaller)
    faces = int(tracks.faces[rows].sum())
    if faces < SMALLEST_HALF or _parts(tracks, halves, confirmed):
        return None
    gap = separation(measure_groups(tracks, halves, threshold), np.array([0]), np.array([1]), threshold)
    bridge = _bridge(tracks, halves, smaller, threshold)
    clashes = _clashes(tracks, halves, seen)
    doubt = 1 - _logistic(STEEPNESS * (float(gap.excess[0]) - BRIDGE_WEIGHT * bridge - MIDDLE_EXCESS))
    evidence = (
        f"Descriptors differ by {gap.between[0]:.2f} between the halves and by {gap.within[0]:.2f} within the wider "
        f"one, and {bridge:.0%} of the links of the smaller one lead to the other"
    )
    evidence += f"; {clashes} frames show both." if clashes else "."
    return TwoPeople(
        tracks.person_ids[0], [tracks.track_ids[row] for row in rows], faces, 1 - doubt * 0.5**clashes, evidence
    )


def _halves(tracks: Tracks) -> Indices:
    """Shape (n,): 0 or 1, the half of each track: the cut of Ward's hierarchy that leaves the tightest two."""
    count = len(tracks.faces)
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_TRACKS)).round().astype(np.int64))
    cut = fcluster(ward(tracks.means[chosen]), 2, "maxclust") - 1
    if len(chosen) == count:
        return np.asarray(cut, dtype=np.int64)
    centres = np.stack([tracks.means[chosen[cut == half]].mean(axis=0) for half in (0, 1)])
    return np.asarray((_distances(tracks.means, centres)).argmin(axis=1), dtype=np.int64)


def _bridge(tracks: Tracks, halves: Indices, smaller: int, threshold: float) -> float:
    """Of the near pairs of tracks with one in the smaller half, weighted by nearness, the part that leads out, 0..1."""
    own, other = tracks.means[halves == smaller][:MOST_TRACKS], tracks.means[halves != smaller][:MOST_TRACKS]
    inside = np.maximum(1 - _distances(own, own) / threshold, 0)
    np.fill_diagonal(inside, 0)
    out = float(np.maximum(1 - _distances(own, other) / threshold, 0).sum())
    return out / (out + float(inside.sum())) if out else 0.0


def _parts(tracks: Tracks, halves: Indices, confirmed: list[list[str]]) -> bool:
    """Whether tracks of whom people said that they are one person are in both halves."""
    half_of = _half_of(tracks, halves)
    return any({half_of.get(track) for track in one_person} >= {0, 1} for one_person in confirmed)


def _clashes(tracks: Tracks, halves: Indices, seen: list[tuple[str, str]]) -> int:
    """Pairs of faces of one frame, one in each half."""
    half_of = _half_of(tracks, halves)
    return sum({half_of.get(one), half_of.get(other)} == {0, 1} for one, other in seen)


def _half_of(tracks: Tracks, halves: Indices) -> dict[str, int]:
    return dict(zip(tracks.track_ids, halves.tolist(), strict=True))


def _distances(one: Numbers, other: Numbers) -> Numbers:
    squared = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :] - 2 * one @ other.T
    return np.asarray(np.sqrt(np.maximum(squared, 0)))


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
