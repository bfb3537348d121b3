"""identity_clusters: which person each candidate is; a person's id stays the same from run to run."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import polars as pl

from framecurate_assets.alarms.find import find_alarms
from framecurate_assets.assets import describe
from framecurate_assets.assets.face_candidates import face_candidates
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.identity_sheets import describe_alarms, sheet_of_people
from framecurate_assets.faces.engines import seed_distance
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.people.answers import answers_of
from framecurate_assets.people.lock import locked
from framecurate_assets.people.log import corrections_fingerprint, read_log
from framecurate_assets.people.people import People, read_people, write_people
from framecurate_assets.people.work_out import work_out_people
from framecurate_assets.policy import Policy
from framecurate_assets.resources import Workspace
from framecurate_assets.stages import IDENTITY_CLUSTERS


@dg.asset(
    deps=[face_candidates],
    kinds={"python", "polars", "parquet"},
    description="Which person each face candidate is.\n\n"
    "Faces are followed within a shot, tracks are joined to people by their descriptors, and two faces of one frame "
    "are not one person. Ids stay with people from run to run, no number is given twice, and what people said "
    "(`framecurate persons`) wins over the model. Every change of a face's person is an event.",
    **describe.asset_options(IDENTITY_CLUSTERS),
)
@failures_in_words()
def identity_clusters(context: dg.AssetExecutionContext, workspace: Workspace) -> None:
    """Cluster what is new, keep the ids that people had, and apply what was said."""
    policy = workspace.read_policy()
    lake = workspace.lake
    # Of two runs at once the second one starts from what the first one found.
    with locked(lake.folder.people_lock):
        context.add_output_metadata(_bring_up_to_date(lake, policy))


def _bring_up_to_date(lake: Lake, policy: Policy) -> dict[str, Any]:
    """Read, work out and store; what is worth showing of it."""
    spoken = corrections_fingerprint(lake.folder)
    log = read_log(lake.folder.corrections)
    candidates = lake.read_all(tables.FACE_CANDIDATES)
    previous = read_people(lake)
    distance = seed_distance(policy.identity, next(iter(candidates["engine"]), None))
    people, clustering = work_out_people(
        candidates,
        previous,
        log.corrections,
        policy.identity,
        distance,
        datetime.now(UTC),
        IDENTITY_CLUSTERS.code_version,
    )
    threshold = float(clustering.facts.get("seed_threshold", distance))
    answers = answers_of(log.corrections, people)
    alarms = find_alarms(people.clusters, candidates, people.twice, answers.apart, answers.confirmed, threshold)
    sheets = {
        **describe_alarms(alarms, people.clusters, candidates, people.registry, lake.folder),
        **describe.sheet(
            sheet_of_people(people.clusters, candidates, people.registry, lake.folder),
            lake.folder.sheet("identity_clusters"),
        ),
    }
    write_people(lake, people, alarms, IDENTITY_CLUSTERS.made_from(lake, policy, also=spoken))
    return {
        **describe.rows_and_files(people.clusters, lake.path(IDENTITY_CLUSTERS.table), partition=False),
        **clustering.facts,
        **_what_changed(people, previous),
        **sheets,
    }


def _what_changed(people: People, previous: People) -> dict[str, Any]:
    """The events of this run, and how the corrections stand."""
    events = people.events.join(previous.events, on="event", how="anti")
    states = people.corrections["state"].value_counts(sort=True)
    return {
        "events": describe.counts({f"{kind} ({cause})": faces for kind, cause, faces in _by_cause(events).rows()}),
        "corrections": describe.counts(dict(states.iter_rows())),
    }


def _by_cause(events: pl.DataFrame) -> pl.DataFrame:
    return events.group_by("kind", "cause", maintain_order=True).agg(pl.col("faces").sum())
