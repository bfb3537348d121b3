"""A person id in short: what became of it, and where to read more."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import Policy
from framecurate_assets.stages import IDENTITY_CLUSTERS
from framecurate_assets.why.answer import Step, number_of
from framecurate_assets.why.identity import called
from framecurate_assets.why.records import Records


def person_steps(person_id: str, records: Records) -> list[Step]:
    """What became of a person id; none where no such id was ever given."""
    faces = records.read(tables.IDENTITY_CLUSTERS).filter(pl.col("person_id") == person_id)
    given = records.read(tables.PERSON_REGISTRY).filter(pl.col("person_id") == person_id)
    if faces.is_empty() and given.is_empty():
        return []
    became = [
        f"{relation} {called(given[column][0], records)}"
        for column, relation in (("merged_into", "it is part of"), ("split_from", "it was taken out of"))
        if given.height and given[column][0]
    ]
    videos = faces["face_id"].str.split("@").list.first().n_unique()
    chosen = records.read(tables.PERSON_SELECTIONS).filter(pl.col("person_id") == person_id).height
    parts = [
        f"{called(person_id, records)} has {number_of(faces.height, 'face')} of {number_of(videos, 'video')}",
        f"and {number_of(chosen, 'picture')} in the dataset",
        *became,
    ]
    sentence = f"{', '.join(parts)}. `framecurate persons show {person_id}` shows all of it."
    return [Step(IDENTITY_CLUSTERS.name, "present" if faces.height else "without faces", sentence)]


def known_persons(lake: Lake, policy: Policy) -> list[str]:
    """Every person id that was ever given."""
    records = Records(lake, policy, "")
    ids = pl.concat([records.read(table)["person_id"] for table in (tables.IDENTITY_CLUSTERS, tables.PERSON_REGISTRY)])
    return sorted(ids.drop_nulls().unique())
