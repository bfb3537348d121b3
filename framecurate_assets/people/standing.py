"""How persons stand by the log, whether or not a run has looked at its last lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.people.corrections import Correction
from framecurate_assets.people.log import read_log
from framecurate_assets.people.naming import highest_number
from framecurate_assets.people.people import People, read_people
from framecurate_assets.people.replay import replay
from framecurate_assets.people.rulings import Rulings


@dataclass(frozen=True)
class Standing:
    """The last run, and what holds of the log."""

    people: People
    corrections: tuple[Correction, ...]
    candidates: frozenset[str]
    """The face candidates of the lake."""

    @cached_property
    def rulings(self) -> Rulings:
        """What holds of the log."""
        return self.replayed(self.corrections)

    @cached_property
    def faces(self) -> pl.DataFrame:
        """face_id, track_id, model_person_id, person_id of every candidate; null: nobody's."""
        rulings = self.rulings
        rows = []
        for face, track, model in self.people.clusters.select("face_id", "track_id", "model_person_id").iter_rows():
            now = rulings.pins.get(face) or (model and rulings.returns(face, model))
            now = None if face in rulings.rejected or not now else rulings.model_person(now)
            rows.append((face, track, now, now and rulings.person(now)))
        return pl.DataFrame(rows, schema=_FACES, orient="row")

    def replayed(self, corrections: tuple[Correction, ...]) -> Rulings:
        """What would hold of another log."""
        return replay(corrections, given=self.people.given, joined=self.people.joined, faces=self.candidates)

    def with_corrections(self, corrections: tuple[Correction, ...]) -> Standing:
        """The same run with another log."""
        return Standing(self.people, corrections, self.candidates)

    @property
    def next_number(self) -> int:
        """The number of the next new person."""
        return highest_number(self.people, self.rulings) + 1

    @property
    def next_correction(self) -> int:
        """The number of the next line of the log."""
        return max([self.people.highest_correction, *(line.id for line in self.corrections)]) + 1

    def person(self, person: str) -> str:
        """The person, if there is one of this id and it is nobody's part.

        Raises:
            FramecurateError: there is none, or it is part of another one.
        """
        rulings = self.rulings
        if person not in self.people.given and person not in rulings.splits:
            raise FramecurateError(f"There is no {person}", "`framecurate persons list` shows who there is")
        if rulings.person(person) != person:
            now = rulings.person(person)
            raise FramecurateError(f"{person} is part of {now}", f"Name {now}, or undo what made them one")
        return person

    def faces_of(self, person: str) -> pl.DataFrame:
        """The rows of `faces` of a person."""
        return self.faces.filter(pl.col("person_id") == person)


def read_standing(lake: Lake) -> Standing:
    """How persons stand in a data folder.

    Raises:
        FramecurateError: a line of corrections.jsonl is broken.
    """
    people = read_people(lake)
    faces = lake.read_all(tables.FACE_CANDIDATES, columns=("face_id",))["face_id"]
    return Standing(people, read_log(lake.folder.corrections).corrections, frozenset(faces))


_FACES = {name: pl.String() for name in ("face_id", "track_id", "model_person_id", "person_id")}
