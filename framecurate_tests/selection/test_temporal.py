"""The temporal sequence: consecutive samples of one shot, this many or none."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecurate_assets.policy import SelectionPolicy
from framecurate_assets.selection.temporal import choose_temporal
from framecurate_tests.selection.faces import faces

THREE = SelectionPolicy.model_validate({"temporal": 3})


def _at(*times: float, **same: Any) -> list[dict[str, Any]]:
    return [{"at": at, **same} for at in times]


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        # In the order of time, whatever the order of rows.
        (_at(2.0, 0.0, 1.0), [1, 2, 0]),
        # Too few.
        (_at(0.0, 1.0), []),
        # Never from two videos,
        (_at(0.0, 1.0, video="a") + _at(2.0, video="b"), []),
        # nor from two shots.
        (_at(0.0, 1.0) + _at(2.0, shot=1), []),
        # Neighbours may be 5 s apart, also where floating point makes more of it: 6.2 - 1.2.
        (_at(1.2, 6.2, 11.2), [0, 1, 2]),
        # Not more than 5 s.
        (_at(0.0, 1.0, 6.1), []),
        # The break may be anywhere.
        (_at(0.0, 6.0, 7.0, 8.0), [1, 2, 3]),
        # Two faces in one frame are one sample; the better one counts.
        ([*_at(0.0, 1.0), {"at": 2.0}, {"at": 2.0, "n": 1, "composite": 0.9}], [0, 1, 3]),
        ([*_at(0.0, 1.0), {"at": 1.0, "n": 1}], []),
        # The window with the best mean,
        ([{"at": float(at), "composite": c} for at, c in enumerate((0.9, 0.5, 0.5, 0.8, 0.8, 0.1))], [2, 3, 4]),
        # of equals the first.
        (_at(0.0, 1.0, 2.0, 3.0), [0, 1, 2]),
        # and of equal shots the first.
        (_at(9.0, 10.0, 11.0, shot=1) + _at(0.0, 1.0, 2.0), [3, 4, 5]),
        # A better shot wins.
        (_at(0.0, 1.0, 2.0) + _at(9.0, 10.0, 11.0, shot=1, composite=0.9), [3, 4, 5]),
        # One track is preferred to better faces of two.
        (
            _at(0.0, 1.0, 2.0, track_id="one") + _at(3.0, 4.0, composite=0.9, track_id="two"),
            [0, 1, 2],
        ),
        # Where no track is long enough, two of the same shot will do.
        (_at(0.0, 1.0, track_id="one") + _at(2.0, track_id="two"), [0, 1, 2]),
    ],
)
def test_windows(rows: list[dict[str, Any]], chosen: list[int]) -> None:
    assert choose_temporal(faces(rows), THREE) == chosen


def test_none_is_asked_for() -> None:
    assert choose_temporal(faces(_at(0.0)), SelectionPolicy.model_validate({"temporal": 0})) == []


sample = st.fixed_dictionaries(
    {
        "video": st.sampled_from("ab"),
        "shot": st.integers(0, 1),
        "at": st.integers(0, 40).map(float),
        "composite": st.floats(0, 1, width=32),
        "track_id": st.sampled_from(["one", "two"]),
    }
)


@given(st.lists(sample, max_size=25))
def test_a_sequence_is_a_sequence(rows: list[dict[str, Any]]) -> None:
    chosen = choose_temporal(faces([{**row, "n": number} for number, row in enumerate(rows)]), THREE)
    assert len(chosen) in (0, 3)
    assert len({(rows[row]["video"], rows[row]["shot"]) for row in chosen}) <= 1
    times = [rows[row]["at"] for row in chosen]
    assert all(0 < later - earlier <= 5 for earlier, later in pairwise(times))
