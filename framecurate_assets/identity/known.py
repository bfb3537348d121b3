"""What is known of people before a clustering: what earlier runs found, and what a person said."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from framecurate_assets.lake.tables import PERSON_EXEMPLARS

FACES_OF_PERSONS = {"face_id": pl.String(), "person_id": pl.String()}
"""Columns of a table that says whose each face is."""


@dataclass(frozen=True)
class Known:
    """What a clustering keeps to.

    Person ids are those of `model_person_id`: merges that people asked for are applied afterwards.
    """

    settled: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FACES_OF_PERSONS))
    """face_id, person_id: these faces stay with their person, whatever the descriptors say."""

    exemplars: pl.DataFrame = field(default_factory=PERSON_EXEMPLARS.empty)
    """PERSON_EXEMPLARS, of faces that are not among the candidates: they take part as settled faces, so that a
    person who left the lake and returns is recognised."""

    apart: frozenset[tuple[str, str]] = frozenset()
    """Pairs of persons, the lower id first, that are never one, however alike."""

    rejected: frozenset[str] = frozenset()
    """Faces that are nobody's."""

    allowed_twice: frozenset[str] = frozenset()
    """Persons who may be in one frame twice."""
