"""Making stages through Dagster, in this process: the UI shows each run as its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
import sqlalchemy
from dagster._core.errors import DagsterAssetCheckFailedError, DagsterExecutionInterruptedError
from dagster_shared.error import SerializableErrorInfo

from framecurate_assets.assets.failures import MACHINE
from framecurate_assets.assets.partitions import range_tags, ranges, register_videos, videos
from framecurate_assets.compute.compute import Compute
from framecurate_assets.dagster_home import history_error, open_instance
from framecurate_assets.definitions import defs
from framecurate_assets.errors import FramecurateError, MachineError
from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.freshness.stale import is_stale, stale_videos
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import Stage
from framecurate_assets.timing import Stopwatch

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's console log is for its own processes; what a person should know is in the summary."""


@dataclass(frozen=True)
class Stages:
    """What makes stages: Dagster with the history of a data folder, and workers."""

    instance: dg.DagsterInstance
    resources: Mapping[str, Any]

    def make(self, stage: Stage, inputs: Inputs) -> int:
        """Make what is missing or stale of one stage, and return the number of Dagster's runs that it took.

        Raises:
            FramecurateError: a person can mend what ended it.
            MachineError: the machine failed.
        """
        batches = list(self._batches(stage, inputs))
        for batch in batches:
            self._make_batch(stage, batch)
        return len(batches)

    def _batches(self, stage: Stage, inputs: Inputs) -> Iterator[tuple[str, str] | None]:
        """The runs that a stage needs: a range of partitions each, or one run without partitions."""
        if stage.per_video:
            order = self.instance.get_dynamic_partitions(str(videos.name))
            yield from ranges(order, set(stale_videos(stage, inputs)))
        elif is_stale(stage, inputs):
            yield None

    def _make_batch(self, stage: Stage, batch: tuple[str, str] | None) -> None:
        watch = Stopwatch()
        with watch.measure("whole stage"):
            result = self._run(stage, batch)
        if not stage.per_video:
            self.resources["progress"].took(stage.name, None, watch.seconds)
        for event in result.get_step_failure_events():
            if not _is_failed_check(event):
                raise _failure(event)

    def _run(self, stage: Stage, batch: tuple[str, str] | None) -> dg.ExecuteInProcessResult:
        tags = {"framecurate/asset": stage.name, "dagster/max_retries": "0", **(range_tags(*batch) if batch else {})}
        try:
            return dg.materialize(
                [*defs.assets, *defs.asset_checks],  # type: ignore[misc]
                selection=dg.AssetSelection.assets(stage.name),
                instance=self.instance,
                resources=self.resources,
                run_config=QUIET,
                tags=tags,
                raise_on_error=False,
            )
        except DagsterExecutionInterruptedError:
            # What it is to everybody else: Ctrl-C, or a signal to end.
            raise KeyboardInterrupt from None


@contextmanager
def open_stages(
    folder: DataFolder,
    sources: Sequence[Source],
    progress: Progress,
    overrides: Mapping[str, Any],
    compute: Compute,
) -> Iterator[Stages]:
    """What makes the stages of a data folder, with every source registered as a partition.

    Raises:
        MachineError: SQLite could not read or write Dagster's history.
    """
    workspace = Workspace(data_folder=str(folder.root), policy=dict(overrides))
    with open_instance(folder) as instance:
        register_videos(instance, sources)
        yield Stages(instance, {"workspace": workspace, "progress": progress, "compute": compute})


def _is_failed_check(event: dg.DagsterEvent) -> bool:
    """Whether a step ended because a blocking check failed, and not because the check could not be run."""
    error = event.step_failure_data.error
    return error is not None and error.cls_name == DagsterAssetCheckFailedError.__name__


def _failure(event: dg.DagsterEvent) -> BaseException:
    """What ended a stage: a sentence for a person where there is one, else all that Dagster knows."""
    data = event.step_failure_data
    if data.error and data.error.cls_name == DagsterExecutionInterruptedError.__name__:
        return KeyboardInterrupt()
    said = data.user_failure_data
    if not said or not said.description:
        return _history_failure(data.error) or RuntimeError(data.error_display_string)
    return MachineError(said.description) if MACHINE in said.metadata else FramecurateError(said.description)


def _history_failure(error: SerializableErrorInfo | None) -> MachineError | None:
    """SQLite's error, if that is what is behind one: Dagster has it only as text by then."""
    while error and error.cls_name != sqlalchemy.exc.OperationalError.__name__:
        error = error.cause
    return history_error(error.message.strip()) if error else None
