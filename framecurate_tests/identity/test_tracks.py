"""Tracks: one person followed inside one shot, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.faces import NOBODY
from framecurate_assets.identity.tracks import link_tracks
from framecurate_tests.identity.people import DISTANCE, Face, around, axis, candidates, person

ANNA, BEN = person(0), person(1)


def _tracks(faces: list[Face], persons: Sequence[int] = (), rejected: Sequence[int] = ()) -> list[str]:
    frame = candidates(faces).with_columns(
        person=pl.Series([*persons, *[NOBODY] * (len(faces) - len(persons))]),
        is_rejected=pl.Series([at in rejected for at in range(len(faces))]),
    )
    return link_tracks(frame, np.array([face.descriptor for face in faces]), DISTANCE)


def _moved(descriptor: FloatArray, factor: float, dimension: int = 100) -> FloatArray:
    """A descriptor at `factor` seed thresholds from the given one."""
    return np.asarray(descriptor + axis(dimension) * factor * DISTANCE, dtype=np.float32)


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        # The same face in neighbouring samples of a short clip.
        ([Face(ANNA, at=0.0), Face(ANNA, at=0.1), Face(ANNA, at=0.2)], ["v/0/0"] * 3),
        # Samples 6 s apart, the person on the other side of the picture: the descriptor decides.
        ([Face(ANNA, at=0.0, x=0), Face(ANNA, at=6.0, x=900)], ["v/0/0", "v/0/0"]),
        # A cut that nobody noticed: another person in the same place, a moment later.
        ([Face(ANNA, at=0.0), Face(BEN, at=0.1)], ["v/0/0", "v/0/1"]),
        # Two people who change places.
        (
            [Face(ANNA, x=0), Face(BEN, x=500), Face(BEN, at=1.0, x=0), Face(ANNA, at=1.0, x=500)],
            ["v/0/0", "v/0/1", "v/0/1", "v/0/0"],
        ),
        # A shot ends a track, however alike the faces.
        ([Face(ANNA, at=0.0, shot=0), Face(ANNA, at=0.1, shot=1)], ["v/0/0", "v/1/0"]),
        # So does a video.
        ([Face(ANNA, video="a"), Face(ANNA, video="b")], ["a/0/0", "b/0/0"]),
        # Unseen in three frames: still the same track.
        (
            [Face(ANNA), *[Face(BEN, at=t) for t in (1.0, 2.0, 3.0)], Face(ANNA, at=4.0)],
            ["v/0/0", *["v/0/1"] * 3, "v/0/0"],
        ),
        # Unseen in four: a new one.
        (
            [Face(ANNA), *[Face(BEN, at=t) for t in (1.0, 2.0, 3.0, 4.0)], Face(ANNA, at=5.0)],
            ["v/0/0", *["v/0/1"] * 4, "v/0/2"],
        ),
        # A grimace in the same place a moment later is let through ...
        ([Face(ANNA, at=0.0), Face(_moved(ANNA, 0.8), at=0.5)], ["v/0/0", "v/0/0"]),
        # ... but not in another place,
        ([Face(ANNA, at=0.0), Face(_moved(ANNA, 0.8), at=0.5, x=300)], ["v/0/0", "v/0/1"]),
        # not after a while,
        ([Face(ANNA, at=0.0), Face(_moved(ANNA, 0.8), at=3.0)], ["v/0/0", "v/0/1"]),
        # and not if the difference is that of two people who look alike.
        ([Face(ANNA, at=0.0), Face(_moved(ANNA, 0.9), at=0.5)], ["v/0/0", "v/0/1"]),
        # One blurred sample does not break a track: the next face is compared with the one before it, too.
        (
            [Face(ANNA, at=0.0), Face(_moved(ANNA, 0.6), at=2.0), Face(_moved(ANNA, 0.5, dimension=101), at=4.0)],
            ["v/0/0", "v/0/0", "v/0/0"],
        ),
    ],
)
def test_faces_are_linked(faces: list[Face], expected: list[str]) -> None:
    assert _tracks(faces) == expected


def test_a_frame_gives_a_track_one_face_at_most() -> None:
    tracks = _tracks([Face(ANNA), Face(ANNA, at=1.0, x=0), Face(ANNA, at=1.0, x=500)])
    assert tracks == ["v/0/0", "v/0/0", "v/0/1"]


def test_faces_go_to_tracks_so_that_all_fit_best() -> None:
    # The first face of the second frame is nearest to track 0, but track 1 has no other choice than it.
    first, second = ANNA, _moved(ANNA, 0.5)
    between, far = _moved(ANNA, 0.2), (ANNA - axis(100) * 0.3 * DISTANCE).astype(np.float32)
    tracks = _tracks([Face(first, x=0), Face(second, x=200), Face(between, at=6.0, x=0), Face(far, at=6.0, x=200)])
    assert tracks == ["v/0/0", "v/0/1", "v/0/1", "v/0/0"]


def test_small_steps_do_not_lead_from_one_person_to_another() -> None:
    # Anna for a while, then a slow dissolve to Ben.
    steps = [0.0] * 10 + np.linspace(0, 1, 10).tolist() + [1.0] * 10
    faces = [Face((ANNA + (BEN - ANNA) * step).astype(np.float32), at=float(at)) for at, step in enumerate(steps)]
    tracks = _tracks(faces)
    assert not set(tracks[:10]) & set(tracks[20:])


def test_a_talking_person_is_one_track() -> None:
    tracks = _tracks([Face(face, at=i * 0.1) for i, face in enumerate(around(ANNA, 60, within=0.3))])
    assert set(tracks) == {"v/0/0"}


def test_faces_settled_with_two_people_are_never_linked() -> None:
    faces = [Face(ANNA, at=i * 0.5) for i in range(4)]
    assert _tracks(faces, persons=[0, NOBODY, 1, 0]) == ["v/0/0", "v/0/0", "v/0/1", "v/0/0"]


def test_a_rejected_face_is_a_track_of_its_own() -> None:
    faces = [Face(ANNA, at=i * 0.5) for i in range(3)]
    assert _tracks(faces, rejected=[1]) == ["v/0/0", "v/0/1", "v/0/0"]
