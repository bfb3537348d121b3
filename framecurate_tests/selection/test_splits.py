"""Training and validation: nothing of one is in the other, and what was decided stays."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framecurate_assets.selection.alike import alike_hashes
from framecurate_assets.selection.splits import Splits, linked_videos, split
from framecurate_tests.selection.faces import different_hash

NO_LINKS = pl.DataFrame(schema={"video_id": pl.String, "other": pl.String})


def _pictures(videos: dict[str, dict[str, int]]) -> pl.DataFrame:
    """How many pictures of whom come from each video; each looks different."""
    rows = [
        (person, video) for video, people in videos.items() for person, count in people.items() for _ in range(count)
    ]
    return pl.DataFrame(
        [(person, video, different_hash(number)) for number, (person, video) in enumerate(rows)],
        {"person_id": pl.String, "video_id": pl.String, "phash": pl.UInt64},
        orient="row",
    )


def _units(splits: Splits) -> list[set[str]]:
    return sorted((set(unit.videos) for unit in (*splits.train, *splits.validation)), key=min)


def test_a_tenth_is_for_validation_and_everyone_is_in_training() -> None:
    people = [f"p{number}" for number in range(20)]
    videos = {f"v{video}": {people[(video * 3 + n) % 20]: 2 for n in range(5)} for video in range(40)}
    pictures = _pictures(videos)
    splits = split(pictures, NO_LINKS, 0.1, 4)
    of_videos = splits.of_videos()
    named = pictures.with_columns(split=pl.col("video_id").replace_strict(of_videos))
    assert named.filter(pl.col("split") == "validation").height == 0.1 * pictures.height
    assert named.filter(pl.col("split") == "train")["person_id"].n_unique() == 20
    assert splits.of_videos().keys() == set(videos)


def test_as_many_people_as_possible_are_in_validation() -> None:
    videos = {f"{person}{video}": {f"p{person}": 2} for person in range(10) for video in range(5)}
    splits = split(_pictures(videos), NO_LINKS, 0.2, 4)
    assert sorted(person for unit in splits.validation for person in unit.pictures) == [f"p{n}" for n in range(10)]


@pytest.mark.parametrize(
    ("videos", "in_validation"),
    [
        # Nobody is seen elsewhere: all of them are learnt.
        ({"a": {"p": 5}, "b": {"q": 5}, "c": {"r": 5}}, 0),
        # One of two videos, although that is more than the share.
        ({"a": {"p": 5}, "b": {"p": 5}}, 1),
        # A host can be in validation only with a guest.
        ({f"v{number}": {"host": 1, f"guest{number}": 1} for number in range(10)}, 1),
        # Not with one where it goes without.
        ({f"v{number}": {"host": 1, f"guest{number}": 1} for number in range(9)} | {"alone": {"host": 2}}, 1),
        ({}, 0),
    ],
)
def test_who_is_in_one_video_only_is_in_training(videos: dict[str, dict[str, int]], in_validation: int) -> None:
    splits = split(_pictures(videos), NO_LINKS, 0.1, 4)
    assert len(splits.validation) == in_validation
    if "alone" in videos:
        assert splits.validation[0].videos == ("alone",)


def test_no_share_no_validation() -> None:
    splits = split(_pictures({"a": {"p": 5}, "b": {"p": 5}}), NO_LINKS, 0.0, 4)
    assert (len(splits.train), splits.validation) == (2, ())


def test_pictures_that_look_the_same_join_their_videos_whoever_they_show() -> None:
    pictures = pl.DataFrame(
        {
            "person_id": ["p", "q", "r", "s"],
            "video_id": ["a", "b", "c", "d"],
            "phash": pl.Series([0, 0b111, 0b111111, 2**64 - 1], dtype=pl.UInt64),
        }
    )
    assert _units(split(pictures, NO_LINKS, 0.1, 4)) == [{"a", "b", "c"}, {"d"}]


def _candidates(videos: dict[str, list[int]], files: dict[str, str] | None = None) -> pl.DataFrame:
    rows = [
        (f"{video}@{at}#0", video, value, (files or {}).get(video))
        for video, hashes in videos.items()
        for at, value in enumerate(hashes)
    ]
    schema = {"face_id": pl.String, "video_id": pl.String, "phash": pl.UInt64, "video_sha256": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


@pytest.mark.parametrize(("copies", "of", "joined"), [(2, 20, True), (1, 5, False), (2, 21, False), (0, 5, False)])
def test_a_video_that_shows_the_same_is_joined(copies: int, of: int, joined: bool) -> None:
    original = [different_hash(number) for number in range(50)]
    again = [value ^ 0b101 for value in original[:copies]] + [different_hash(100 + n) for n in range(of - copies)]
    links = linked_videos(_candidates({"first": original, "again": again}), 4)
    pictures = _pictures({"first": {"p": 1}, "again": {"p": 1}, "third": {"p": 1}})
    assert ({"again", "first"} in _units(split(pictures, links, 0.1, 4))) == joined


def test_two_names_of_one_file_are_joined() -> None:
    candidates = _candidates({"a": [1], "b": [2**60], "c": [2**50]}, {"a": "same", "b": "same"})
    assert set(linked_videos(candidates, 4).filter(pl.col("video_id") != pl.col("other")).rows()) == {
        ("a", "b"),
        ("b", "a"),
    }


@given(st.lists(st.integers(0, 2**9 - 1), max_size=40), st.integers(0, 6))
@settings(deadline=None)
def test_all_pairs_that_are_alike_are_found(values: list[int], bits: int) -> None:
    hashes = [value * 0x0010_0200_4008_0101 % 2**64 for value in values]
    found = set(alike_hashes(pl.Series(hashes, dtype=pl.UInt64), bits).rows())
    assert found == {(a, b) for a in hashes for b in hashes if a == b or (a ^ b).bit_count() < bits}


lakes = st.dictionaries(
    st.integers(0, 30).map("v{}".format),
    st.dictionaries(st.sampled_from(["p", "q", "r", "s"]), st.integers(1, 5), min_size=1),
    max_size=12,
)


@given(lakes, st.floats(0, 0.9))
@settings(deadline=None)
def test_no_unit_is_torn_and_nobody_with_two_is_missing_in_training(
    videos: dict[str, dict[str, int]], share: float
) -> None:
    splits = split(_pictures(videos), NO_LINKS, share, 4)
    assert sorted(video for unit in (*splits.train, *splits.validation) for video in unit.videos) == sorted(videos)
    trained = {person for unit in splits.train for person in unit.pictures}
    for person in {person for people in videos.values() for person in people}:
        homes = sum(person in people for people in videos.values())
        assert homes == 1 or person in trained


def test_another_video_leaves_the_splits_of_the_others_nearly_as_they_are() -> None:
    videos: dict[str, dict[str, Any]] = {f"v{n}": {f"p{n % 12}": 2, f"p{(n * 5 + 1) % 12}": 2} for n in range(60)}
    before = split(_pictures(videos), NO_LINKS, 0.1, 4).of_videos()
    flipped = []
    for number in range(20):
        after = split(_pictures({**videos, f"new{number}": {"p1": 2, "p2": 2}}), NO_LINKS, 0.1, 4).of_videos()
        flipped.append(sum(before[video] != after[video] for video in videos))
    assert sum(flipped) / len(flipped) <= 1
