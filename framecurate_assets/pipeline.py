"""Bringing every asset up to date in this process. Dagster is loaded only if there is something to make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from framecurate_assets.checks.read import Check, read_checks
from framecurate_assets.checks.run import run_checks
from framecurate_assets.compute.compute import Compute
from framecurate_assets.compute.here import compute_here
from framecurate_assets.faces.engines import choose_engine
from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.freshness.stale import anything_is_stale, finished_videos, models_are_needed
from framecurate_assets.lake import tables
from framecurate_assets.lake.catalog import write_catalog
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.files import UNFINISHED, remove_leftovers
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import Pruned, prune
from framecurate_assets.policy import Policy, read_policy
from framecurate_assets.reference.persons import require_photos
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import STAGES, Stage
from framecurate_assets.tasks.models import Models

if TYPE_CHECKING:
    from framecurate_assets.resources import Progress

CHECKS = {(check.asset, check.name): check for check in read_checks()}


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
    workers: int | None = None,
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
        workers: processes that decode and run models; by default what `compute_here` takes.

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
    for place in (
        folder.root.glob(f"*{UNFINISHED}"),
        folder.tables.rglob(f"*{UNFINISHED}"),
        folder.sheets.rglob(f"*{UNFINISHED}"),
    ):
        remove_leftovers(place)
    if anything_is_stale(inputs):
        with closing(compute_here(workers)) as compute:
            if compute.workers > 1 and models_are_needed(inputs):
                _warm_up(compute, Models(engine, policy.detection, folder.models))
            # It takes seconds to load, more than all of this where everything is up to date.
            from framecurate_assets.dagster_stages import open_stages

            with open_stages(folder, sources, progress, overrides or {}, compute) as stages:
                for stage in STAGES:
                    outcome.runs += stages.make(stage, inputs)
                    _check([stage], folder, policy, outcome)
                    if outcome.blocked:
                        break
    else:
        _check(STAGES, folder, policy, outcome)
    # What a dataset of some people does not need, the next one of everybody may.
    if not policy.selection.only_like:
        outcome.pruned = prune(lake, policy.retention, finished_videos(inputs), datetime.now(UTC))
    write_catalog(folder)
    return outcome


def _warm_up(compute: Compute, models: Models) -> None:
    """Let worker processes start and load what they need while this one loads Dagster and takes videos in."""
    for _ in range(compute.workers):
        compute.submit(models.check)


def _check(stages: Sequence[Stage], folder: DataFolder, policy: Policy, outcome: Outcome) -> None:
    """Count the checks that fail now that the stages are done; none below a stage that stops the way.

    What they said in the run of one of several batches was of a lake in which the others were still to come; and a
    hand may have changed what is up to date.
    """
    names = {stage.name for stage in stages}
    checks = [check for check in CHECKS.values() if check.asset in names and not check.per_video]
    blocked_at: str | None = None
    for check, (finding,) in run_checks(checks, folder, policy):
        if blocked_at not in (None, check.asset):
            return
        if not finding.passed and finding.is_error:
            outcome.add_failed(check)
            blocked_at = check.asset if check.blocking else blocked_at
