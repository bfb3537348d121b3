"""What is said of a video, a frame, a face or a person that somebody asks about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["video", "frame", "face", "person"]


@dataclass(frozen=True)
class Step:
    """What one stage found or decided."""

    stage: str
    """The asset."""

    outcome: str
    """In one or two words: ready, passed, refused, a person's id, chosen, left out, stale, …"""

    sentence: str
    """The same with its figures."""

    rule: str | None = None
    """The word of the rule that decided; None: none did."""

    value: float | None = None
    """What was measured."""

    threshold: float | None = None
    """What it was measured against: of the policy as it is today, or of the rival."""

    rival: str | None = None
    """The face or person that was nearer or better."""

    subject: str | None = None
    """The face that the step is about, where it is not what was asked about."""


@dataclass(frozen=True)
class Answer:
    """The whole way, up to where it ended."""

    kind: Kind
    id: str
    ended: str
    """Where it ended, in one sentence."""

    steps: tuple[Step, ...]
    """In the order of the way of the data."""


def figure(value: float | None) -> str:
    """A number as people read it: four significant digits."""
    return "unknown" if value is None else f"{value:.4g}"


def number_of(count: int, singular: str, plural: str = "") -> str:
    """`1 face`, `2 faces`."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"
