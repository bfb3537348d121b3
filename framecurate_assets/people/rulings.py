"""What holds of all that people said: the result of replaying corrections.jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from framecurate_assets.people.corrections import Correction, Split

State = Literal["applied", "undone", "contradicts", "unknown"]


@dataclass(frozen=True)
class Verdict:
    """What became of a line of the log."""

    correction: Correction
    state: State
    reason: str | None = None
    """Why it is not applied, in one sentence."""
    against: int | None = None
    """The earlier line that it contradicts."""


@dataclass(frozen=True)
class Returned:
    """A face that was split off, and whose split was undone."""

    from_person: str
    """The person made by that split."""
    to_person: str
    """The model person whom it was taken out of."""


@dataclass(frozen=True)
class Rulings:
    """What people said, as far as it holds now.

    A model person is one that clustering tells apart; a person is what people make of these, by merging.
    """

    verdicts: tuple[Verdict, ...] = ()
    """One a line, in the order of the log."""

    pins: Mapping[str, str] = field(default_factory=dict)
    """Faces that were split off -> the model person whose they are."""

    anchors: Mapping[str, str] = field(default_factory=dict)
    """Faces by which people meant a person -> that model person. They count where nothing else is settled."""

    returned: Mapping[str, Returned] = field(default_factory=dict)
    """Faces of splits that were undone."""

    roots: Mapping[str, str] = field(default_factory=dict)
    """Model person -> the person that it is part of by merges; those that are missing are themselves."""

    joined: Mapping[str, str] = field(default_factory=dict)
    """Model person -> the one that clustering made it part of."""

    undone_splits: Mapping[str, str] = field(default_factory=dict)
    """Model person made by a split that was undone -> whom it was taken out of."""

    said_apart: tuple[tuple[str, str], ...] = ()
    """Pairs of persons as they were said."""

    said_one: tuple[frozenset[str], ...] = ()
    """Faces of whom people said that they are one person: a set for each time."""

    rejected: frozenset[str] = frozenset()
    """Faces that are nobody's."""

    exceptions: frozenset[str] = frozenset()
    """Persons who may be in one frame twice, as they were said."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Person -> name."""

    splits: Mapping[str, Split] = field(default_factory=dict)
    """Every person that was ever made by a split -> the line that made it."""

    def model_person(self, person: str) -> str:
        """The model person that somebody is by now, after what clustering joined and people undid."""
        seen = [person]
        while (after := self._next(seen[-1])) not in seen:
            seen.append(after)
        return seen[-1]

    def returns(self, face: str, model: str) -> str:
        """The model person of a face that was `model`'s, now that some splits are undone."""
        was = self.returned.get(face)
        if was is not None and self.model_person(model) in self._been(was.from_person):
            return self.model_person(was.to_person)
        return self.model_person(model)

    def person(self, person: str) -> str:
        """The person that somebody is by now, merges included."""
        model = self.model_person(person)
        return self.roots.get(model, model)

    def apart(self, persons: Iterable[str]) -> frozenset[tuple[str, str]]:
        """The pairs of these model persons that are never one, the lower id first."""
        parts: dict[str, list[str]] = {}
        for model in dict.fromkeys(persons):
            parts.setdefault(self.person(model), []).append(model)
        pairs = {tuple(sorted((self.person(one), self.person(other)))) for one, other in self.said_apart}
        return frozenset(
            (min(a, b), max(a, b))
            for one, other in pairs
            if one != other
            for a in parts.get(one, [])
            for b in parts.get(other, [])
        )

    def allowed_twice(self, persons: Iterable[str]) -> frozenset[str]:
        """Those of these model persons who may be in one frame twice."""
        allowed = {self.person(person) for person in self.exceptions}
        return frozenset(person for person in persons if self.person(person) in allowed)

    @property
    def corrections(self) -> list[Correction]:
        """All lines of the log."""
        return [verdict.correction for verdict in self.verdicts]

    def _next(self, person: str) -> str:
        """One step from a model person to whom it is part of; itself at the end."""
        if person in self.undone_splits:
            # Whoever clustering had joined into it was somebody before, and is again.
            return min(self._joined_to(person), default=self.undone_splits[person])
        into = self.joined.get(person, person)
        return min(self._joined_to(into)) if into in self.undone_splits else into

    def _been(self, person: str) -> set[str]:
        """The model persons whose a person's faces can be by now."""
        been = [person]
        while (into := self.joined.get(been[-1])) and into not in been:
            been.append(into)
        return {self.model_person(one) for one in been}

    def _joined_to(self, person: str) -> list[str]:
        return [one for one, into in self.joined.items() if into == person]
