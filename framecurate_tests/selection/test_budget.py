"""The budget: never a byte over, and shared fairly."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecurate_assets.selection.budget import Portion, spend


def _best(person: str, rank: int, size: int) -> Portion:
    return Portion(person, "high_quality", rank, size)


def _sequence(person: str, size: int) -> Portion:
    return Portion(person, "temporal_sequence", 1, size)


@pytest.mark.parametrize(
    ("portions", "limit", "taken"),
    [
        # Exactly enough.
        ([_best("a", 1, 10), _best("a", 2, 10)], 20, [True, True]),
        # One byte is missing.
        ([_best("a", 1, 10), _best("a", 2, 10)], 19, [True, False]),
        # Everyone's best before anyone's second, although the second is smaller.
        ([_best("a", 1, 10), _best("a", 2, 1), _best("b", 1, 10)], 20, [True, False, True]),
        # Sequences come after everyone's best and before anyone's second.
        ([_best("a", 2, 10), _sequence("a", 50), _best("a", 1, 10), _best("b", 1, 10)], 75, [False, True, True, True]),
        # More people are served if the small ones come first.
        ([_best("a", 1, 20), _best("b", 1, 10), _best("c", 1, 10)], 20, [False, True, True]),
        # A sequence that does not fit leaves room for pictures.
        ([_best("a", 1, 10), _sequence("a", 50), _best("a", 2, 10)], 20, [True, False, True]),
        # Who misses a picture gets no later one, even if that would fit.
        ([_best("a", 1, 10), _best("a", 2, 20), _best("a", 3, 5)], 16, [True, False, False]),
        # There is nothing to spend.
        ([_best("a", 1, 1)], 0, [False]),
    ],
)
def test_portions(portions: list[Portion], limit: int, taken: list[bool]) -> None:
    assert spend(portions, limit) == taken


portions_of_people = st.lists(
    st.tuples(st.sampled_from("abcd"), st.lists(st.integers(1, 100), max_size=5), st.integers(0, 200)),
    unique_by=lambda person: person[0],
).map(
    lambda people: [
        portion
        for name, pictures, sequence in people
        for portion in [
            *[_best(name, rank, size) for rank, size in enumerate(pictures, start=1)],
            *([_sequence(name, sequence)] if sequence else []),
        ]
    ]
)


@given(portions_of_people, st.integers(0, 1000))
def test_never_a_byte_over_and_no_holes(portions: Sequence[Portion], limit: int) -> None:
    taken = [portion for portion, fits in zip(portions, spend(portions, limit), strict=True) if fits]
    assert sum(portion.size for portion in taken) <= limit
    for person in "abcd":
        ranks = sorted(p.rank for p in taken if p.person_id == person and p.kind == "high_quality")
        assert ranks == list(range(1, len(ranks) + 1))
    # Nothing is left out that would still fit as the next one of its person.
    left = limit - sum(portion.size for portion in taken)
    for portion in set(portions) - set(taken):
        rank_before = portion.rank == 1 or _best_taken(taken, portion.person_id) == portion.rank - 1
        assert portion.size > left or not rank_before


@given(portions_of_people, st.integers(0, 1000))
def test_the_order_of_portions_changes_nothing(portions: list[Portion], limit: int) -> None:
    shuffled = list(reversed(portions))
    one = {p for p, fits in zip(portions, spend(portions, limit), strict=True) if fits}
    other = {p for p, fits in zip(shuffled, spend(shuffled, limit), strict=True) if fits}
    assert one == other


def _best_taken(taken: list[Portion], person: str) -> int:
    return max((p.rank for p in taken if p.person_id == person and p.kind == "high_quality"), default=0)
