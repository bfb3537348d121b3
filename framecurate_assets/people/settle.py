"""From groups of faces to persons with ids: the last step of each run over the faces of the whole lake."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from framecurate_assets.identity.clustering import Clustering
from framecurate_assets.identity.known import Known
from framecurate_assets.lake.tables import IDENTITY_CLUSTERS
from framecurate_assets.people.events import Run, record_events
from framecurate_assets.people.exemplars import away, choose_exemplars
from framecurate_assets.people.naming import name_groups
from framecurate_assets.people.owners import owners_now
from framecurate_assets.people.people import People
from framecurate_assets.people.registry import register, report_corrections
from framecurate_assets.people.replay import replay
from framecurate_assets.people.rulings import Rulings
from framecurate_assets.people.twice import same_frame_twice


def settle(
    clustering: Clustering,
    known: Known,
    rulings: Rulings,
    previous: People,
    candidates: pl.DataFrame,
    now: datetime,
    rules: str,
) -> People:
    """Give every group its id, apply what people said, and write down what changed.

    Every candidate is in the result once. Where nothing changed, the result is the last one.

    Args:
        clustering: the groups.
        known: what the clustering started from.
        rulings: what people said.
        previous: the last run.
        candidates: FACE_CANDIDATES.
        now: when.
        rules: fingerprint of policy, engine and code.
    """
    same_rules = rules == previous.rules
    named = name_groups(clustering, known, rulings, previous, same_rules=same_rules)
    run = Run(previous, known, rulings, same_rules)
    # Whom clustering joined just now counts as joined from now on.
    rulings = replay(
        rulings.corrections, given=previous.given, joined=named.joined, faces=frozenset(candidates["face_id"])
    )
    clusters = _clusters(clustering, named.ids, rulings, previous, same_rules=same_rules)
    events = record_events(run, clusters, rulings, now)
    return People(
        clusters,
        register(previous, rulings, clusters, now),
        choose_exemplars(away(known.exemplars, rulings, candidates), clusters, candidates),
        events,
        report_corrections(rulings),
        same_frame_twice(clustering.twice, clusters, candidates, rulings),
        named.highest_number,
        max([previous.last_event, *events["event"]]),
        max([previous.highest_correction, *(line.id for line in rulings.corrections)]),
        rules,
    )


def _clusters(
    clustering: Clustering, ids: dict[int, str], rulings: Rulings, previous: People, *, same_rules: bool
) -> pl.DataFrame:
    """IDENTITY_CLUSTERS: groups under their ids, with what people said laid over them."""
    models = clustering.faces.filter(~pl.col("is_exemplar")).with_columns(
        pl.col("group", "rival_group").replace_strict(ids, default=None, return_dtype=pl.String)
    )
    persons = {model: rulings.person(model) for model in ids.values()}
    clusters = models.with_columns(
        model_person_id=pl.coalesce("group", _models_of_rejected(models, rulings, previous)),
        person_id=pl.col("group").replace_strict(persons, default=None, return_dtype=pl.String),
        rival_id=pl.col("rival_group").replace_strict(persons, default=None, return_dtype=pl.String),
    )
    if same_rules:
        clusters = _core_as_before(clusters, previous)
    # Whom people made one with the person is no rival.
    is_rival = pl.col("rival_id").ne_missing(pl.col("person_id"))
    return IDENTITY_CLUSTERS.conform(
        clusters.with_columns(pl.when(is_rival).then(pl.col("rival_id", "rival_distance")))
    )


def _core_as_before(clusters: pl.DataFrame, previous: People) -> pl.DataFrame:
    """A face that joined a person later did so once and for all; settled faces look like founders to a clustering."""
    last = previous.clusters.select("face_id", last_model="model_person_id", last_core="is_core")
    stayed = pl.col("last_model") == pl.col("model_person_id")
    return clusters.join(last, on="face_id", how="left", maintain_order="left").with_columns(
        is_core=pl.when(stayed).then("last_core").otherwise("is_core")
    )


def _models_of_rejected(faces: pl.DataFrame, rulings: Rulings, previous: People) -> pl.Series:
    """Whose the rejected faces were, so that they return there when the rejection is undone."""
    last = previous.clusters.select("face_id", person_id="model_person_id")
    was = pl.when(pl.col("reason") == "rejected").then("last_model")
    models = faces.join(
        last.select("face_id", last_model=owners_now(last, rulings)), on="face_id", how="left", maintain_order="left"
    )
    return models.select(was).to_series()
