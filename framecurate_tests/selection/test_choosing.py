"""The best pictures of a person: good, different, and never twice the same."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framecurate_assets.policy import SelectionPolicy
from framecurate_assets.selection.pool import Rules
from framecurate_tests.selection.choices import THRESHOLD, chosen

FAR = 0b1111  # four bits
NEAR = 0b111  # three bits


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # The best face comes first, wherever it stands.
        ([{"composite": 0.7}, {"composite": 0.9}], [1, 0]),
        # Of equals the earlier row.
        ([{"composite": 0.9}, {"composite": 0.9}], [0, 1]),
        # Never more than asked for.
        ([{"composite": 0.7}, {"composite": 0.9}, {"composite": 0.8}], [1, 2]),
        # The next best is nearly the same picture: 3 of 64 bits.
        (
            [{"composite": 0.9, "phash": 0}, {"composite": 0.8, "phash": NEAR}, {"composite": 0.5, "phash": FAR}],
            [0, 2],
        ),
        # Four bits are another picture.
        ([{"composite": 0.9, "phash": 0}, {"composite": 0.8, "phash": FAR}], [0, 1]),
        # Only duplicates are left: rather one picture too few.
        ([{"composite": 0.9, "phash": 0}, {"composite": 0.8, "phash": 1}], [0]),
        # Duplicates are duplicates in another video, too.
        ([{"composite": 0.9, "phash": 0, "video": "a"}, {"composite": 0.8, "phash": 1, "video": "b"}], [0]),
        # Nearly the same descriptor in one shot: 0.07 is less than 0.15 x 0.5.
        ([{"embedding": [0.0, 1.0]}, {"embedding": [0.07, 1.0]}, {"embedding": [0.08, 1.0]}], [0, 2]),
        # In another shot the same descriptor is another picture.
        ([{"embedding": [0.0, 1.0]}, {"embedding": [0.0, 1.0], "shot": 1}], [0, 1]),
        # Where there is none, nothing is like it.
        ([{"embedding": None}, {"embedding": None}], [0, 1]),
        # Closer than 0.2 s in one video.
        ([{"at": 1.0, "composite": 0.9}, {"at": 1.19, "composite": 0.8}, {"at": 2.0, "composite": 0.5}], [0, 2]),
        # Exactly 0.2 s apart, although 0.6 - 0.4 is less than 0.2 in floating point.
        ([{"at": 0.4, "composite": 0.9}, {"at": 0.6, "composite": 0.8}], [0, 1]),
        # The same moment of two videos is no moment twice.
        ([{"at": 1.0, "video": "a", "composite": 0.9}, {"at": 1.0, "video": "b", "composite": 0.8}], [0, 1]),
        # An unseen video is worth some composite ...
        ([{"composite": 0.9}, {"at": 1.0, "shot": 1, "composite": 0.8}, {"video": "b", "composite": 0.7}], [0, 2]),
        # ... but not twice as much.
        ([{"composite": 0.9}, {"at": 1.0, "shot": 1, "composite": 0.8}, {"video": "b", "composite": 0.6}], [0, 1]),
        # Of two equals the one that is far in time,
        ([{"composite": 0.9}, {"at": 1.0}, {"at": 11.0}], [0, 2]),
        # in another pose,
        ([{"composite": 0.9}, {"at": 1.0}, {"at": 2.0, "yaw": 25.0}], [0, 2]),
        # with another emotion,
        ([{"composite": 0.9}, {"at": 1.0}, {"at": 2.0, "emotion": "happy"}], [0, 2]),
        # in another light,
        ([{"composite": 0.9}, {"at": 1.0}, {"at": 2.0, "brightness": 60.0}], [0, 2]),
        # or before another background.
        ([{"composite": 0.9}, {"at": 1.0}, {"at": 2.0, "background_hash": 2**12 - 1}], [0, 2]),
        # A background that differs in 11 bits is the same.
        ([{"composite": 0.9}, {"at": 1.0}, {"at": 2.0, "background_hash": 2**11 - 1}], [0, 1]),
        # Variety does not count for the first: the best is the best.
        ([{"at": 20.0, "yaw": 29.0, "emotion": "happy"}, {"at": 0.0, "composite": 0.81}], [1, 0]),
        # However good: 15 kinds of picture are not chosen for bytes where bytes are not short.
        ([{"composite": 0.9, "size": 90_000}, {"composite": 0.8, "size": 1_000}], [0, 1]),
    ],
)
def test_faces_are_chosen(rows: list[dict[str, Any]], expected: list[int]) -> None:
    assert chosen(rows, high_quality=2) == expected


@pytest.mark.parametrize(
    ("shots", "expected"),
    [
        # Half of four: two of the better shot.
        ("aaaabbbb", "aabb"),
        # One shot alone is not limited,
        ("aaaaa", "aaaa"),
        # and where the others run out, it is used further.
        ("aaaaab", "aaab"),
        ("aaaabc", "aabc"),
    ],
)
def test_a_shot_has_its_share_while_there_are_others(shots: str, expected: str) -> None:
    rows = [{"shot": ord(shot), "composite": 0.9 if shot == "a" else 0.4} for shot in shots]
    assert sorted(shots[row] for row in chosen(rows, high_quality=4)) == list(expected)


@pytest.mark.parametrize(("pictures", "share", "expected"), [(10, 0.5, 5), (5, 0.5, 3), (10, 0.01, 1), (10, 0.7, 7)])
def test_the_share_is_rounded_up(pictures: int, share: float, expected: int) -> None:
    policy = SelectionPolicy.model_validate({"high_quality": pictures, "max_shot_share": share})
    assert Rules.of(policy, THRESHOLD).per_shot == expected


def test_nobody_is_chosen_where_none_is_asked_for() -> None:
    assert chosen([{}], high_quality=0) == []


row = st.fixed_dictionaries(
    {
        "video": st.sampled_from("ab"),
        "shot": st.integers(0, 2),
        "at": st.integers(0, 60).map(lambda tenth: tenth / 10),
        "composite": st.floats(0, 1, width=32),
        "phash": st.integers(0, 2**12 - 1),
        "yaw": st.floats(-30, 30, width=32),
        "emotion": st.sampled_from(["happy", "sad", None]),
        "embedding": st.lists(st.integers(0, 3).map(lambda third: third / 30), min_size=2, max_size=2),
        "size": st.integers(1, 1000),
        "person_id": st.sampled_from(["person_0001", "person_0002"]),
    }
)


@given(st.lists(row, min_size=1, max_size=25), st.integers(1, 10), st.integers(0, 12_000))
@settings(deadline=None)
def test_no_two_chosen_are_alike_and_none_is_missing(rows: list[dict[str, Any]], count: int, limit: int) -> None:
    rows = [{**row, "n": number} for number, row in enumerate(rows)]
    found = chosen(rows, limit, high_quality=count)

    def alike(one: int, other: int) -> bool:
        a, b = rows[one], rows[other]
        if a["person_id"] != b["person_id"]:
            return False
        close = a["video"] == b["video"] and round(abs(a["at"] - b["at"]) * 10) < 2
        difference = np.subtract(np.float32(a["embedding"]), np.float32(b["embedding"]))
        same_shot = (a["video"], a["shot"]) == (b["video"], b["shot"])
        like = same_shot and bool(np.linalg.norm(difference) < 0.15 * THRESHOLD)
        return close or like or int(a["phash"] ^ b["phash"]).bit_count() < 4

    assert sum(rows[number]["size"] for number in found) <= limit
    assert not any(alike(one, other) for one, other in combinations(found, 2))
    left = limit - sum(rows[number]["size"] for number in found)
    if limit == 12_000:
        # Nothing is left out but what is like something chosen, or beyond the number asked for.
        for other in set(range(len(rows))) - set(found):
            person = [one for one in found if rows[one]["person_id"] == rows[other]["person_id"]]
            full = len(person) == count
            assert full or any(alike(other, one) for one in person) or rows[other]["size"] > left
