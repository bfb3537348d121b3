"""What people answered to alarms, as persons are called now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framecurate_assets.people.corrections import Correction
from framecurate_assets.people.people import People
from framecurate_assets.people.replay import replay


@dataclass(frozen=True)
class Answers:
    """Who is two, and who is one."""

    apart: frozenset[tuple[str, str]]
    """Pairs of persons that people said are two, the lower id first."""
    confirmed: tuple[frozenset[str], ...]
    """Faces that people said are one person: a set for each time."""


def answers_of(corrections: Sequence[Correction], people: People) -> Answers:
    """What people said that alarms go by.

    Args:
        corrections: what people said, as `read_log` gives it.
        people: the run in which it was applied.
    """
    faces = frozenset(people.clusters["face_id"])
    rulings = replay(corrections, given=people.given, joined=people.joined, faces=faces)
    pairs = [sorted((rulings.person(one), rulings.person(other))) for one, other in rulings.said_apart]
    return Answers(frozenset((one, other) for one, other in pairs if one != other), rulings.said_one)
