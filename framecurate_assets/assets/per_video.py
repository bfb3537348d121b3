"""The loop of the per-video assets: every video is written as soon as it is done, and none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.partitions import INGESTION_TAG
from framecurate_assets.compute.compute import Compute, WorkerDiedError
from framecurate_assets.compute.side_by_side import breaking_off, in_order_of_completion
from framecurate_assets.errors import MACHINE_ERRORS, FramecurateError
from framecurate_assets.freshness.inputs import todays_inputs
from framecurate_assets.freshness.stale import stale_videos
from framecurate_assets.lake import tables
from framecurate_assets.lake.deaths import DeadlyVideoError, marked, without_mark
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake, NotMaterialisedError
from framecurate_assets.lake.retention import unmark
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.stages import Stage


@dataclass(frozen=True)
class Setback:
    """Why a video goes no further; it has no rows from here on."""

    status: str
    """failed or over_budget."""
    reason: str
    unexpected: bool = False


@dataclass(frozen=True)
class VideoResult:
    """What a stage made of one video."""

    rows: pl.DataFrame
    metadata: Mapping[str, Any] = field(default_factory=dict)
    setback: Setback | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    """Kept in the metadata of the stored rows, and of the setback if there is one."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """What each step of making it took."""
    leaves_former_rows: bool = False
    """Whether what is stored stays, since nothing better could be made today; then `rows` do not count."""


Mark = Callable[[DataFolder, str, str], AbstractContextManager[None]]
"""Says of a stage of a video that it was begun, for as long as it is made."""


@dataclass(frozen=True)
class VideoRun:
    """One stage being made for many videos in one run of Dagster."""

    context: dg.AssetExecutionContext
    workspace: Workspace
    progress: Progress
    stage: Stage
    video_ids: Sequence[str]
    """The videos to make, in order."""

    @classmethod
    def begin(
        cls, context: dg.AssetExecutionContext, workspace: Workspace, progress: Progress, stage: Stage
    ) -> VideoRun:
        """Of the partitions of a run those that are to be made: all, if a person asked for them; else what is stale.

        So a run that was requested by a schedule or sensor and is tried again after a crash repeats nothing.
        """
        return cls(context, workspace, progress, stage, _videos_to_make(context, workspace, stage))

    def materialise(
        self,
        make: Callable[[str], VideoResult],
        made_from: Callable[[str], str],
        rows_of_failure: Callable[[str, Setback], pl.DataFrame] | None = None,
        threads: int = 1,
        ended: Callable[[str], None] | None = None,
        compute: Compute | None = None,
    ) -> None:
        """Make, write and describe the stage's rows for every video.

        What a video itself causes becomes a setback with its reason and an empty table, and the run goes on. What
        the machine causes (a full or read-only disk) is raised at once, and what was written stays.

        Args:
            make: the rows of one video; a FramecurateError that it raises is the reason of the video's setback.
            made_from: fingerprint of all that decides a video's rows.
            rows_of_failure: the rows of a video whose `make` raised, where there should be some.
            threads: that `make` is called from, in the order of the videos. Each video is written, by the caller's
                thread, when it is done.
            ended: told of each video when no more is done for it, however that came.
            compute: who does the work, if not this process. When the run ends early, it is broken off, so that nobody
                waits for it.

        Raises:
            NotMaterialisedError: a stage above was not materialised for some of the videos.
            OSError: the machine failed.
        """
        too_early: list[NotMaterialisedError] = []
        mark = without_mark if compute and compute.workers > 1 else marked
        made = in_order_of_completion(partial(self._make_one, make, ended, mark), self.video_ids, threads)
        with closing(made), breaking_off(compute):
            for _, (video_id, result_of) in zip(
                self.progress.track(self.stage.name, self.video_ids), made, strict=True
            ):
                try:
                    self._finish(video_id, result_of(), made_from, rows_of_failure)
                except NotMaterialisedError as error:
                    too_early.append(error)
        if too_early:
            raise too_early[0]

    def _finish(
        self,
        video_id: str,
        result: VideoResult,
        made_from: Callable[[str], str],
        rows_of_failure: Callable[[str, Setback], pl.DataFrame] | None,
    ) -> None:
        """Write and describe what was made."""
        if result.leaves_former_rows:
            self.context.add_asset_metadata({**result.metadata, "unchanged": True}, partition_key=video_id)
            return
        if rows_of_failure and result.setback and result.rows.is_empty():
            result = replace(result, rows=rows_of_failure(video_id, result.setback))
        fingerprint = made_from(video_id)
        _store(self.workspace.lake, self.stage, video_id, result, fingerprint)
        self._describe(video_id, result, fingerprint)

    def _describe(self, video_id: str, result: VideoResult, made_from: str) -> None:
        stored = self.workspace.lake.path(self.stage.table, video_id)
        metadata = {
            **result.metadata,
            **describe.seconds(result.seconds),
            **describe.rows_and_files(result.rows, stored, partition=True),
            "made_from": made_from,
        }
        if result.setback:
            metadata |= {"status": result.setback.status, "reason": result.setback.reason}
        self.context.add_asset_metadata(metadata, partition_key=video_id)
        self.progress.took(self.stage.name, video_id, result.seconds)

    def _make_one(
        self, make: Callable[[str], VideoResult], ended: Callable[[str], None] | None, mark: Mark, video_id: str
    ) -> VideoResult:
        try:
            with mark(self.workspace.folder, self.stage.name, video_id):
                return make(video_id)
        except (NotMaterialisedError, CancelledError):
            raise
        except (DeadlyVideoError, WorkerDiedError) as error:
            return self._failed(str(error), unexpected=True)
        except FramecurateError as error:
            return self._failed(str(error), unexpected=False)
        except OSError as error:
            if error.errno in MACHINE_ERRORS:
                raise
            return self._unexpected(video_id, error)
        except Exception as error:
            return self._unexpected(video_id, error)
        finally:
            if ended:
                ended(video_id)

    def _unexpected(self, video_id: str, error: Exception) -> VideoResult:
        """An error of the program: its traceback goes to the log of the run, a sentence to the video's row."""
        self.context.log.error(f"{self.stage.name} of {video_id} failed unexpectedly", exc_info=error)
        reason = f"{self.stage.name} failed unexpectedly with {type(error).__name__}: {error}. Please report it."
        return self._failed(reason, unexpected=True)

    def _failed(self, reason: str, *, unexpected: bool) -> VideoResult:
        return VideoResult(self.stage.table.empty(), setback=Setback("failed", reason, unexpected))


