"""Who has which number: everything that a run knows of persons and hands to the next one."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake

HIGHEST_NUMBER = "framecurate.highest_person_number"
"""Metadata key of the stored tables: the highest number that a person was ever given. None is given twice."""

LAST_EVENT = "framecurate.last_event"
"""Metadata key of identity_clusters: the number of the last event that these rows have seen. Events are stored before
the clusters: those of a run that was killed in between are told again by the next one."""

HIGHEST_CORRECTION = "framecurate.highest_correction"
"""Metadata key of identity_clusters: the highest number of a line that a run looked at. `forget` removes lines, and
events name them: no number is given twice."""

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
    last_event: int = 0
    """The number of the last event, be it one that was erased."""
    highest_correction: int = 0
    """The highest number of a correction that a run looked at, be it one that was erased."""
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
    last = last_event(lake)
    if "events" in stored:
        stored["events"] = stored["events"].filter(pl.col("event") <= last)
    # Either table may have been stored last when a run was killed between the two.
    highest = max(int(lake.facts(table).get(HIGHEST_NUMBER, 0)) for table in _KEEPERS)
    return People(
        **stored,
        highest_number=highest,
        last_event=last,
        highest_correction=int(facts.get(HIGHEST_CORRECTION, 0)),
        rules=facts.get(RULES, ""),
    )


def last_event(lake: Lake) -> int:
    """The number of the last event that the stored clusters have seen; 0 before the first."""
    seen = lake.facts(tables.IDENTITY_CLUSTERS).get(LAST_EVENT)
    if seen is not None:
        return int(seen)
    # Versions before this one did not write it down.
    table = tables.IDENTITY_EVENTS
    return max(lake.read(table)["event"], default=0) if lake.path(table).exists() else 0


def write_people(lake: Lake, people: People, alarms: pl.DataFrame, made_from: str) -> None:
    """Store the tables so that a run that is killed in between is repeated, and then tells the same events once.

    `identity_clusters` has no fingerprint until all is stored. What was said counts as new until the clusters are
    stored to which it led, since it is the cause of events: so the report of it comes after them.

    Args:
        lake: where.
        people: what.
        alarms: IDENTITY_ALARMS of these people.
        made_from: the fingerprint of `identity_clusters`.
    """
    facts = {
        HIGHEST_NUMBER: str(people.highest_number),
        LAST_EVENT: str(people.last_event),
        HIGHEST_CORRECTION: str(people.highest_correction),
        RULES: people.rules,
    }
    _make_stale(lake)
    lake.write(tables.PERSON_REGISTRY, people.registry, facts={HIGHEST_NUMBER: facts[HIGHEST_NUMBER]})
    lake.write(tables.PERSON_EXEMPLARS, people.exemplars)
    lake.write(tables.IDENTITY_EVENTS, people.events)
    lake.write(tables.IDENTITY_CLUSTERS, people.clusters, facts=facts)
    lake.write(tables.CORRECTIONS, people.corrections)
    lake.write(tables.SAME_FRAME_TWICE, people.twice)
    lake.write(tables.IDENTITY_ALARMS, alarms)
    lake.write(tables.IDENTITY_CLUSTERS, people.clusters, made_from=made_from, facts=facts)


def _make_stale(lake: Lake) -> None:
    """Take the fingerprint from the stored clusters, and nothing else."""
    table = tables.IDENTITY_CLUSTERS
    if lake.path(table).exists():
        stored = lake.facts(table)
        facts = {key: stored[key] for key in (HIGHEST_NUMBER, LAST_EVENT, HIGHEST_CORRECTION, RULES) if key in stored}
        # What an earlier version stored has seen all events that there are.
        lake.write(table, lake.read(table), facts={**facts, LAST_EVENT: str(last_event(lake))})


_KEEPERS = (tables.PERSON_REGISTRY, tables.IDENTITY_CLUSTERS)
_TABLES = {
    "registry": tables.PERSON_REGISTRY,
    "exemplars": tables.PERSON_EXEMPLARS,
    "events": tables.IDENTITY_EVENTS,
    "corrections": tables.CORRECTIONS,
    "twice": tables.SAME_FRAME_TWICE,
    "clusters": tables.IDENTITY_CLUSTERS,
}
