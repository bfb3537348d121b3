"""Two people in one person, one person as two: what is told of them, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from framecurate_assets.alarms.find import LONGEST_QUEUE, find_alarms
from framecurate_assets.lake.tables import IDENTITY_ALARMS, SAME_FRAME_TWICE
from framecurate_tests.alarms.people import Track, clustered, seen_twice, tracks_around
from framecurate_tests.identity.people import DISTANCE, person

ANN, BOB, CID = person(0), person(1), person(2)


def alarms_of(
    tracks: Sequence[Track],
    *,
    twice: pl.DataFrame | None = None,
    apart: Collection[tuple[str, str]] = (),
    confirmed: Collection[frozenset[str]] = (),
) -> list[dict[str, Any]]:
    clusters, candidates = clustered(tracks)
    twice = SAME_FRAME_TWICE.empty() if twice is None else twice
    return find_alarms(clusters, candidates, twice, apart, confirmed, DISTANCE).to_dicts()


def fused(larger: int = 6, smaller: int = 2) -> list[Track]:
    """Ann and Bob, taken for one."""
    return tracks_around("person_0001", ANN, larger) + tracks_around("person_0001", BOB, smaller, seed=1)


def cut() -> list[Track]:
    """Ann, taken for two."""
    return tracks_around("person_0001", ANN, 3) + tracks_around("person_0002", ANN, 5, seed=1)


def test_people_who_are_one_each_raise_no_alarm() -> None:
    people = [*tracks_around("person_0001", ANN, 5), *tracks_around("person_0002", BOB, 1)]
    assert alarms_of([*people, *tracks_around("person_0003", CID, 2, within=0.5)]) == []
    assert alarms_of([]) == []


def test_two_people_in_one_are_told_with_the_tracks_of_the_smaller_half() -> None:
    tracks = fused()
    (alarm,) = alarms_of(tracks)
    clusters, _ = clustered(tracks)
    of_bob = clusters.filter(pl.col("track_id").is_in([track.track_id for track in tracks[6:]]))
    assert alarm["face_ids"] == of_bob["face_id"].to_list()
    assert alarm["score"] > 0.9
    assert {key: alarm[key] for key in ("alarm", "kind", "rank", "person_id", "other_id", "faces")} == {
        "alarm": "two_people:person_0001",
        "kind": "two_people",
        "rank": 1,
        "person_id": "person_0001",
        "other_id": None,
        "faces": 6,
    }
    named = " ".join(sorted(of_bob["track_id"].unique()))
    assert alarm["suggestion"] == f"framecurate persons split person_0001 --tracks {named}"
    assert "between the halves" in alarm["evidence"]


def test_a_split_of_many_tracks_is_suggested_by_name() -> None:
    (alarm,) = alarms_of(fused(larger=6, smaller=5))
    assert alarm["suggestion"] == "framecurate persons split person_0001 --suggested"


def test_halves_are_found_among_very_many_tracks() -> None:
    (alarm,) = alarms_of(fused(larger=500, smaller=40))
    assert alarm["faces"] == 120


def test_a_person_whose_pictures_all_differ_is_no_alarm() -> None:
    # Farther from each other than the threshold, but nothing falls into two.
    assert alarms_of(tracks_around("person_0001", ANN, 12, within=0.55)) == []


def test_a_person_wider_than_one_person_is_two() -> None:
    ann, bob = person(0, apart=0.465), person(1, apart=0.465)
    halves = [
        tracks_around("person_0001", centre, 12, faces=1, within=0.55, seed=seed)
        for seed, centre in enumerate((ann, bob))
    ]
    (alarm,) = alarms_of([track for half in halves for track in half])
    assert alarm["faces"] >= 10


def test_one_odd_face_is_no_alarm() -> None:
    stray = Track("person_0001", [BOB], "stray")
    assert alarms_of([*tracks_around("person_0001", ANN, 6), stray]) == []


def test_what_people_merged_is_not_questioned() -> None:
    ann, bob = tracks_around("person_0001", ANN, 4), tracks_around("person_0001", BOB, 4, seed=1)
    assert alarms_of([*ann, *(replace(track, model_person_id="person_0002") for track in bob)]) == []


def a_face_of_each(tracks: Sequence[Track]) -> frozenset[str]:
    clusters, _ = clustered(tracks)
    return frozenset(clusters.unique("track_id")["face_id"])


def test_a_person_who_was_confirmed_is_not_questioned_until_others_join() -> None:
    tracks = fused()
    confirmed = a_face_of_each(tracks)
    assert alarms_of(tracks, confirmed=[confirmed]) == []
    strangers = tracks_around("person_0001", 2 * CID - ANN, 3, seed=2)
    (alarm,) = alarms_of([*tracks, *strangers], confirmed=[confirmed])
    assert (alarm["alarm"], alarm["faces"]) == ("two_people:person_0001", 9)


def test_halves_that_were_confirmed_each_for_itself_are_questioned() -> None:
    tracks = fused()
    ann, bob = a_face_of_each(tracks[:6]), a_face_of_each(tracks[6:])
    assert len(alarms_of(tracks, confirmed=[ann, bob, frozenset({"gone@0#0"})])) == 1


@pytest.mark.parametrize(("cause", "expected"), [("picture_or_mirror", 1), ("correction", 0), ("policy", 0)])
def test_two_halves_in_one_frame_are_evidence_unless_a_person_allowed_it(cause: str, expected: int) -> None:
    near = np.asarray(ANN + 0.3 * (BOB - ANN), dtype=np.float32)
    tracks = tracks_around("person_0001", ANN, 3) + tracks_around("person_0001", near, 3, seed=1)
    clusters, _ = clustered(tracks)
    faces = clusters.sort("track_id")["face_id"]
    twice = pl.concat(
        seen_twice(one, other, "person_0001", cause) for one, other in zip(faces[:9], faces[9:], strict=True)
    )
    assert alarms_of(tracks) == []
    found = alarms_of(tracks, twice=twice)
    assert len(found) == expected
    assert all("9 frames show both." in alarm["evidence"] for alarm in found)


def test_one_person_as_two_is_told_with_the_larger_first() -> None:
    (alarm,) = alarms_of(cut())
    assert alarm["score"] > 0.9
    assert {key: alarm[key] for key in ("alarm", "kind", "person_id", "other_id", "faces", "face_ids")} == {
        "alarm": "same_person:person_0002:person_0001",
        "kind": "same_person",
        "person_id": "person_0002",
        "other_id": "person_0001",
        "faces": 9,
        "face_ids": None,
    }
    assert alarm["suggestion"] == "framecurate persons merge person_0002 person_0001"


def test_persons_who_were_said_to_be_two_are_left_alone() -> None:
    assert alarms_of(cut(), apart={("person_0001", "person_0002")}) == []


def test_persons_whom_one_frame_shows_are_left_alone() -> None:
    one, *rest = cut()
    assert alarms_of([one, replace(rest[3], video=one.video, number=1), *rest[:3], *rest[4:]]) == []


def test_faces_that_are_nobodys_count_for_nothing() -> None:
    clusters, candidates = clustered(fused())
    nobodys = clusters.with_columns(person_id=pl.lit(None, pl.String), model_person_id=pl.lit(None, pl.String))
    assert find_alarms(nobodys, candidates, SAME_FRAME_TWICE.empty(), (), (), DISTANCE).equals(IDENTITY_ALARMS.empty())


def test_the_most_valuable_answer_comes_first_and_the_queue_is_short() -> None:
    tracks = []
    for number in range(LONGEST_QUEUE + 5):
        # Each two people, of whom the second has one track more than in the last.
        one, other = person(0, apart=3), person(1, apart=3)
        offset = np.zeros(128, dtype=np.float32)
        offset[2 + number % 28], offset[30 + number // 28] = 6, 6
        larger = tracks_around(f"person_{number:04d}", one + offset, 9, seed=2 * number)
        smaller = tracks_around(f"person_{number:04d}", other + offset, 1 + number % 8, seed=2 * number + 1)
        tracks += larger + smaller
    found = alarms_of(tracks)
    assert [alarm["rank"] for alarm in found] == list(range(1, LONGEST_QUEUE + 1))
    values = [alarm["score"] * alarm["faces"] for alarm in found]
    assert values == sorted(values, reverse=True)
    assert values[0] > 20


def test_the_order_of_the_rows_makes_no_difference() -> None:
    clusters, candidates = clustered([*fused(), *tracks_around("person_0002", ANN, 3, seed=9)])
    first = find_alarms(clusters, candidates, SAME_FRAME_TWICE.empty(), (), (), DISTANCE)
    assert first.height == 2
    for seed in range(3):
        one, other = (frame.sample(fraction=1, shuffle=True, seed=seed) for frame in (clusters, candidates))
        assert find_alarms(one, other, SAME_FRAME_TWICE.empty(), (), (), DISTANCE).equals(first)
