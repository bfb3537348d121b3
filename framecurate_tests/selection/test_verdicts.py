"""Why not: every face that is not chosen has the rule, the value and the rival that left it out."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from framecurate_assets.policy import Policy
from framecurate_assets.selection.select import select
from framecurate_tests.selection.faces import faces


def _verdicts(rows: list[dict[str, Any]], policy: dict[str, Any], **given: Any) -> dict[str, tuple[Any, ...]]:
    selection = select(faces(rows), Policy.model_validate(policy), "", **{"threshold": 0.5, **given})
    columns = ("reason", "rival_id", "value", "threshold")
    return {row["face_id"]: tuple(row[name] for name in columns) for row in selection.verdicts.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("face", "verdict"),
    [
        ({"is_core": False, "distance": 0.625}, ("not_core", None, 0.625, 0.5)),
        ({"is_core": None}, ("not_core", None, pytest.approx(0.3), 0.5)),
        ({"distance": 0.375, "rival_distance": 0.40625}, ("rival_near", None, pytest.approx(1 / 13), 0.1)),
        # What was not measured passes nothing.
        ({"distance": None, "rival_distance": 0.5}, ("rival_near", None, None, 0.1)),
        ({"distance": None}, ("rival_near", None, None, 0.1)),
        ({"distance": 0.0, "rival_distance": 0.0}, ("rival_near", None, None, 0.1)),
        # Exactly the margin that is asked for, and nobody else anywhere.
        ({"distance": 0.4375, "rival_distance": 0.5}, None),
        ({"rival_distance": None}, None),
    ],
)
def test_only_faces_that_are_surely_theirs_are_chosen(face: dict[str, Any], verdict: tuple[Any, ...] | None) -> None:
    assert _verdicts([face, {"video": "w"}], {"selection": {"min_margin": 0.1}}).get("v@0#0") == verdict


def test_the_only_face_of_a_person_has_no_other_to_be_near_to() -> None:
    assert _verdicts([{"distance": None, "rival_distance": 0.5}], {}) == {}
    assert _verdicts([{"distance": None, "rival_distance": 0.5}], {"identity": {"min_faces": 2}}) != {}


def test_only_people_who_are_asked_for_are_chosen() -> None:
    rows: list[dict[str, Any]] = [{"person_id": "person_0001"}, {"person_id": "person_0002"}]
    found = _verdicts(rows, {}, only=frozenset({"person_0002"}))
    assert found == {"v@0#0": ("not_asked_for", None, None, None)}
    assert len(_verdicts(rows, {}, only=frozenset())) == 2


def test_what_is_like_a_chosen_face_names_it() -> None:
    rows: list[dict[str, Any]] = [
        {"at": 0.0, "composite": 0.95, "phash": 0, "embedding": [0.0, 1.0]},
        {"at": 1.0, "composite": 0.90, "phash": 0b111, "embedding": [1.0, 1.0]},
        {"at": 2.0, "composite": 0.90, "embedding": [0.0625, 1.0]},
        {"at": 20.0, "composite": 0.85, "embedding": [3.0, 1.0]},
        {"at": 20.1, "composite": 0.80, "embedding": [5.0, 1.0]},
    ]
    assert _verdicts(rows, {}) == {
        "v@1000#0": ("near_duplicate", "v@0#0", 3.0, 4.0),
        "v@2000#0": ("near_duplicate", "v@0#0", 0.0625, pytest.approx(0.075)),
        "v@20100#0": ("too_close_in_time", "v@20000#0", pytest.approx(0.1), 0.2),
    }


def test_what_gained_less_names_the_weakest_that_gained_more() -> None:
    rows: list[dict[str, Any]] = [{"composite": 0.9}, {"composite": 0.8, "video": "b"}, {"composite": 0.3}]
    reason, rival, value, threshold = _verdicts(rows, {"selection": {"high_quality": 2}})["v@2000#0"]
    assert (reason, rival) == ("gained_less", "b@1000#0")
    assert 0 < value < threshold


def test_a_full_shot_is_told_where_it_made_the_difference() -> None:
    rows: list[dict[str, Any]] = [
        *[{"composite": 0.95, "emotion": emotion} for emotion in ("happy", "sad", "fear")],
        *[{"composite": 0.2, "shot": 1}, {"composite": 0.1, "shot": 1}],
    ]
    found = _verdicts(rows, {"selection": {"high_quality": 4}})
    assert found == {"v@2000#0": ("shot_is_full", "v@1000#0", 2.0, 2.0)}


def test_nothing_is_asked_for() -> None:
    found = _verdicts([{}], {"selection": {"high_quality": 0}})
    assert found["v@0#0"][:2] == ("gained_less", None)


def test_coverage_says_what_is_missing() -> None:
    rows: list[dict[str, Any]] = [
        {"yaw": 14.0, "pitch": 11.0},
        {"yaw": -20.0, "pitch": 14.0},
        {"yaw": 16.0, "pitch": -24.0, "emotion": "happy", "is_core": False},
        {"yaw": 20.0, "pitch": 0.0, "person_id": "person_0002", "is_core": False},
    ]
    coverage = select(faces(rows), Policy(), "", threshold=0.5).coverage
    assert coverage.height == 5 * 7
    there = coverage.filter(pl.col("candidates") > 0).drop("person_id").rows()
    assert there == [("front", "neutral", 1, 1), ("left", "neutral", 1, 1), ("down", "happy", 1, 0)]
    assert coverage["person_id"].unique().to_list() == ["person_0001"]
