"""The best pictures of a person: good, different, and never twice the same."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecurate_assets.policy import SelectionPolicy
from framecurate_assets.selection.high_quality import choose_high_quality
from framecurate_tests.selection.faces import faces

TWO = SelectionPolicy.model_validate({"high_quality": 2})
FAR = 0b1111  # four bits
NEAR = 0b111  # three bits


@pytest.mark.parametrize(
    ("rows", "chosen"),
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
        # Closer than 0.2 s in one video.
        ([{"at": 1.0, "composite": 0.9}, {"at": 1.19, "composite": 0.8}, {"at": 2.0, "composite": 0.5}], [0, 2]),
        # Exactly 0.2 s apart, although 0.6 - 0.4 is less than 0.2 in floating point.
        ([{"at": 0.4, "composite": 0.9}, {"at": 0.6, "composite": 0.8}], [0, 1]),
        # The same moment of two videos is no moment twice.
        ([{"at": 1.0, "video": "a", "composite": 0.9}, {"at": 1.0, "video": "b", "composite": 0.8}], [0, 1]),
        # An unseen video is worth 0.10 of composite and all of the time gain ...
        ([{"composite": 0.9}, {"at": 1.0, "composite": 0.8}, {"video": "b", "composite": 0.7}], [0, 2]),
        # ... and no more than that.
        ([{"composite": 0.9}, {"at": 1.0, "composite": 0.8}, {"video": "b", "composite": 0.6}], [0, 1]),
        # Of two equals the one that is far in time,
        ([{"composite": 0.9}, {"at": 1.0}, {"at": 9.0}], [0, 2]),
        # in another pose,
        ([{"composite": 0.9}, {"at": 20.0}, {"at": 20.5, "yaw": 25.0}], [0, 2]),
        # or with another emotion.
        ([{"composite": 0.9}, {"at": 20.0}, {"at": 20.5, "emotion": "happy"}], [0, 2]),
        # Variety does not count for the first: the best is the best.
        ([{"at": 20.0, "yaw": 29.0, "emotion": "happy"}, {"at": 0.0, "composite": 0.81}], [1, 0]),
    ],
)
def test_faces_are_chosen(rows: list[dict[str, Any]], chosen: list[int]) -> None:
    assert choose_high_quality(faces(rows), TWO).chosen == chosen


def test_what_is_not_chosen_has_a_reason_and_a_rival() -> None:
    rows = [
        {"at": 0.0, "composite": 0.95, "phash": 0},
        {"at": 1.0, "composite": 0.90, "phash": NEAR},
        {"at": 20.0, "composite": 0.85},
        {"at": 20.1, "composite": 0.80},
        {"at": 40.0, "composite": 0.30},
    ]
    found = choose_high_quality(faces(rows), TWO)
    assert found.chosen == [0, 2]
    assert found.refused == {
        1: ("near_duplicate", 0),
        3: ("too_close_in_time", 2),
        4: ("enough_pictures", None),
    }


def test_nobody_is_chosen_where_none_is_asked_for() -> None:
    none = SelectionPolicy.model_validate({"high_quality": 0})
    assert choose_high_quality(faces([{}]), none).chosen == []


row = st.fixed_dictionaries(
    {
        "video": st.sampled_from("ab"),
        "at": st.integers(0, 60).map(lambda tenth: tenth / 10),
        "composite": st.floats(0, 1, width=32),
        "phash": st.integers(0, 2**12 - 1),
        "yaw": st.floats(-30, 30, width=32),
        "emotion": st.sampled_from(["happy", "sad", None]),
    }
)


@given(st.lists(row, min_size=1, max_size=25), st.integers(1, 10))
def test_no_two_chosen_are_alike_and_none_is_missing(rows: list[dict[str, Any]], count: int) -> None:
    policy = SelectionPolicy.model_validate({"high_quality": count})
    frame = faces([{**row, "n": number} for number, row in enumerate(rows)])
    found = choose_high_quality(frame, policy)

    def alike(one: int, other: int) -> bool:
        a, b = rows[one], rows[other]
        close: bool = a["video"] == b["video"] and round(abs(a["at"] - b["at"]) * 10) < 2
        return close or int(a["phash"] ^ b["phash"]).bit_count() < policy.min_hash_distance

    assert rows[found.chosen[0]]["composite"] == max(row["composite"] for row in rows)
    assert not any(alike(one, other) for one, other in combinations(found.chosen, 2))
    assert sorted([*found.chosen, *found.refused]) == list(range(len(rows)))
    # There are fewer than asked for only if every other face is like one of the chosen.
    others = set(range(len(rows))) - set(found.chosen)
    assert len(found.chosen) == count or all(any(alike(other, one) for one in found.chosen) for other in others)
