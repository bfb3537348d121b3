"""The loop of the per-video assets: every video is written as soon as it is done, and none stops the others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.partitions import INGESTION_TAG
from framecurate_assets.errors import MACHINE_ERRORS, FramecurateError
from framecurate_assets.freshness.inputs import todays_inputs
from framecurate_assets.freshness.stale import stale_videos
from framecurate_assets.lake import tables
from framecurate_assets.lake.deaths import DeadlyVideoError, marked
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
    leaves_former_rows: bool = False
    """Whether what is stored stays, since nothing better could be made today; then `rows` do not count."""


def materialise_videos(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    progress: Progress,
    stage: Stage,
    make: Callable[[str], VideoResult],
    made_from: Callable[[str], str],
    rows_of_failure: Callable[[str, Setback], pl.DataFrame] | None = None,
    workers: int = 1,
) -> None:
    """Make, write and describe a stage's rows for every partition of this run.

    What a video itself causes becomes a setback with its reason and an empty table, and the run goes on. What
    the machine causes (a full or read-only disk) is raised at once, and what was written stays. A run that was not
    asked for by hand leaves what is up to date as it is: so one that is tried again after a crash repeats nothing.

    Args:
        context: of the asset; its partition keys are the videos.
        workspace: the data folder and its lake.
        progress: told of each video.
        stage: what is made.
        make: the rows of one video; a FramecurateError that it raises is the reason of the video's setback.
        made_from: fingerprint of all that decides a video's rows.
        rows_of_failure: the rows of a video whose `make` raised, where there should be some.
        workers: threads that `make` is called from. Each video is written, by this thread, when it is done.

    Raises:
        NotMaterialisedError: a stage above was not materialised for some of the videos.
        OSError: the machine failed.
    """
    lake = workspace.lake
    too_early: list[NotMaterialisedError] = []
    video_ids = _videos_to_make(context, workspace, stage)
    made = _in_order_of_completion(partial(_make_one, context, workspace.folder, stage, make), video_ids, workers)
    for _, (video_id, result_of) in zip(progress.track(stage.name, video_ids), made, strict=True):
        try:
            result = result_of()
            if result.leaves_former_rows:
                context.add_asset_metadata({**result.metadata, "unchanged": True}, partition_key=video_id)
                continue
            if rows_of_failure and result.setback and result.rows.is_empty():
                result = replace(result, rows=rows_of_failure(video_id, result.setback))
            fingerprint = made_from(video_id)
            _store(lake, stage, video_id, result, fingerprint)
        except NotMaterialisedError as error:
            too_early.append(error)
            continue
        metadata = {
            **result.metadata,
            **describe.rows_and_files(result.rows, lake.path(stage.table, video_id), partition=True),
            "made_from": fingerprint,
        }
        if result.setback:
            metadata |= {"status": result.setback.status, "reason": result.setback.reason}
        context.add_asset_metadata(metadata, partition_key=video_id)
    if too_early:
        raise too_early[0]


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


def _in_order_of_completion(
    make: Callable[[str], VideoResult], video_ids: Sequence[str], workers: int
) -> Iterator[tuple[str, Callable[[], VideoResult]]]:
    """Each video, and what gives its result or raises what making it raised."""
    if workers == 1:
        yield from ((video_id, partial(make, video_id)) for video_id in video_ids)
        return
    with ThreadPoolExecutor(workers) as threads:
        futures = {threads.submit(make, video_id): video_id for video_id in video_ids}
        try:
            yield from ((futures[future], future.result) for future in as_completed(futures))
        finally:
            threads.shutdown(cancel_futures=True)


def _make_one(
    context: dg.AssetExecutionContext,
    folder: DataFolder,
    stage: Stage,
    make: Callable[[str], VideoResult],
    video_id: str,
) -> VideoResult:
    try:
        with marked(folder, stage.name, video_id):
            return make(video_id)
    except NotMaterialisedError:
        raise
    except DeadlyVideoError as error:
        return VideoResult(stage.table.empty(), setback=Setback("failed", str(error), unexpected=True))
    except FramecurateError as error:
        return VideoResult(stage.table.empty(), setback=Setback("failed", str(error)))
    except OSError as error:
        if error.errno in MACHINE_ERRORS:
            raise
        return _unexpected(context, stage, video_id, error)
    except Exception as error:
        return _unexpected(context, stage, video_id, error)


def _unexpected(context: dg.AssetExecutionContext, stage: Stage, video_id: str, error: Exception) -> VideoResult:
    """An error of the program: its traceback goes to the log of the run, a sentence to the video's row."""
    context.log.error(f"{stage.name} of {video_id} failed unexpectedly", exc_info=error)
    reason = f"{stage.name} failed unexpectedly with {type(error).__name__}: {error}. Please report it."
    return VideoResult(stage.table.empty(), setback=Setback("failed", reason, unexpected=True))


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
