"""The sensor `dataset_refresh`: people and the dataset are made again once after a batch of videos.

Why not one of Dagster's automation conditions: `eager()` never fires while a single video of the lake has failed to
materialise, and otherwise asks for a run after each of the runs of a batch; a condition with `since_last_handled`
loses an update that comes between a request and the next evaluation, and none counts a file that is gone. The
fingerprints in the lake say exactly whether the dataset is what the candidates and the policy give today.
"""

from __future__ import annotations

import dagster as dg

from framecurate_assets.automation.jobs import candidates_to_dataset
from framecurate_assets.automation.requests import UNFINISHED, at_it
from framecurate_assets.automation.settings import todays_policy
from framecurate_assets.checks.read import read_checks
from framecurate_assets.checks.run import run_checks
from framecurate_assets.freshness.inputs import Inputs, todays_inputs
from framecurate_assets.freshness.stale import is_stale, made_from_today
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake, fingerprint
from framecurate_assets.policy import Policy
from framecurate_assets.stages import FACE_CANDIDATES, PER_VIDEO, WHOLE_LAKE

INTERVAL_S = 30

UP_TO_DATE = "up to date"
"""The cursor when nothing is to do. Dagster keeps the former one where an empty one is given."""


@dg.sensor(
    name="dataset_refresh",
    job=candidates_to_dataset,
    minimum_interval_seconds=INTERVAL_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Makes people and the dataset again when the candidates or the policy have changed.\n\n"
    "It waits until no run ingests videos. A refresh that failed is not repeated until something changes.",
)
def dataset_refresh(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Request one run if the dataset is not what the lake gives today; the cursor is the state last requested."""
    folder = DataFolder.from_environment()
    policy = todays_policy(folder)
    lake = Lake(folder)
    waiting = at_it(context.instance) or _refresh_in_progress(context.instance)
    if waiting:
        return dg.SensorResult(skip_reason=waiting, cursor=context.cursor)
    inputs = todays_inputs(lake, policy, (), by_hand=False)
    if not lake.video_ids(FACE_CANDIDATES.table) or not any(is_stale(stage, inputs) for stage in WHOLE_LAKE):
        # Without a state, the next change is a new one even if it leads back to an earlier state.
        return dg.SensorResult(skip_reason="The dataset is up to date.", cursor=UP_TO_DATE)
    state = _state(inputs)
    if state == context.cursor:
        reason = "The last refresh did not succeed: see its run, and materialise identity_clusters again by hand."
        return dg.SensorResult(skip_reason=reason, cursor=state)
    blocking = _failed_blocking_check(folder, policy)
    if blocking:
        return dg.SensorResult(skip_reason=blocking, cursor=context.cursor)
    return dg.SensorResult(run_requests=[dg.RunRequest()], cursor=state)


def _refresh_in_progress(instance: dg.DagsterInstance) -> str | None:
    unfinished = dg.RunsFilter(statuses=UNFINISHED, job_name=candidates_to_dataset.name)
    runs = instance.get_runs(unfinished, limit=1)
    return f"Run {runs[0].run_id[:8]} refreshes the dataset already." if runs else None


def _state(inputs: Inputs) -> str:
    return fingerprint(*[made_from_today(stage, inputs) for stage in WHOLE_LAKE])


def _failed_blocking_check(folder: DataFolder, policy: Policy) -> str | None:
    """What is wrong above the dataset, and so wrong that nothing is made below it."""
    above = {stage.name for stage in PER_VIDEO}
    checks = [check for check in read_checks() if check.blocking and check.asset in above]
    failed = [check for check, (finding,) in run_checks(checks, folder, policy) if not finding.passed]
    return f"Check {failed[0].asset}: {failed[0].name} fails: {failed[0].description}" if failed else None
