"""Clustering from end to end: who is who, whatever the order, and the same in the next run."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from framecurate_assets.arrays import FloatArray
from framecurate_assets.errors import FramecurateError
from framecurate_assets.identity.cluster import cluster_faces
from framecurate_assets.identity.scores import bcubed, people_merged, people_split
from framecurate_assets.lake.tables import FACE_CANDIDATES, IDENTITY_CLUSTERS
from framecurate_tests.identity.people import DISTANCE, Face, around, axis, candidates, person

LABELLED = Path(__file__).parents[2].parent / "shared" / "identities.npz"


def _faces_of(number: int, video: str, count: int = 20, within: float = 0.4, x: float = 0.0) -> list[Face]:
    seed = number * 100 + sum(video.encode())
    return [
        Face(face, video=video, at=0.5 * i, x=x) for i, face in enumerate(around(person(number), count, within, seed))
    ]


@cache
def _crowd() -> pl.DataFrame:
    """Five people over six videos, two of them in one frame, and one who is seen once."""
    faces = [face for number in range(5) for video in ("a", "b") for face in _faces_of(number, f"{video}{number}")]
    faces += [face for pair in zip(_faces_of(0, "both"), _faces_of(1, "both", x=500), strict=True) for face in pair]
    return candidates([*faces, Face(person(5), video="c")])


def _people(frame: pl.DataFrame) -> dict[str, str]:
    return dict(frame.select("face_id", "person_id").iter_rows())


def _truth(faces: pl.DataFrame) -> dict[str, int]:
    """The person whose own dimension is strongest in a face's descriptor."""
    strongest = np.stack(faces["embedding"].to_list())[:, :32].argmax(axis=1)
    return dict(zip(faces["face_id"].to_list(), strongest.tolist(), strict=True))


def test_people_are_found() -> None:
    found = cluster_faces(_crowd(), DISTANCE)
    truth = _truth(_crowd())
    labels, expected = zip(*[(person_id, truth[face]) for face, person_id in _people(found.frame).items()], strict=True)
    assert len(set(labels)) == len(set(expected)) == len(set(zip(labels, expected, strict=True))) == 6
    assert found.highest_number == 6
    assert found.facts["people"] == 6


def test_every_face_is_there_once_with_all_columns() -> None:
    frame = cluster_faces(_crowd(), DISTANCE).frame
    assert dict(frame.schema) == IDENTITY_CLUSTERS.schema
    assert sorted(frame["face_id"]) == sorted(_crowd()["face_id"])
    assert not any(frame.null_count().row(0))
    assert frame["similarity"].is_between(0.5, 1.0001).all()


def test_new_people_are_numbered_as_they_appear() -> None:
    faces = [*_faces_of(3, "b"), *_faces_of(1, "a"), *[Face(person(2), video="a", at=100.0)]]
    people = _people(cluster_faces(candidates(faces), DISTANCE).frame)
    assert (people["a@0#0"], people["a@100000#0"], people["b@0#0"]) == ("person_0001", "person_0002", "person_0003")


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    shuffled = _crowd().sample(fraction=1.0, shuffle=True, seed=seed)
    assert cluster_faces(shuffled, DISTANCE).frame.equals(cluster_faces(_crowd(), DISTANCE).frame)


def test_people_keep_their_ids_when_videos_come_and_go() -> None:
    faces = _crowd()
    first = cluster_faces(faces, DISTANCE)
    # A video that sorts before all others, with somebody new and somebody known; another video is gone.
    added = candidates([*_faces_of(6, "0"), *[Face(f.descriptor, "0", f.at + 60) for f in _faces_of(3, "0")]])
    second = cluster_faces(
        pl.concat([added, faces.filter(pl.col("video_id") != "a1")]),
        DISTANCE,
        first.frame.select("face_id", "person_id"),
        first.highest_number,
    )
    before, after = _people(first.frame), _people(second.frame)
    assert all(after[face] == before[face] for face in before.keys() & after.keys())
    assert after["0@60000#0"] == before["a3@0#0"]
    assert after["0@0#0"] == "person_0007"
    assert second.highest_number == 7


def test_faces_of_one_frame_are_different_people_even_if_they_look_the_same() -> None:
    twins = [Face(face, at=i * 0.5, x=x) for i in range(20) for x, face in ((0, person(0)), (500, person(0)))]
    frame = cluster_faces(candidates(twins), DISTANCE).frame.with_columns(frame_id=pl.col("face_id").str.head(-2))
    assert frame.group_by("frame_id").agg(pl.col("person_id").n_unique())["person_id"].to_list() == [2] * 20
    assert frame["person_id"].n_unique() == 2


