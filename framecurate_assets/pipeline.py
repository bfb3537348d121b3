"""Bringing every asset up to date in this process, through Dagster: the UI shows each run as its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError

from framecurate_assets.assets.failures import MACHINE
from framecurate_assets.assets.partitions import range_tags, ranges, register_videos, videos
from framecurate_assets.checks.read import Check, read_checks
from framecurate_assets.checks.run import run_checks
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.definitions import defs
from framecurate_assets.errors import FramecurateError, MachineError
from framecurate_assets.faces.engines import choose_engine
from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.freshness.stale import finished_videos, is_stale, stale_videos
from framecurate_assets.lake import tables
from framecurate_assets.lake.catalog import write_catalog
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.files import remove_leftovers
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import Pruned, prune
from framecurate_assets.policy import Policy, read_policy
from framecurate_assets.reference.persons import require_photos
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import STAGES, Stage

CHECKS = {(check.asset, check.name): check for check in read_checks()}

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's console log is for its own processes; what a person should know is in the summary."""


@dataclass
class Outcome:
    """What a run made, and what its asset checks found."""

    runs: int = 0
    """Runs of Dagster that it took; none where everything was up to date."""
    failed_checks: dict[str, str] = field(default_factory=dict)
    """Checks that failed as errors, `<asset>: <check>`, and what each is about. What is wrong with a single
    video is in that video's row."""
    pruned: Pruned = field(default_factory=Pruned)
    """Files that were removed at the end, since the policy does not keep them."""
    blocked: bool = False
    """Whether one of them stopped the way: nothing below its asset was made."""

    def add_failed(self, check: Check) -> None:
        """Count a check that failed as an error."""
        self.failed_checks[f"{check.asset}: {check.name}"] = check.description
        self.blocked |= check.blocking


def bring_up_to_date(
    folder: DataFolder,
    sources: Sequence[Source],
    progress: Progress,
    named: frozenset[str] = frozenset(),
    overrides: Mapping[str, Any] | None = None,
) -> Outcome:
    """Materialise what is missing or stale, stage by stage, and nothing else.

    A stage whose rows come out as they were makes nothing below it stale.

    Args:
        folder: the data folder.
        sources: all of them, in the order in which they are to be looked at.
        progress: told how far each stage has come.
        named: ids of videos that a person asked for: those that failed are tried again at once, as if for the
            first time.
        overrides: sections of the policy, each with the keys that differ in this run from the data folder's.

    Raises:
        FramecurateError: the policy is broken, a photo that it names does not show one face, or the engine does not
            fit the lake.
        MachineError: the machine failed (a full or read-only disk).
    """
    lake = Lake(folder)
    policy = read_policy(folder.policy_file, overrides)
    engine = choose_engine(policy.detection, folder.models, pinned_engine(folder))
    require_photos(lake, policy)
    inputs = Inputs(lake, policy, sources, engine.name, named=named)
    for video_id in named:
        lake.remove(tables.FETCH_ATTEMPTS, video_id)
    outcome = Outcome()
    remove_leftovers(folder.root.glob("*"))
    remove_leftovers(folder.tables.rglob("*"))
    remove_leftovers(folder.sheets.rglob("*"))
    workspace = Workspace(data_folder=str(folder.root), policy=dict(overrides or {}))
    with open_instance(folder) as instance:
        register_videos(instance, sources)
        order = list(instance.get_dynamic_partitions(str(videos.name)))
        for stage in STAGES:
            batches = list(_ranges_of(stage, inputs, order))
            for batch in batches:
                _materialise(instance, workspace, stage, batch, progress, outcome)
            _check(stage, folder, policy, outcome)
            if outcome.blocked:
                break
        # What a dataset of some people does not need, the next one of everybody may.
        if not policy.selection.only_like:
            outcome.pruned = prune(lake, policy.retention, finished_videos(inputs), datetime.now(UTC))
    write_catalog(folder)
    return outcome


def _ranges_of(stage: Stage, inputs: Inputs, order: Sequence[str]) -> Iterator[tuple[str, str] | None]:
    """The runs that a stage needs: a range of partitions each, or one run without partitions."""
    if stage.per_video:
        yield from ranges(order, set(stale_videos(stage, inputs)))
    elif is_stale(stage, inputs):
        yield None


def _materialise(
    instance: dg.DagsterInstance,
    workspace: Workspace,
    stage: Stage,
    batch: tuple[str, str] | None,
    progress: Progress,
    outcome: Outcome,
) -> None:
    result = dg.materialize(
        [*defs.assets, *defs.asset_checks],  # type: ignore[misc]
        selection=dg.AssetSelection.assets(stage.name),
        instance=instance,
        resources={"workspace": workspace, "progress": progress},
        run_config=QUIET,
        tags={"framecurate/asset": stage.name, "dagster/max_retries": "0", **(range_tags(*batch) if batch else {})},
        raise_on_error=False,
    )
    outcome.runs += 1
    for event in result.get_step_failure_events():
        if not _is_failed_check(event):
            raise _failure(event)


def _check(stage: Stage, folder: DataFolder, policy: Policy, outcome: Outcome) -> None:
    """Count the checks that fail now that the stage is done.

    What they said in the run of one of several batches was of a lake in which the others were still to come; and a
    hand may have changed what is up to date.
    """
    checks = [check for check in CHECKS.values() if check.asset == stage.name and not check.per_video]
    for check, (finding,) in run_checks(checks, folder, policy):
        if not finding.passed and finding.is_error:
            outcome.add_failed(check)


def _is_failed_check(event: dg.DagsterEvent) -> bool:
    """Whether a step ended because a blocking check failed, and not because the check could not be run."""
    error = event.step_failure_data.error
    return error is not None and error.cls_name == DagsterAssetCheckFailedError.__name__


def _failure(event: dg.DagsterEvent) -> Exception:
    """What ended a stage: a sentence for a person where there is one, else all that Dagster knows."""
    data = event.step_failure_data
    said = data.user_failure_data
    if not said or not said.description:
        return RuntimeError(data.error_display_string)
    return MachineError(said.description) if MACHINE in said.metadata else FramecurateError(said.description)
