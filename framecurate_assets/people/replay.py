"""Replaying what people said, line by line; what contradicts an earlier line is shown, not guessed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from framecurate_assets.people.corrections import (
    Allow,
    Apart,
    Confirm,
    Correction,
    Merge,
    Reject,
    Rename,
    Split,
    Undo,
    anchors_of,
    faces_of,
    persons_of,
)
from framecurate_assets.people.rulings import Returned, Rulings, Verdict


def replay(
    corrections: Sequence[Correction],
    *,
    given: Mapping[str, str | None],
    joined: Mapping[str, str],
    faces: Collection[str],
) -> Rulings:
    """What holds of a log.

    Args:
        corrections: all lines.
        given: every person id ever given, and of whom it was split (null: it was not).
        joined: persons that clustering made part of others.
        faces: the face candidates of the lake.
    """
    active = active_lines(corrections)
    return _Replay(corrections, active, given, joined, faces).run()


def active_lines(corrections: Sequence[Correction]) -> set[int]:
    """The numbers of the lines that no later line undoes; undoing an undo brings a line back."""
    undos: dict[int, list[int]] = {}
    for line in corrections:
        if isinstance(line, Undo) and line.of < line.id:
            undos.setdefault(line.of, []).append(line.id)
    active: set[int] = set()
    for line in reversed(corrections):
        if active.isdisjoint(undos.get(line.id, ())):
            active.add(line.id)
    return active


class _ContradictionError(Exception):
    """A line cannot hold beside an earlier one."""

    def __init__(self, reason: str, earlier: Correction | None = None) -> None:
        super().__init__(reason)
        self.earlier = earlier.id if earlier else None


class _UnknownError(Exception):
    """A line names what there is not."""


class _Replay:
    """The state of a replay: what held after the lines so far."""

    def __init__(
        self,
        corrections: Sequence[Correction],
        active: set[int],
        given: Mapping[str, str | None],
        joined: Mapping[str, str],
        faces: Collection[str],
    ) -> None:
        self._corrections, self._active, self._given, self._faces = corrections, active, given, faces
        # A number that somebody else has got meanwhile makes nobody.
        splits = [
            line for line in corrections if isinstance(line, Split) and given.get(line.new_person, "") is not None
        ]
        self._splits = {line.new_person: line for line in reversed(splits)}
        self._undone = {person: line.person for person, line in self._splits.items() if line.id not in active}
        self._joined = dict(joined)
        self._rulings = Rulings(joined=self._joined, undone_splits=self._undone)
        self._anchored = {person for line in corrections for person in anchors_of(line)}
        self._parents: dict[str, str] = {}
        self._pins: dict[str, str] = {}
        self._anchors: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._exceptions: set[str] = set()
        self._merges: list[Merge] = []
        self._aparts: list[tuple[str, str, Correction]] = []
        self._confirms: list[Confirm] = []
        self._rejected: dict[str, Reject] = {}
        self._split_off: dict[str, Split] = {}

    def run(self) -> Rulings:
        verdicts = tuple(self._judge(correction) for correction in self._corrections)
        persons = {*self._given, *self._joined, *self._splits, *self._anchored, *self._parents}
        roots = {person: root for person in persons if (root := self._root(person)) != person}
        return Rulings(
            verdicts=verdicts,
            pins=self._pins,
            anchors=self._anchors,
            returned=self._returned(),
            roots={person: root for person, root in roots.items() if self._rulings.model_person(person) == person},
            joined=self._joined,
            undone_splits=self._undone,
            said_apart=tuple((one, other) for one, other, _ in self._aparts),
            said_one=tuple(frozenset(faces_of(line)) for line in self._confirms),
            rejected=frozenset(self._rejected),
            exceptions=frozenset(self._exceptions),
            names=self._names,
            splits=self._splits,
        )

    def _judge(self, correction: Correction) -> Verdict:
        if correction.id not in self._active:
            return Verdict(correction, "undone")
        try:
            self._check_names(correction)
            self._apply(correction)
        except _ContradictionError as error:
            return Verdict(correction, "contradicts", str(error), error.earlier)
        except _UnknownError as error:
            return Verdict(correction, "unknown", str(error))
        for person, faces in anchors_of(correction).items():
            self._anchors |= dict.fromkeys(faces, person)
        named = correction.faces if isinstance(correction, Reject) else ()
        if isinstance(correction, Split):
            named = tuple(face for part in correction.faces.values() for face in part)
        if named and not any(face in self._faces for face in named):
            return Verdict(correction, "unknown", "None of the faces that it names is in the lake: it waits for them.")
        return Verdict(correction, "applied")

    def _check_names(self, correction: Correction) -> None:
        """Whether there are the persons, or the line, that a correction names."""
        if isinstance(correction, Undo):
            if not any(line.id == correction.of and line.id < correction.id for line in self._corrections):
                raise _UnknownError(f"There is no correction {correction.of} before it.")
            return
        made = correction.new_person if isinstance(correction, Split) else None
        for person in (*persons_of(correction), *anchors_of(correction)):
            if person == made:
                continue
            maker = self._splits.get(person)
            if maker and (maker.id >= correction.id or maker.id not in self._active):
                when = "only later" if maker.id >= correction.id else "undone"
                raise _UnknownError(f"{person} was made by correction {maker.id}, which is {when}.")
            if not maker and person not in self._given and person not in self._anchored:
                raise _UnknownError(f"There never was a {person}.")

    def _apply(self, correction: Correction) -> None:
        match correction:
            case Merge():
                self._merge(correction)
            case Split():
                self._split(correction)
            case Rename():
                self._names[correction.person] = correction.name
            case Reject():
                self._rejected |= dict.fromkeys(correction.faces, correction)
            case Apart():
                self._set_apart(correction)
            case Allow():
                self._exceptions.add(correction.person)
            case Confirm():
                self._confirm(correction)

    def _merge(self, line: Merge) -> None:
        roots = {self._root(person) for person in line.persons}
        for one, other, earlier in self._aparts:
            if {self._root(one), self._root(other)} <= roots and self._root(one) != self._root(other):
                raise _ContradictionError(
                    f"Correction {earlier.id} says that {one} and {other} are two people.", earlier
                )
        into = self._root(line.into)
        self._parents |= {root: into for root in roots if root != into}
        self._merges.append(line)

    def _set_apart(self, line: Apart) -> None:
        one, other = line.persons
        if self._root(one) == self._root(other):
            raise self._one_person(one, other)
        self._aparts.append((one, other, line))

    def _split(self, line: Split) -> None:
        person, new = line.person, line.new_person
        if self._splits.get(new) is not line or new == person:
            raise _ContradictionError(f"{new} was given to somebody else before it: undo it, and say it again.")
        going = [face for part in line.faces.values() for face in part]
        for face in going:
            if face in self._rejected:
                rejected = self._rejected[face]
                raise _ContradictionError(f"Correction {rejected.id} says that {face} is nobody's.", rejected)
            self._refuse_split_off(face, person)
        self._refuse_confirmed(set(going))
        for part in line.faces.values():
            self._pins |= dict.fromkeys(part, new)
            self._split_off |= dict.fromkeys(part, line)
        self._aparts += [(new, stays, line) for stays in dict.fromkeys((person, *line.rest)) if stays != new]

    def _confirm(self, line: Confirm) -> None:
        for model, faces in line.faces.items():
            if self._root(model) != self._root(line.person):
                raise _ContradictionError(f"{model} is not part of {line.person}.")
            for face in faces:
                self._refuse_split_off(face, line.person)
        self._confirms.append(line)

    def _refuse_split_off(self, face: str, person: str) -> None:
        """A face that was split off is not a person's whose part the new person is not."""
        if face in self._pins and self._root(self._pins[face]) != self._root(person):
            split = self._split_off[face]
            raise _ContradictionError(f"Correction {split.id} says that {face} is {split.new_person}.", split)

    def _refuse_confirmed(self, going: set[str]) -> None:
        """Of faces that are one person none goes while others stay."""
        for line in self._confirms:
            confirmed = {face for face in faces_of(line) if face not in self._rejected}
            if going & confirmed and confirmed - going:
                goes, stays = min(going & confirmed), min(confirmed - going)
                raise _ContradictionError(f"Correction {line.id} says that {goes} and {stays} are one person.", line)

    def _returned(self) -> dict[str, Returned]:
        undone = sorted((self._splits[person] for person in self._undone), key=lambda line: line.id, reverse=True)
        return {
            face: Returned(line.new_person, person)
            for line in undone
            for person, part in line.faces.items()
            for face in part
            if face not in self._pins
        }

    def _one_person(self, one: str, other: str) -> _ContradictionError:
        if self._rulings.model_person(one) == self._rulings.model_person(other):
            return _ContradictionError(f"{one} and {other} are one by clustering: split it instead.")
        earlier = next(line for line in reversed(self._merges) if self._root(line.into) == self._root(one))
        return _ContradictionError(f"Correction {earlier.id} says that {one} and {other} are one.", earlier)

    def _root(self, person: str) -> str:
        person = self._rulings.model_person(person)
        while person in self._parents:
            person = self._parents[person]
        return person
