"""What a clustering starts from: the last run as far as it still holds, and what people said."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from framecurate_assets.identity.known import FACES_OF_PERSONS, Known
from framecurate_assets.people.exemplars import away
from framecurate_assets.people.owners import owners_now
from framecurate_assets.people.people import People
from framecurate_assets.people.rulings import Rulings


def known_people(previous: People, rulings: Rulings, candidates: pl.DataFrame, *, same_rules: bool) -> Known:
    """The persons to whom a clustering keeps.

    Where the rules are those of the last run, every face stays with its model person, and only new faces look for
    theirs. Where they changed, all is clustered again, and only what people said is settled: ids are given to the
    groups afterwards, by the faces that they share.

    Args:
        previous: the last run.
        rulings: what people said.
        candidates: FACE_CANDIDATES.
        same_rules: whether policy, engine and code are those of the last run.
    """
    before = _as_before(previous, rulings) if same_rules else _meant(rulings.anchors, rulings)
    settled = (
        pl.concat([_meant(rulings.pins, rulings), before])
        .unique("face_id", keep="first", maintain_order=True)
        .filter(~pl.col("face_id").is_in(list(rulings.rejected)))
        .join(candidates.select("face_id"), on="face_id", how="semi")
    )
    exemplars = _exemplars(previous, rulings, candidates, same_rules=same_rules)
    persons = sorted({*settled["person_id"], *exemplars["person_id"]})
    return Known(settled, exemplars, rulings.apart(persons), rulings.rejected, rulings.allowed_twice(persons))


def _meant(faces: Mapping[str, str], rulings: Rulings) -> pl.DataFrame:
    """face_id, person_id: faces that people named, with the model persons whose they are by now."""
    persons = [rulings.model_person(person) for person in faces.values()]
    return pl.DataFrame({"face_id": list(faces), "person_id": persons}, schema=FACES_OF_PERSONS)


def _as_before(previous: People, rulings: Rulings) -> pl.DataFrame:
    """face_id, person_id: each face's model person, of the last run or by its being one of somebody's exemplars."""
    last = previous.clusters.select("face_id", person_id="model_person_id").drop_nulls()
    # A video that returns brings the very faces by which a person is remembered.
    remembered = previous.exemplars.join(previous.clusters, on="face_id", how="anti").select("face_id", "person_id")
    owners = pl.concat([last, remembered])
    return owners.with_columns(owners_now(owners, rulings))


def _exemplars(previous: People, rulings: Rulings, candidates: pl.DataFrame, *, same_rules: bool) -> pl.DataFrame:
    """Exemplars that are no candidates; where all is clustered again, of those alone who have no face here."""
    exemplars = away(previous.exemplars, rulings, candidates)
    if same_rules:
        return exemplars
    here = previous.clusters.join(candidates, on="face_id", how="semi")["model_person_id"].drop_nulls()
    return exemplars.filter(~pl.col("person_id").is_in(here.unique().to_list()))
