"""From what a person types to a line of the log; what contradicts an earlier one is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from pydantic import ValidationError

from framecurate_assets.errors import FramecurateError
from framecurate_assets.identity.stable_ids import person_id
from framecurate_assets.lake.lake import Lake
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
    in_words,
    problem_of,
)
from framecurate_assets.people.log import Log, append
from framecurate_assets.people.replay import active_lines
from framecurate_assets.people.standing import Standing, read_standing


@dataclass(frozen=True)
class Stamp:
    """What every line carries."""

    id: int
    at: datetime
    by: str


Draft = Callable[[Standing, Stamp], Correction]
"""What is to be said, once it is known how things stand."""


def say(lake: Lake, draft: Draft, by: str, now: datetime) -> Correction:
    """Add a line to corrections.jsonl.

    Args:
        lake: beside which the log lies.
        draft: the line.
        by: the author.
        now: when.

    Raises:
        FramecurateError: it names what there is not, or contradicts an earlier line; nothing was added.
    """
    before = read_standing(lake)

    def line(log: Log) -> Correction:
        standing = before.with_corrections(log.corrections)
        return checked(standing, draft, Stamp(standing.next_correction, now, by))

    return append(lake.folder.corrections, line)


def checked(standing: Standing, draft: Draft, stamp: Stamp) -> Correction:
    """The line that a draft comes to, if it can hold beside all others.

    Raises:
        FramecurateError: it can't, or names what there is not.
    """
    try:
        correction = draft(standing, stamp)
    except ValidationError as error:
        remedy = "docs/corrections.md says what a line of the log may hold"
        raise FramecurateError(f"This cannot be written down: {problem_of(error)}", remedy) from error
    then = standing.replayed((*standing.corrections, correction)).verdicts
    verdict = then[-1]
    if verdict.state != "applied":
        remedy = f"`framecurate persons undo {verdict.against}` takes that back" if verdict.against else ""
        raise FramecurateError(verdict.reason or "", remedy)
    for earlier, later in zip(standing.rulings.verdicts, then, strict=False):
        if earlier.state == "applied" and later.state in ("contradicts", "unknown"):
            line = earlier.correction
            raise FramecurateError(
                f"Correction {line.id} ({in_words(line)}) would not hold any more: {later.reason}",
                f"Undo that one first: `framecurate persons undo {line.id}`",
            )
    return correction


def merge(persons: Sequence[str]) -> Draft:
    """Several persons are one: the first."""

    def draft(standing: Standing, stamp: Stamp) -> Correction:
        named = tuple(dict.fromkeys(standing.person(person) for person in persons))
        if len(named) < 2:
            raise FramecurateError("Merging takes two persons", "Name the one that stays first, then the others")
        return Merge(**vars(stamp), persons=named, into=named[0], faces=_anchors(standing, named))

    return draft


def split(person: str, tracks: Sequence[str], faces: Sequence[str]) -> Draft:
    """Faces of a person, or all that are in some tracks, are somebody else."""

    def draft(standing: Standing, stamp: Stamp) -> Correction:
        own = standing.faces_of(standing.person(person))
        _refuse_strange(tracks, own["track_id"], f"{person} has no track {{}}", person)
        _refuse_strange(faces, own["face_id"], f"{person} has no face {{}}", person)
        goes = pl.col("track_id").is_in(list(tracks)) | pl.col("face_id").is_in(list(faces))
        going, rest = own.filter(goes), own.filter(~goes)
        if going.is_empty():
            raise FramecurateError("Nothing is named that goes", "Give --tracks or --faces")
        if rest.is_empty():
            raise FramecurateError(f"These are all faces of {person}: nobody would stay", "Name those that go")
        return Split(
            **vars(stamp),
            person=person,
            faces=_by_person(going),
            rest=_by_person(_one_a_track(rest)),
            new_person=person_id(standing.next_number),
        )

    return draft


def rename(person: str, name: str) -> Draft:
    """A person has a name; an empty one takes it away."""
    return lambda standing, stamp: Rename(**vars(stamp), person=standing.person(person), name=name.strip())


def reject(faces: Sequence[str]) -> Draft:
    """Faces are nobody's."""

    def draft(standing: Standing, stamp: Stamp) -> Correction:
        for face in faces:
            if face in standing.rulings.rejected:
                raise FramecurateError(f"{face} is nobody's already")
        _refuse_strange(faces, standing.faces["face_id"], "There is no face {} among the candidates", None)
        return Reject(**vars(stamp), faces=tuple(dict.fromkeys(faces)))

    return draft


def apart(one: str, other: str) -> Draft:
    """Two persons are never one."""

    def draft(standing: Standing, stamp: Stamp) -> Correction:
        named = (standing.person(one), standing.person(other))
        if one == other:
            raise FramecurateError(f"{one} is named twice", "Name two persons")
        return Apart(**vars(stamp), persons=named, faces=_anchors(standing, named))

    return draft


def allow_twice(person: str) -> Draft:
    """A person may be in one frame twice."""
    return lambda standing, stamp: Allow(**vars(stamp), person=standing.person(person))


def confirm(person: str) -> Draft:
    """All faces of a person are one person."""

    def draft(standing: Standing, stamp: Stamp) -> Correction:
        faces = _anchors(standing, [standing.person(person)])
        if sum(map(len, faces.values())) < 2:
            raise FramecurateError(f"{person} has fewer than two tracks: there is nothing to confirm")
        return Confirm(**vars(stamp), person=person, faces=faces)

    return draft


def undo(number: int | None) -> Draft:
    """A line does not hold any more; without a number the last one that holds and is no undo itself."""

    def draft(standing: Standing, stamp: Stamp) -> Correction:
        active = active_lines(standing.corrections)
        holding = [line for line in standing.corrections if line.id in active]
        if number is not None and number not in active:
            known = number in {line.id for line in standing.corrections}
            problem = f"Correction {number} is undone already" if known else f"There is no correction {number}"
            raise FramecurateError(problem, "`framecurate sql 'SELECT * FROM corrections'` lists them")
        candidates = [line.id for line in holding if number == line.id or (number is None and line.kind != "undo")]
        if not candidates:
            raise FramecurateError("There is nothing to undo")
        return Undo(**vars(stamp), of=candidates[-1])

    return draft


def _anchors(standing: Standing, persons: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """A face of each track of these persons."""
    return _by_person(_one_a_track(standing.faces.filter(pl.col("person_id").is_in(list(persons)))))


def _one_a_track(faces: pl.DataFrame) -> pl.DataFrame:
    return faces.unique(["model_person_id", "track_id"], keep="first", maintain_order=True)


def _by_person(faces: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    parts = faces.group_by("model_person_id", maintain_order=True).agg("face_id").sort("model_person_id")
    return {person: tuple(own) for person, own in parts.iter_rows()}


def _refuse_strange(named: Sequence[str], known: pl.Series, problem: str, person: str | None) -> None:
    strange = sorted(set(named) - set(known))
    if strange:
        remedy = f"`framecurate persons show {person}` lists them" if person else "See `framecurate persons show`"
        raise FramecurateError(problem.format(strange[0]), remedy)
