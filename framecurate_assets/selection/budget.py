"""Who gets how many pictures when not everything fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["high_quality", "temporal_sequence"]


@dataclass(frozen=True)
class Portion:
    """What is taken as a whole or not at all: one high quality picture, or a person's temporal sequence."""

    person_id: str
    kind: Kind
    rank: int
    """Rank of a high quality picture, 1 is the best; 1 for a sequence."""
    size: int
    """Bytes."""


def spend(portions: Sequence[Portion], limit: int) -> list[bool]:
    """Which portions fit into `limit` bytes.

    People are served in rounds: everyone's best picture, then everyone's sequence, then everyone's second
    picture, the third, and so on. Within a round the smallest portion comes first, so that as many people as
    possible are served. Who misses a high quality picture gets no later one: ranks have no holes.

    Returns:
        For each portion whether it is taken. The sizes of those taken never sum to more than `limit`.
    """
    taken = [False] * len(portions)
    full: set[str] = set()
    left = limit
    for number in sorted(range(len(portions)), key=lambda number: _turn(portions[number])):
        portion = portions[number]
        ranked = portion.kind == "high_quality"
        if portion.size <= left and not (ranked and portion.person_id in full):
            taken[number] = True
            left -= portion.size
        elif ranked:
            full.add(portion.person_id)
    return taken


def _turn(portion: Portion) -> tuple[int, int, str]:
    """Round, size, person."""
    if portion.kind == "temporal_sequence":
        return 1, portion.size, portion.person_id
    return (0 if portion.rank == 1 else portion.rank), portion.size, portion.person_id