def test_two_who_look_alike_are_told_apart_by_the_frame_that_shows_both() -> None:
    # Nearer to each other than the threshold; together in one clip, each alone in another.
    one, other = person(0), (person(0) + axis(60) * 0.9 * DISTANCE).astype(np.float32)

    def clip(video: str, centre: FloatArray, x: float = 0.0) -> list[Face]:
        return [
            Face(f, video, i * 0.5, x) for i, f in enumerate(around(centre, 10, 0.15, sum(video.encode()) + int(x)))
        ]

    faces = clip("both", one) + clip("both", other, x=500) + clip("one", one) + clip("other", other)
    people = _people(cluster_faces(candidates(sorted(faces, key=lambda f: (f.video, f.at, f.x))), DISTANCE).frame)
    assert people["both@0#0"] == people["one@0#0"]
    assert people["both@0#1"] == people["other@0#0"]
    assert people["one@0#0"] != people["other@0#0"]


def test_another_engine_needs_only_its_own_distance() -> None:
    # Unit vectors of 512 numbers, as insightface gives them: everything is 1.6 times as far apart.
    scale, size = 1.6, 512
    faces = [
        Face(scale * face, video=f"{copy}{number}", at=0.5 * i)
        for number in range(4)
        for copy in "ab"
        for i, face in enumerate(around(person(number, size=size), 10, 0.4, seed=number * 10 + ord(copy)))
    ]
    people = _people(cluster_faces(candidates(faces), scale * DISTANCE).frame)
    assert len(set(people.values())) == 4
    assert all(people[f"a{number}@0#0"] == people[f"b{number}@0#0"] for number in range(4))


def test_a_face_that_joined_later_says_so() -> None:
    stray = (person(0) + axis(60) * 1.02 * DISTANCE).astype(np.float32)
    frame = cluster_faces(
        candidates([*_faces_of(0, "a"), *_faces_of(0, "b"), *_faces_of(0, "c"), Face(stray, "d")]), DISTANCE
    ).frame
    assert frame["person_id"].n_unique() == 1
    assert frame.filter(~pl.col("is_core"))["face_id"].to_list() == ["d@0#0"]


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1000, DISTANCE),  # what the engine documents holds up to a thousand faces
        (3162, 0.98 * DISTANCE),  # half way to ten thousand, where 0.96 of it was measured
    ],
)
def test_the_threshold_tightens_with_the_number_of_faces(count: int, expected: float) -> None:
    strangers = np.random.default_rng(0).normal(size=(count, 16)).astype(np.float32)
    found = cluster_faces(candidates([Face(face, video=str(i)) for i, face in enumerate(strangers)]), DISTANCE)
    assert found.facts["seed_threshold"] == pytest.approx(expected, abs=1e-4)


def test_no_candidates_no_people() -> None:
    previous = pl.DataFrame({"face_id": ["x"], "person_id": ["person_0004"]})
    found = cluster_faces(FACE_CANDIDATES.empty(), DISTANCE, previous, 3)
    assert found.frame.equals(IDENTITY_CLUSTERS.empty())
    assert found.highest_number == 4


@pytest.mark.parametrize(
    ("embedding", "engine", "message"),
    [
        (None, "test", "1 of 2 candidates have no usable descriptor, the first is b@0#0"),
        ([float("nan")] * 128, "test", "1 of 2 candidates have no usable descriptor"),
        ([0.1] * 64, "test", "1 of 2 candidates have no usable descriptor"),
        ([0.1] * 128, "another", "described by another and test, which cannot be compared"),
    ],
)
def test_what_cannot_be_compared_is_refused(embedding: list[float] | None, engine: str, message: str) -> None:
    whole = candidates([Face(person(0), video="a")])
    broken = candidates([Face(person(0), video="b")]).with_columns(
        embedding=pl.Series([embedding], dtype=pl.List(pl.Float32)), engine=pl.lit(engine)
    )
    with pytest.raises(FramecurateError, match=message):
        cluster_faces(pl.concat([whole, broken]), DISTANCE)


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled descriptors are not here")
@pytest.mark.parametrize(("per_track", "least", "split", "merged"), [(20, 0.98, 5, 11), (3, 0.97, 5, 8)])
def test_labelled_descriptors(per_track: int, least: float, split: int, merged: int) -> None:
    data = np.load(LABELLED)
    order = np.lexsort((-data["quality"][:, 0], data["track"]))
    rank = np.arange(len(order)) - np.searchsorted(data["track"][order], data["track"][order])
    rows = np.sort(order[rank < per_track])
    # The boxes are unknown: no two overlap, so that position says nothing.
    faces = [
        Face(data["descriptors"][row], f"{data['source'][row]:04d}", float(data["frame"][row]) / 25, 200.0 * row)
        for row in rows.tolist()
    ]
    frame = candidates(faces)
    people = _people(cluster_faces(frame, DISTANCE).frame)
    labels = [int(people[face][-4:]) for face in frame["face_id"]]
    truth = data["person"][rows].tolist()
    assert bcubed(labels, truth).f >= least
    assert people_split(labels, truth) <= split
    assert people_merged(labels, truth) <= merged
