"""Requesting runs that ingest videos: what is due, in few runs of many videos, and never while one is at it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import dagster as dg

from framecurate_assets.assets.partitions import INGESTION_TAG, range_tags, ranges, register_videos, videos
from framecurate_assets.dagster_runs import end_dead_runs
from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.freshness.stale import due_videos, stale_videos
from framecurate_assets.lake.lake import fingerprint
from framecurate_assets.stages import PER_VIDEO, RAW_VIDEOS

UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

NOTHING_DUE = dg.SkipReason("Nothing is due: every video is up to date, or its next try is later.")

RETRY_S = 600
"""Seconds after which a run that should have been tried again is no longer waited for."""


def request_runs(
    instance: dg.DagsterInstance, inputs: Inputs, passable: Collection[str], occasion: str
) -> list[dg.RunRequest] | dg.SkipReason:
    """Runs for all that is due, or why there are none.

    Args:
        instance: where the videos become partitions.
        inputs: all that decides what is due.
        passable: videos that a run may pass over between those that are due; it leaves them as they are.
        occasion: a text that is the same if this is asked again after a crash, and another one otherwise.

    Raises:
        FramecurateError: a table of the lake cannot be read.
    """
    due = due_videos(inputs)
    spent = sum(inputs.spent_bytes.values())
    allowed = inputs.policy.budget.candidates_bytes
    if spent >= allowed:
        # What is in the lake may be judged again, which may cost less than before.
        waiting = set(due) & set(stale_videos(RAW_VIDEOS, inputs))
        due = [video_id for video_id in due if video_id not in waiting]
        if waiting and not due:
            return dg.SkipReason(
                f"The budget is spent: the candidates take {spent} of {allowed} bytes, and {len(waiting)} videos wait. "
                "Raise budget.candidates_bytes in policy.yaml, or ask more of candidates."
            )
    if not due:
        return NOTHING_DUE
    register_videos(instance, inputs.sources)
    order = instance.get_dynamic_partitions(str(videos.name))
    return [
        dg.RunRequest(
            run_key=fingerprint(first, last, occasion), tags={INGESTION_TAG: "true", **range_tags(first, last)}
        )
        for first, last in ranges(order, set(due), passable)
    ]


def at_it(instance: dg.DagsterInstance) -> str | None:
    """Why nothing is requested now: a run that ingests videos is queued, in progress or about to be tried again.

    Runs whose process is gone do not count: they are marked as failed first.
    """
    end_dead_runs(instance)
    for tags in ({INGESTION_TAG: "true"}, {"framecurate/asset": [stage.name for stage in PER_VIDEO]}):
        for run in instance.get_runs(dg.RunsFilter(statuses=UNFINISHED, tags=tags), limit=1):
            return f"Run {run.run_id[:8]} ingests videos already ({run.status.value.lower()})."
    lately = datetime.now(UTC) - timedelta(seconds=RETRY_S)
    failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={INGESTION_TAG: "true"}, updated_after=lately)
    for run in instance.get_runs(failed):
        if run.is_complete_and_waiting_to_retry:
            return f"Run {run.run_id[:8]} failed and is about to be tried again."
    return None
