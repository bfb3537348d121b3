"""Runs over faces that a test makes up, in memory: what is handed from one to the next is all that a lake keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from framecurate_assets.lake.tables import FACE_CANDIDATES
from framecurate_assets.people.corrections import Correction
from framecurate_assets.people.people import People
from framecurate_assets.people.said import Draft, Stamp, checked
from framecurate_assets.people.standing import Standing
from framecurate_assets.people.work_out import work_out_people
from framecurate_assets.policy import IdentityPolicy
from framecurate_tests.identity.people import DISTANCE, Face, around, candidates, person

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = IdentityPolicy(distance=DISTANCE)
FACES_A_VIDEO = 3
"""Faces of each person in a video, all in one track."""


def video(name: str, people: Sequence[int]) -> pl.DataFrame:
    """FACE_CANDIDATES of a video in which people, who are numbers, are seen together."""
    faces = [
        Face(descriptor, video=name, at=float(at), x=200.0 * place)
        for place, number in enumerate(people)
        for at, descriptor in enumerate(around(person(number), FACES_A_VIDEO, 0.3, seed=hash_of(name, number)))
    ]
    good = {"det_score": 0.9, "frontality": 0.9, "sharpness": 400.0}
    return FACE_CANDIDATES.conform(candidates(faces).with_columns(**{key: pl.lit(good[key]) for key in good}))


def hash_of(name: str, number: int) -> int:
    """A seed that depends on both, and on nothing else."""
    return sum(map(ord, name)) * 100 + number


@dataclass
class Story:
    """A lake that changes: its videos, what people said, and the last run."""

    videos: dict[str, pl.DataFrame] = field(default_factory=dict)
    log: list[Correction] = field(default_factory=list)
    people: People = field(default_factory=People)
    code_version: str = "1"

    @property
    def candidates(self) -> pl.DataFrame:
        parts = [self.videos[name] for name in sorted(self.videos)]
        return pl.concat(parts) if parts else FACE_CANDIDATES.empty()

    @property
    def standing(self) -> Standing:
        return Standing(self.people, tuple(self.log), frozenset(self.candidates["face_id"]))

    def say(self, draft: Draft) -> Correction:
        """Add a line, or raise as the command would."""
        line = checked(self.standing, draft, Stamp(len(self.log) + 1, NOW, "anna"))
        self.log.append(line)
        return line

    def run(self) -> People:
        """What a run would store."""
        self.people = self.run_aside(self.people, self.log)
        return self.people

    def run_aside(self, previous: People, log: Sequence[Correction]) -> People:
        """What a run would store that starts from something else."""
        return work_out_people(self.candidates, previous, log, POLICY, DISTANCE, NOW, self.code_version)[0]

    @property
    def persons(self) -> dict[str, str | None]:
        """Whose each face is."""
        return dict(self.people.clusters.select("face_id", "person_id").iter_rows())

    def person_of(self, face: str) -> str:
        found = self.persons[face]
        assert found is not None
        return found

    @property
    def parts(self) -> set[frozenset[str]]:
        """Which faces are one person, whatever the person's number."""
        return parts(self.people)


def parts(people: People) -> set[frozenset[str]]:
    """Which faces are one person, whatever the person's number."""
    grouped = people.clusters.drop_nulls("person_id").group_by("person_id").agg("face_id")
    return {frozenset(faces) for faces in grouped["face_id"]}


def same_tables(one: People, other: People) -> bool:
    """Whether two runs would store the same bytes."""
    names = ("clusters", "registry", "exemplars", "events", "corrections", "twice")
    same_rows = all(getattr(one, name).equals(getattr(other, name)) for name in names)
    return same_rows and (one.highest_number, one.rules) == (other.highest_number, other.rules)
