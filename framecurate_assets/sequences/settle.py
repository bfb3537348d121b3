"""Which of the sequences that were tried each person gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

TAKEN = "What was found around its best moments is another person's sequence."


@dataclass(frozen=True)
class Try:
    """What came of looking for a sequence around one anchor."""

    rows: pl.DataFrame | None = None
    """TEMPORAL_SEQUENCES of the sequence, whosever it is; None where there is none."""

    reason: str = ""
    """Why there is none, in one sentence."""

    unexpected: bool = False
    """Whether that is an error of the program, which may be mended by the next run."""


@dataclass
class Settled:
    """Who has which sequence; anchors are face ids."""

    chosen: dict[str, str] = field(default_factory=dict)
    """Of each person with a sequence its anchor."""

    missing: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Of each person who has none the anchor that was tried last, and why."""

    wanted: list[str] = field(default_factory=list)
    """The next anchor of each person of whom nothing can be said yet."""


def settle(anchors: Mapping[str, Sequence[str]], tries: Mapping[str, Try]) -> Settled:
    """Each person's first anchor that has a sequence. No face is in two of them: the person who comes first has it.

    Args:
        anchors: of each person the face ids in the order in which they are tried; none is empty.
        tries: what is known, by anchor.
    """
    settled = Settled()
    taken: set[str] = set()
    for person_id, face_ids in anchors.items():
        for face_id in face_ids:
            outcome = tries.get(face_id)
            if outcome is None:
                settled.wanted.append(face_id)
                break
            faces = [] if outcome.rows is None else outcome.rows["face_id"].to_list()
            if faces and taken.isdisjoint(faces):
                settled.chosen[person_id] = face_id
                taken.update(faces)
                break
        else:
            settled.missing[person_id] = (face_ids[-1], tries[face_ids[-1]].reason or TAKEN)
    return settled
