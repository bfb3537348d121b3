"""The schedule `url_ingestion`: what is due of all sources, URLs too, is fetched and judged."""

from __future__ import annotations

import dagster as dg

from framecurate_assets.automation.jobs import videos_to_candidates
from framecurate_assets.automation.requests import at_it, request_runs
from framecurate_assets.automation.settings import loaded_settings, todays_policy
from framecurate_assets.freshness.inputs import todays_inputs
from framecurate_assets.intake.lists import read_due_lists
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.stages import RAW_VIDEOS

LISTS_S = 40.0
"""Seconds of a tick in which lists are read: Dagster gives a tick 60."""


@dg.schedule(
    name="url_ingestion",
    job=videos_to_candidates,
    cron_schedule=loaded_settings().url_schedule,
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Reads the lists, and fetches and judges whatever source is due: one run for many videos.\n\n"
    "`automation.url_schedule` of the policy says when; it is read when Dagster starts.",
)
def url_ingestion(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
    """Request runs for what is due."""
    folder = DataFolder.from_environment()
    policy = todays_policy(folder)
    busy = at_it(context.instance)
    if busy:
        return dg.SkipReason(busy)
    lake = Lake(folder)
    problems = read_due_lists(lake, policy, all_sources(folder).lists, LISTS_S)
    for problem in problems:
        context.log.warning(problem)
    sources = all_sources(folder).sources
    requests = request_runs(
        context.instance,
        todays_inputs(lake, policy, sources, by_hand=False),
        passable=set(lake.video_ids(RAW_VIDEOS.table)),
        occasion=context.scheduled_execution_time.isoformat(),
    )
    if isinstance(requests, dg.SkipReason):
        return dg.SkipReason(" ".join([str(requests.skip_message), *problems]))
    return requests
