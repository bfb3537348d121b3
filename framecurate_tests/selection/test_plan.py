"""The budget: never a byte over, everyone's floor first, and nearly the best that can be had."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from framecurate_assets.selection.bound import upper_bound
from framecurate_assets.selection.choosing import Choosing
from framecurate_assets.selection.material import Material
from framecurate_assets.selection.plan import Plan, plan
from framecurate_tests.selection import choices
from framecurate_tests.selection.choices import chosen, planned
from framecurate_tests.selection.faces import faces
from framecurate_tests.selection.sequences import sequence


def _person(name: str, *sizes: int, composite: float = 0.8) -> list[dict[str, Any]]:
    """A person of some pictures in videos of their own, each different."""
    return [
        {"person_id": name, "video": f"{name}{at}", "size": size, "composite": composite}
        for at, size in enumerate(sizes)
    ]


@pytest.mark.parametrize(
    ("rows", "limit", "expected"),
    [
        # Exactly enough, and one byte too little.
        (_person("a", 10, 10), 20, [0, 1]),
        (_person("a", 10, 10), 19, [0]),
        # Everyone's first before anyone's second, although the second is smaller.
        (_person("a", 10, 1) + _person("b", 10), 20, [1, 2]),
        # As many people as possible: the small ones first.
        (_person("a", 20) + _person("b", 10) + _person("c", 10), 20, [1, 2]),
        # Where a person's best is too large, a smaller one does.
        (_person("a", 50, composite=0.9) + _person("a2", 50), 49, []),
        ([*_person("a", 50, composite=0.9), {"person_id": "a", "video": "z", "size": 10}], 49, [1]),
        # There is nothing to spend.
        (_person("a", 1), 0, []),
    ],
)
def test_the_floor_comes_first(rows: list[dict[str, Any]], limit: int, expected: list[int]) -> None:
    assert sorted(chosen(rows, limit)) == expected


def test_three_pictures_each_before_anybody_gets_a_fourth() -> None:
    rows = _person("a", *[10] * 10, composite=0.95) + _person("b", *[30] * 10, composite=0.3)
    found = chosen(rows, 3 * 10 + 3 * 30)
    assert [sum(row < 10 for row in found), sum(row >= 10 for row in found)] == [3, 3]
    # What is over goes to where it gains most.
    found = chosen(rows, 3 * 10 + 3 * 30 + 25)
    assert [sum(row < 10 for row in found), sum(row >= 10 for row in found)] == [5, 3]


def test_bytes_count_only_where_they_are_short() -> None:
    rows = [{"composite": 0.9, "size": 900}, {"composite": 0.7, "size": 100, "at": 5.0}]
    assert chosen(rows, 900, high_quality=1) == [0]
    assert chosen(rows, 899, high_quality=1) == [1]


def test_a_sequence_is_whole_or_absent() -> None:
    rows = [{"at": float(at), "size": 1000} for at in range(8)]
    found = choices.given(rows, sequence("person_0001", "v", [1.0, 1.2, 1.4, 1.6, 1.8], anchor="v@1000#0", size=1000))
    for limit in range(0, 14_000, 500):
        taken = plan(found.pool, found.rules, found.sequences, limit)
        assert taken.sequence_bytes in (0, 5000)
        assert taken.size <= limit
        pictures = found.pictures(taken)
        of_sequence = pictures.filter(pl.col("kind") == "temporal_sequence")
        assert of_sequence["rank"].to_list() == ([1, 2, 3, 4, 5] if taken.sequence_bytes else [])
    assert taken.size == 8 * 1000 + 5000


def test_the_best_frame_stays_a_best_frame_beside_the_sequence_around_it() -> None:
    found = choices.given([{"at": 1.0}], sequence("person_0001", "v", [1.0, 1.2, 1.4, 1.6, 1.8], anchor="v@1000#0"))
    taken = plan(found.pool, found.rules, found.sequences, choices.ENOUGH)
    assert found.pictures(taken)["kind"].to_list() == ["high_quality", *["temporal_sequence"] * 5]


people = st.lists(
    st.lists(st.tuples(st.integers(1, 100), st.floats(0.125, 1, width=32)), min_size=1, max_size=6),
    min_size=1,
    max_size=5,
).map(
    lambda everybody: [
        {
            "person_id": f"p{number}",
            "video": f"{number}-{at % 3}",
            "at": float(at),
            "size": size,
            "composite": composite,
        }
        for number, pictures in enumerate(everybody)
        for at, (size, composite) in enumerate(pictures)
    ]
)


@given(people, st.integers(0, 1500), st.integers(0, 4))
@settings(deadline=None)
def test_never_a_byte_over_and_nobody_gets_more_while_others_lack_their_floor(
    rows: list[dict[str, Any]], limit: int, floor: int
) -> None:
    found, taken = planned(rows, limit, high_quality=4, floor=floor)
    assert taken.size == sum(rows[row]["size"] for row in chosen(rows, limit, high_quality=4, floor=floor)) <= limit
    there = np.bincount(found.pool.person)
    lacking = taken.choosing.count < np.minimum(there, floor)
    if lacking.any():
        assert taken.choosing.count.max() <= floor


@given(people, st.integers(0, 1500))
@settings(deadline=None)
def test_the_order_of_faces_changes_nothing(rows: list[dict[str, Any]], limit: int) -> None:
    numbered = [{**row, "phash": faces(rows)["phash"][number]} for number, row in enumerate(rows)]
    last = len(rows) - 1
    assert sorted(chosen(numbered, limit)) == sorted(last - row for row in chosen(numbered[::-1], limit))


@given(people, st.integers(1, 600), st.integers(1, 3))
@settings(deadline=None, max_examples=60)
def test_no_selection_gains_more_than_the_bound(rows: list[dict[str, Any]], limit: int, pictures: int) -> None:
    assume(len(rows) <= 9)
    # Some look the same: every other hash is near to the one before.
    rows = [{**row, "phash": number // 2 * 0x1234_5678_9ABC + number % 2} for number, row in enumerate(rows)]
    found, taken = planned(rows, limit, high_quality=pictures, floor=0)
    bound = upper_bound(found.pool, found.groups, found.sequences, taken, limit)
    best = _best_by_trying_all(found, limit, pictures)
    assert taken.gain <= best + 1e-9
    assert best <= bound + 1e-9


def test_a_simple_choice_is_as_good_as_the_bound() -> None:
    rows = [row for name in "abcdef" for row in _person(name, *[100] * 4)]
    found, taken = planned(rows, 2400, high_quality=4)
    assert taken.gain == pytest.approx(upper_bound(found.pool, found.groups, found.sequences, taken, 2400))
    # Bytes for three of the four: the best there is.
    found, taken = planned(rows, 1800, high_quality=4)
    assert taken.gain == pytest.approx(upper_bound(found.pool, found.groups, found.sequences, taken, 1800), rel=0.01)


def _best_by_trying_all(found: Material, limit: int, pictures: int) -> float:
    best = 0.0
    faces = range(len(found.pool.person))
    for count in range(len(faces) + 1):
        for some in combinations(faces, count):
            rows = np.array(some, dtype=np.int64)
            if (
                found.pool.size[rows].sum() > limit
                or np.bincount(found.pool.person[rows], minlength=1).max() > pictures
            ):
                continue
            choosing = Choosing(found.pool, found.rules, 0.0, np.ones(len(faces), dtype=bool))
            for row in some:
                if choosing.left[row]:
                    choosing.take(np.array([row]))
            if len(choosing.chosen) == count:
                best = max(best, Plan(choosing, np.zeros(0, dtype=bool), 0, 0.0).gain)
    return best
