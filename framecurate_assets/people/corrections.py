"""What people say about persons and faces: the kinds of lines in corrections.jsonl.

Faces are the anchors. A clustering from scratch may draw other lines between persons; the faces that a correction
names are held by it wherever they are.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from framecurate_assets.errors import FramecurateError
from framecurate_assets.identity.stable_ids import PREFIX

LARGEST_NUMBER = 10**9
"""Of a line, and of a person."""


def _within_limit(person: str) -> str:
    digits = person.removeprefix(PREFIX)
    if len(digits) > len(str(LARGEST_NUMBER)) or int(digits) > LARGEST_NUMBER:
        raise ValueError(f"a person's number is at most {LARGEST_NUMBER}")
    return person


def _writable(text: str) -> str:
    # A terminal hands on bytes that are no text as halves of characters.
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("it is not UTF-8") from error
    return text


Words = Annotated[str, AfterValidator(_writable)]
LineId = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
PersonId = Annotated[str, Field(pattern=rf"^{PREFIX}[0-9]{{4,}}$"), AfterValidator(_within_limit)]
FaceId = Annotated[str, Field(pattern=r"^[^@#]+@-?[0-9]+#[0-9]+$")]
FacesOfPersons = dict[PersonId, tuple[FaceId, ...]]
"""Faces by the person for whom clustering takes them, `model_person_id`, when it is said."""


class _Line(BaseModel):
    """What every line says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: LineId
    """1, 2, … in the order in which they were said."""
    at: AwareDatetime
    by: Words
    """The author."""


class Merge(_Line):
    """Persons are one."""

    kind: Literal["merge"] = "merge"
    persons: tuple[PersonId, ...] = Field(min_length=2)
    into: PersonId
    """The one of them whose number stays."""
    faces: FacesOfPersons = {}
    """A face of each of their tracks."""

    @model_validator(mode="after")
    def _is_into_one_of_them(self) -> Merge:
        if self.into not in self.persons:
            raise ValueError("`into` is none of `persons`")
        return self


class Split(_Line):
    """Faces of a person are somebody else."""

    kind: Literal["split"] = "split"
    person: PersonId
    faces: FacesOfPersons = Field(min_length=1)
    """The faces that go."""
    rest: FacesOfPersons = {}
    """A face of each track that stays."""
    new_person: PersonId
    """Their number from now on. It is chosen when it is said, so that the log alone gives the same numbers."""


class Rename(_Line):
    """A person has a name."""

    kind: Literal["rename"] = "rename"
    person: PersonId
    name: Words
    """Empty: none any more."""


class Reject(_Line):
    """Faces are nobody's."""

    kind: Literal["reject"] = "reject"
    faces: tuple[FaceId, ...] = Field(min_length=1)


class Apart(_Line):
    """Two persons are never one, however alike."""

    kind: Literal["apart"] = "apart"
    persons: tuple[PersonId, PersonId]
    faces: FacesOfPersons = {}
    """A face of each of their tracks."""


class Allow(_Line):
    """A person may be in one frame twice."""

    kind: Literal["exception"] = "exception"
    person: PersonId


class Confirm(_Line):
    """Faces are all of one person."""

    kind: Literal["confirm"] = "confirm"
    person: PersonId
    faces: FacesOfPersons
    """A face of each of the person's tracks."""

    @model_validator(mode="after")
    def _names_two_faces(self) -> Confirm:
        if len(_all(self.faces)) < 2:
            raise ValueError("`faces` are fewer than two")
        return self


class Undo(_Line):
    """An earlier line does not hold any more."""

    kind: Literal["undo"] = "undo"
    of: LineId


Correction = Merge | Split | Rename | Reject | Apart | Allow | Confirm | Undo

_PARSER: TypeAdapter[Correction] = TypeAdapter(Annotated[Correction, Field(discriminator="kind")])


def read_line(text: str, place: str) -> Correction:
    """One line of the log.

    Args:
        text: the line.
        place: where it stands, for the sentence that says what is wrong.

    Raises:
        FramecurateError: it is no JSON, of no known kind, or says something of the wrong form.
    """
    remedy = "Mend the line by hand, or remove it; docs/corrections.md says what each kind of line holds"
    try:
        return _PARSER.validate_json(text)
    except ValidationError as error:
        raise FramecurateError(f"{place}: {problem_of(error)}", remedy) from error


def problem_of(error: ValidationError) -> str:
    """The first thing that is wrong with a line, in words."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"] if part not in _KINDS)
    what = first["msg"].removeprefix("Value error, ")
    return f"{key}: {what}" if key else what


def written(correction: Correction) -> str:
    """A correction as a line, without its end."""
    return json.dumps(correction.model_dump(mode="json"), ensure_ascii=False)


def persons_of(correction: Correction) -> tuple[str, ...]:
    """The persons that a correction names, without those that it only anchors."""
    match correction:
        case Merge() | Apart():
            return correction.persons
        case Split():
            return (correction.person, correction.new_person)
        case Rename() | Allow() | Confirm():
            return (correction.person,)
        case _:
            return ()


def faces_of(correction: Correction) -> tuple[str, ...]:
    """All faces that a correction names, anchors too."""
    match correction:
        case Reject():
            return correction.faces
        case Merge() | Apart() | Confirm():
            return _all(correction.faces)
        case Split():
            return _all(correction.faces) + _all(correction.rest)
        case _:
            return ()


def anchors_of(correction: Correction) -> dict[str, tuple[str, ...]]:
    """Faces that only say which person is meant, by model person."""
    match correction:
        case Merge() | Apart() | Confirm():
            return correction.faces
        case Split():
            return correction.rest
        case _:
            return {}


def in_words(correction: Correction) -> str:
    """What a correction says, in a few words."""
    match correction:
        case Merge():
            others = [person for person in correction.persons if person != correction.into]
            return f"merge of {', '.join(others)} into {correction.into}"
        case Split():
            return f"split of {correction.new_person} from {correction.person}"
        case Rename():
            called = f"is called {correction.name}" if correction.name else "has no name"
            return f"{correction.person} {called}"
        case Reject():
            return f"rejection of {len(correction.faces)} {'face' if len(correction.faces) == 1 else 'faces'}"
        case Apart():
            return f"{correction.persons[0]} and {correction.persons[1]} are apart"
        case Allow():
            return f"{correction.person} may be in one frame twice"
        case Confirm():
            return f"{correction.person} is one person"
        case Undo():
            return f"undo of {correction.of}"


def _all(faces: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(face for part in faces.values() for face in part)


_KINDS: set[Any] = {"merge", "split", "rename", "reject", "apart", "exception", "confirm", "undo"}
