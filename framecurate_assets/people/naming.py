"""Which id each group of faces has."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from framecurate_assets.identity.clustering import Clustering
from framecurate_assets.identity.known import Known
from framecurate_assets.identity.stable_ids import keep_person_ids, person_number
from framecurate_assets.people.corrections import anchors_of, persons_of
from framecurate_assets.people.owners import owners_now
from framecurate_assets.people.people import People
from framecurate_assets.people.rulings import Rulings


@dataclass(frozen=True)
class Named:
    """Groups with their ids."""

    ids: dict[int, str]
    """Group -> model person."""
    joined: dict[str, str]
    """Every model person that clustering made part of another, now or before -> that one."""
    highest_number: int
    """The highest number ever given."""


def name_groups(clustering: Clustering, known: Known, rulings: Rulings, previous: People, *, same_rules: bool) -> Named:
    """Groups with a settled person are that person; the others get the id of the last run with which they share most
    faces, or a number that was never given.

    Args:
        clustering: the groups.
        known: what it started from.
        rulings: what people said.
        previous: the last run.
        same_rules: whether only new faces were looked at; else former persons who went up in another are joined.
    """
    groups = clustering.faces.drop_nulls("group")
    ids = dict(groups.drop_nulls("person_id").select("group", "person_id").unique().iter_rows())
    merged = {person: into for person, into, _ in clustering.merged}
    unnamed = groups.filter(~pl.col("group").is_in(list(ids)) & ~pl.col("is_exemplar"))
    last = _last(previous, rulings)
    # A person who is settled elsewhere, or is away, or went up in another, has no second group.
    taken = {*known.settled["person_id"], *known.exemplars["person_id"], *previous.joined, *rulings.undone_splits}
    named, highest = keep_person_ids(
        unnamed.select("face_id", label="group"), last, highest_number(previous, rulings), taken=taken
    )
    ids |= dict(unnamed.select("group").hstack(named.select("person_id")).unique().iter_rows())
    joined = previous.joined | merged
    if not same_rules:
        joined |= _gone_up(groups, ids, last, taken)
    return Named(ids, joined, highest)


def highest_number(previous: People, rulings: Rulings) -> int:
    """The highest number that was ever given, in the tables or by a person."""
    said = [person for line in rulings.corrections for person in (*persons_of(line), *anchors_of(line))]
    numbers = (person_number(person) for person in (*said, *previous.registry["person_id"]))
    return max(previous.highest_number, *numbers, 0)


def _last(previous: People, rulings: Rulings) -> pl.DataFrame:
    """face_id, person_id: the model person of each face in the last run, as things stand by now."""
    last = previous.clusters.select("face_id", person_id="model_person_id").drop_nulls()
    # A video that returns brings the very faces by which a person is remembered.
    remembered = previous.exemplars.join(previous.clusters, on="face_id", how="anti").select("face_id", "person_id")
    last = pl.concat([last, remembered])
    return last.with_columns(owners_now(last, rulings))


def _gone_up(groups: pl.DataFrame, ids: dict[int, str], last: pl.DataFrame, taken: set[str]) -> dict[str, str]:
    """Former persons who have no face of their own any more, and where most of their faces went."""
    ids_now = pl.col("group").replace_strict(ids, return_dtype=pl.String)
    counts = (
        groups.select("face_id", now=ids_now)
        .join(last, on="face_id")
        .filter(~pl.col("person_id").is_in([*ids.values(), *taken]))
        .group_by("person_id", "now")
        .len()
        .sort("person_id", "len", "now", descending=[False, True, False])
        .unique("person_id", keep="first", maintain_order=True)
    )
    return dict(counts.select("person_id", "now").iter_rows())
