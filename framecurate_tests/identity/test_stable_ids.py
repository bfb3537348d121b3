"""Person ids: they stay with the person, and no number is ever given twice."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecurate_assets.identity.stable_ids import keep_person_ids, person_id, person_number

LABELS = {"face_id": pl.String, "label": pl.Int64}
PEOPLE = {"face_id": pl.String, "person_id": pl.String}


def _labels(groups: dict[str, int]) -> pl.DataFrame:
    return pl.DataFrame({"face_id": list(groups), "label": list(groups.values())}, schema=LABELS)


def _people(faces: dict[str, int]) -> pl.DataFrame:
    return pl.DataFrame({"face_id": list(faces), "person_id": [person_id(n) for n in faces.values()]}, schema=PEOPLE)


def _numbers(named: pl.DataFrame) -> dict[str, int]:
    return {face: person_number(person) for face, person in named.iter_rows()}


@pytest.mark.parametrize(
    ("labels", "previous", "highest", "expected", "new_highest"),
    [
        # The first run: numbered in the order of the labels.
        ({"a": 1, "b": 0, "c": 1}, None, 0, {"a": 2, "b": 1, "c": 2}, 2),
        # Nothing changed but the order of the labels.
        ({"a": 0, "b": 1}, {"a": 2, "b": 1}, 2, {"a": 2, "b": 1}, 2),
        # Somebody new gets the next number, though a lower one has become free.
        ({"a": 0, "new": 1}, {"a": 2, "gone": 1}, 2, {"a": 2, "new": 3}, 3),
        # A number above all that are left was given once: it is not given again.
        ({"a": 0, "new": 1}, {"a": 2}, 7, {"a": 2, "new": 8}, 8),
        # A record of the highest number that was lost cannot make a number come back.
        ({"a": 0, "new": 1}, {"a": 5}, 0, {"a": 5, "new": 6}, 6),
        # A person is split: the id stays where most of the faces are.
        ({"a": 0, "b": 1, "c": 1}, {"a": 1, "b": 1, "c": 1}, 1, {"a": 2, "b": 1, "c": 1}, 2),
        # Two people become one: the id of the one with more faces stays.
        ({"a": 0, "b": 0, "c": 0}, {"a": 1, "b": 2, "c": 2}, 2, {"a": 2, "b": 2, "c": 2}, 2),
        # The best of all pairings counts, not the first greedy one: label 0 shares 3 with person 1 and 2 with
        # person 2, label 1 shares 2 with person 1; 2 + 2 faces keep their person, not 3.
        (
            {"a": 0, "b": 0, "c": 0, "d": 0, "e": 0, "f": 1, "g": 1},
            {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 1, "g": 1},
            2,
            {"a": 2, "b": 2, "c": 2, "d": 2, "e": 2, "f": 1, "g": 1},
            2,
        ),
        # An id that is free is given to nobody who shares no face with it: label 2 is new, person 3 is gone.
        (
            {"a": 0, "b": 0, "c": 0, "d": 0, "e": 1, "f": 1, "g": 2},
            {"a": 2, "b": 2, "c": 3, "d": 1, "e": 1, "f": 1, "g": 1},
            3,
            {"a": 2, "b": 2, "c": 2, "d": 2, "e": 1, "f": 1, "g": 4},
            4,
        ),
    ],
)
def test_ids_stay(
    labels: dict[str, int],
    previous: dict[str, int] | None,
    highest: int,
    expected: dict[str, int],
    new_highest: int,
) -> None:
    named, number = keep_person_ids(_labels(labels), None if previous is None else _people(previous), highest)
    assert _numbers(named) == expected
    assert number == new_highest


def test_a_person_who_is_taken_gets_no_second_label() -> None:
    previous = _people({"a": 1, "b": 1, "c": 2})
    named, highest = keep_person_ids(_labels({"a": 0, "b": 0, "c": 1}), previous, 2, taken={person_id(1)})
    assert _numbers(named) == {"a": 3, "b": 3, "c": 2}
    assert highest == 3


def test_ids_have_four_digits_and_grow() -> None:
    assert [person_id(1), person_id(9999), person_id(10_000)] == ["person_0001", "person_9999", "person_10000"]
    assert person_number("person_10000") == 10_000
    for wrong in ("person_", "person_x", "anna", "0001"):
        with pytest.raises(ValueError, match="no person id"):
            person_number(wrong)


faces_in_groups = st.dictionaries(st.integers(0, 30).map(str), st.integers(0, 6), min_size=1)


@given(st.lists(faces_in_groups, min_size=1, max_size=6))
def test_over_many_runs_no_number_is_given_to_two_people(runs: list[dict[str, int]]) -> None:
    previous, highest = None, 0
    given_before: set[int] = set()
    for groups in runs:
        named, now_highest = keep_person_ids(_labels(groups), previous, highest)
        numbers = _numbers(named)
        last: set[int] = set() if previous is None else {person_number(person) for person in previous["person_id"]}
        # One person a label, and one label a person.
        assert len({(groups[face], number) for face, number in numbers.items()}) == len(set(groups.values()))
        assert len(set(numbers.values())) == len(set(groups.values()))
        # A number is the person's of the last run, or was never given.
        assert all(number in last or number not in given_before for number in numbers.values())
        given_before |= set(numbers.values())
        assert now_highest == max(given_before)
        previous, highest = named, now_highest


@given(faces_in_groups, faces_in_groups)
def test_adding_and_removing_faces_changes_nobody_who_stays(groups: dict[str, int], others: dict[str, int]) -> None:
    first, highest = keep_person_ids(_labels(groups), None, 0)
    # The same people with some faces gone, and new faces that are their own people, under other labels.
    kept = {face: 100 - group for face, group in groups.items() if int(face) % 3}
    added = {f"new {face}": 200 + group for face, group in others.items()}
    second, _ = keep_person_ids(_labels(kept | added), first, highest)
    before, after = _numbers(first), _numbers(second)
    assert all(after[face] == before[face] for face in kept)
    assert not {after[face] for face in added} & set(before.values())


@given(faces_in_groups, faces_in_groups)
def test_the_order_of_rows_changes_nothing(groups: dict[str, int], before: dict[str, int]) -> None:
    labels, previous = _labels(groups), _people({face: number + 1 for face, number in before.items()})
    named, highest = keep_person_ids(labels, previous, 7)
    shuffled = keep_person_ids(labels.reverse(), previous.sort("person_id", "face_id"), 7)
    assert _numbers(shuffled[0]) == _numbers(named)
    assert shuffled[1] == highest
    assert named["face_id"].to_list() == list(groups)
