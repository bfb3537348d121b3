"""The register of all ids ever given, and the report of what became of each correction."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from framecurate_assets.identity.stable_ids import person_number
from framecurate_assets.lake.tables import CORRECTIONS, PERSON_REGISTRY
from framecurate_assets.people.corrections import Correction, Split, Undo, faces_of, persons_of
from framecurate_assets.people.people import People
from framecurate_assets.people.rulings import Rulings


def register(previous: People, rulings: Rulings, clusters: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """PERSON_REGISTRY: whoever was in it, whoever is new in the clusters, and whoever a split made.

    Args:
        previous: the last run.
        rulings: what people said.
        clusters: IDENTITY_CLUSTERS of this run.
        now: when.
    """
    split_from = {person: line.person for person, line in rulings.splits.items()} | previous.given
    given_at = dict(previous.registry.select("person_id", "given_at").iter_rows())
    for person, line in rulings.splits.items():
        given_at.setdefault(person, line.at)
    for person in clusters["model_person_id"].drop_nulls().unique():
        given_at.setdefault(person, now)
    return PERSON_REGISTRY.from_rows(
        [
            {
                "person_id": person,
                "name": rulings.names.get(person) or None,
                "merged_into": None if rulings.person(person) == person else rulings.person(person),
                "joined_into": rulings.joined.get(person),
                "split_from": split_from.get(person),
                "given_at": given_at[person],
            }
            for person in sorted(given_at, key=person_number)
        ]
    )


def report_corrections(rulings: Rulings) -> pl.DataFrame:
    """CORRECTIONS: a row a line."""
    return CORRECTIONS.from_rows(
        [
            {
                "correction": verdict.correction.id,
                "said_at": verdict.correction.at,
                "author": verdict.correction.by,
                "kind": verdict.correction.kind,
                "persons": list(persons_of(verdict.correction)),
                "faces": _named_faces(verdict.correction),
                "state": verdict.state,
                "reason": verdict.reason,
            }
            for verdict in rulings.verdicts
        ]
    )


def _named_faces(correction: Correction) -> int:
    if isinstance(correction, Split):
        return sum(len(part) for part in correction.faces.values())
    return 0 if isinstance(correction, Undo) else len(faces_of(correction))