def _videos_to_make(context: dg.AssetExecutionContext, workspace: Workspace, stage: Stage) -> list[str]:
    """The partitions of this run, or in a run that was not asked for by hand those that are missing or stale."""
    video_ids = list(context.partition_keys)
    if INGESTION_TAG not in context.run.tags:
        return video_ids
    lake, asked_for = workspace.lake, set(video_ids)
    sources = [source for source in all_sources(workspace.folder).sources if source.video_id in asked_for]
    stale = stale_videos(stage, todays_inputs(lake, workspace.read_policy(), sources, by_hand=False))
    for video_id in sorted(asked_for - set(stale)):
        context.add_asset_metadata({"unchanged": True}, partition_key=video_id)
    return stale


def _store(lake: Lake, stage: Stage, video_id: str, result: VideoResult, made_from: str) -> None:
    """Write a video's rows, and its setback or that there is none any more.

    In this order, so that after a crash in between the video counts as stale: no rows without the setback that
    explains them, and a setback that rows put an end to was made from something else than these. A setback that a
    later stage met is that stage's to remove.
    """
    setback = result.setback
    if setback:
        row = {
            "video_id": video_id,
            "stage": stage.name,
            "status": setback.status,
            "reason": setback.reason,
            "unexpected": setback.unexpected,
        }
        setbacks = tables.VIDEO_SETBACKS.from_rows([row])
        lake.write(tables.VIDEO_SETBACKS, setbacks, video_id, made_from=made_from, facts=result.facts)
    unmark(lake, stage.table, video_id)
    lake.write(stage.table, result.rows, video_id, made_from=made_from, facts=result.facts)
    if not setback and stage.name in lake.read_all(tables.VIDEO_SETBACKS, [video_id])["stage"]:
        lake.remove(tables.VIDEO_SETBACKS, video_id)
