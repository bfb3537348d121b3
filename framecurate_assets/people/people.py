"""Who has which number: everything that a run knows of persons and hands to the next one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake

HIGHEST_NUMBER = "framecurate.highest_person_number"
"""Metadata key of the stored tables: the highest number that a person was ever given. None is given twice."""

RULES = "framecurate.identity_rules"
"""Metadata key: fingerprint of what decides who is who beside the faces: policy, engine and code."""


@dataclass(frozen=True)
class People:
    """The result of a run, and what the next one starts from."""

    clusters: pl.DataFrame = field(default_factory=tables.IDENTITY_CLUSTERS.empty)
    """IDENTITY_CLUSTERS: every candidate once, sorted by video_id, pts_s, face_id."""
    registry: pl.DataFrame = field(default_factory=tables.PERSON_REGISTRY.empty)
    """PERSON_REGISTRY, sorted by number."""
    exemplars: pl.DataFrame = field(default_factory=tables.PERSON_EXEMPLARS.empty)
    """PERSON_EXEMPLARS, sorted by the number of the person, then by rank."""
    events: pl.DataFrame = field(default_factory=tables.IDENTITY_EVENTS.empty)
    """IDENTITY_EVENTS, in the order in which they happened."""
    corrections: pl.DataFrame = field(default_factory=tables.CORRECTIONS.empty)
    """CORRECTIONS, a row a line of the log."""
    twice: pl.DataFrame = field(default_factory=tables.SAME_FRAME_TWICE.empty)
    """SAME_FRAME_TWICE."""
    highest_number: int = 0
    """The highest number ever given."""
    rules: str = ""
    """Fingerprint of what decided who is who beside the faces; empty before the first run."""

    @property
    def given(self) -> dict[str, str | None]:
        """Every id ever given, and of whom it was split; null: it was not."""
        return dict(self.registry.select("person_id", "split_from").iter_rows())

    @property
    def joined(self) -> dict[str, str]:
        """Persons that clustering made part of others."""
        return dict(self.registry.select("person_id", "joined_into").drop_nulls().iter_rows())


def read_people(lake: Lake) -> People:
    """What the last run stored; nothing before the first."""
    facts = lake.facts(tables.IDENTITY_CLUSTERS)
    stored = {name: lake.read(table) for name, table in _TABLES.items() if lake.path(table).exists()}
    if "clusters" in stored:
        # Versions before people could correct anything knew one id a face.
        one_id = pl.coalesce("model_person_id", "person_id")
        stored["clusters"] = stored["clusters"].with_columns(model_person_id=one_id)
    # Either table may have been stored last when a run was killed between the two.
    highest = max(int(lake.facts(table).get(HIGHEST_NUMBER, 0)) for table in _KEEPERS)
    return People(**stored, highest_number=highest, rules=facts.get(RULES, ""))


def write_people(lake: Lake, people: People, made_from: str) -> None:
    """Store the tables; `identity_clusters` last, so that a run that is killed before is repeated.

    Args:
        lake: where.
        people: what.
        made_from: the fingerprint of `identity_clusters`.
    """
    facts: dict[str, Any] = {HIGHEST_NUMBER: str(people.highest_number), RULES: people.rules}
    for name, table in _TABLES.items():
        of_clusters = made_from if table is tables.IDENTITY_CLUSTERS else ""
        lake.write(table, getattr(people, name), made_from=of_clusters, facts=facts if table in _KEEPERS else None)


_KEEPERS = (tables.PERSON_REGISTRY, tables.IDENTITY_CLUSTERS)
_TABLES = {
    "registry": tables.PERSON_REGISTRY,
    "exemplars": tables.PERSON_EXEMPLARS,
    "events": tables.IDENTITY_EVENTS,
    "corrections": tables.CORRECTIONS,
    "twice": tables.SAME_FRAME_TWICE,
    "clusters": tables.IDENTITY_CLUSTERS,
}
