"""Who was said to be two, as persons are called now."""

from __future__ import annotations

from collections.abc import Sequence

from framecurate_assets.people.corrections import Correction
from framecurate_assets.people.people import People
from framecurate_assets.people.replay import replay


def said_apart(corrections: Sequence[Correction], people: People) -> frozenset[tuple[str, str]]:
    """Pairs of persons that people said are two, the lower id first.

    Args:
        corrections: what people said, as `read_log` gives it.
        people: the run in which it was applied.
    """
    faces = frozenset(people.clusters["face_id"])
    rulings = replay(corrections, given=people.given, joined=people.joined, faces=faces)
    pairs = [sorted((rulings.person(one), rulings.person(other))) for one, other in rulings.said_apart]
    return frozenset((one, other) for one, other in pairs if one != other)
