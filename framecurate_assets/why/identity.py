"""Whose a face is, how near it is to that person and to the next, and what people said of it."""

from __future__ import annotations

from typing import Any

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.stages import IDENTITY_CLUSTERS
from framecurate_assets.why.answer import Step, figure
from framecurate_assets.why.founding import founder_steps
from framecurate_assets.why.records import Records

STAGE = IDENTITY_CLUSTERS.name

NOBODYS = {
    "far": "it is too poor a picture to found a person, and nobody is near enough for it to join",
    "between": "two people are about as near to it",
    "rejected": "a person said that it is nobody's",
}
"""What each reason of identity_clusters means."""


def identity_steps(face_id: str, records: Records) -> list[Step]:
    """What became of a candidate; the last step says whose it is."""
    rows = records.read(tables.IDENTITY_CLUSTERS).filter(pl.col("face_id") == face_id)
    if rows.is_empty():
        return [Step(STAGE, "not clustered yet", "It was not clustered yet: `framecurate run` does that.")]
    row = rows.row(0, named=True)
    return [*_same_frame(face_id, records), *(_somebodys(row, records) if row["person_id"] else _nobodys(row, records))]


def called(person_id: str, records: Records) -> str:
    """A person's id, with the name that people gave."""
    registry = records.read(tables.PERSON_REGISTRY).filter(pl.col("person_id") == person_id)
    name = registry["name"][0] if registry.height else None
    return f"{person_id} ({name})" if name else person_id


def _somebodys(row: dict[str, Any], records: Records) -> list[Step]:
    person_id = row["person_id"]
    near = f"{figure(row['distance'])} from their nearest faces" if row["distance"] else "the only face of theirs"
    sentence = f"It is {called(person_id, records)}'s, {near}; "
    if row["rival_id"]:
        sentence += (
            f"the nearest other person, {called(row['rival_id'], records)}, is {figure(row['rival_distance'])} away"
        )
    else:
        sentence += "nobody else is near"
    sentence += f". It is in the track {row['track_id']}"
    sentence += ", and one of the person's core." if row["is_core"] else ", and joined after the core was found."
    nearness = {"value": row["distance"], "threshold": row["rival_distance"], "rival": row["rival_id"]}
    founding = [] if row["is_core"] else founder_steps(row["face_id"], records)
    return [*founding, *_said_by_people(row, records), Step(STAGE, person_id, sentence, **nearness)]


def _nobodys(row: dict[str, Any], records: Records) -> list[Step]:
    sentence = f"It is nobody's: {NOBODYS.get(row['reason'], row['reason'])}"
    if row["rival_id"]:
        sentence += f"; the nearest is {called(row['rival_id'], records)}, {figure(row['rival_distance'])} away"
    last = Step(STAGE, "nobody's", f"{sentence}.", row["reason"], row["rival_distance"], rival=row["rival_id"])
    return [*(founder_steps(row["face_id"], records) if row["reason"] == "far" else []), last]


def _said_by_people(row: dict[str, Any], records: Records) -> list[Step]:
    model_person_id = row["model_person_id"]
    if model_person_id in (None, row["person_id"]):
        return []
    sentence = (
        f"Clustering takes it for {model_person_id}; people said that this is {called(row['person_id'], records)}."
    )
    return [Step(STAGE, "said by people", sentence, rival=model_person_id)]


def _same_frame(face_id: str, records: Records) -> list[Step]:
    twice = records.read(tables.SAME_FRAME_TWICE).filter(
        (pl.col("face_id") == face_id) | (pl.col("other_face_id") == face_id)
    )
    causes = {"policy": "as the policy allows", "correction": "as a person said"}
    steps = []
    for row in twice.iter_rows(named=True):
        other = row["other_face_id"] if row["face_id"] == face_id else row["face_id"]
        why = causes.get(row["cause"], "as alike as a picture and its mirror")
        sentence = f"Its person is in this frame twice, {why}: {other} is {figure(row['distance'])} from it."
        steps.append(Step(STAGE, "twice in a frame", sentence, row["cause"], row["distance"], rival=other))
    return steps
