"""The loop of the per-video assets: every video is written as soon as it is done, and none stops the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.errors import MACHINE_ERRORS, FramecurateError, machine_sentence
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake, NotMaterialisedError
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.stages import PER_VIDEO, Stage


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


def materialise_videos(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    progress: Progress,
    stage: Stage,
    make: Callable[[str], VideoResult],
    made_from: Callable[[str], str],
    rows_of_failure: Callable[[str, Setback], pl.DataFrame] | None = None,
) -> None:
    """Make, write and describe a stage's rows for every partition of this run.

    What a video itself causes becomes a setback with its reason and an empty table, and the run goes on. What
    the machine causes (a full or read-only disk) ends the run at once, and what was written stays.

    Args:
        context: of the asset; its partition keys are the videos.
        workspace: the data folder and its lake.
        progress: told of each video.
        stage: what is made.
        make: the rows of one video; a FramecurateError that it raises is the reason of the video's setback.
        made_from: fingerprint of all that decides a video's rows.
        rows_of_failure: the rows of a video whose `make` raised, where there should be some.

    Raises:
        dagster.Failure: the machine failed, or a stage above was not materialised.
    """
    lake = workspace.lake
    too_early: list[str] = []
    for video_id in progress.track(stage.name, list(context.partition_keys)):
        try:
            result = _make_one(context, stage, make, video_id)
            if rows_of_failure and result.setback and result.rows.is_empty():
                result = replace(result, rows=rows_of_failure(video_id, result.setback))
            lake.write(stage.table, result.rows, video_id, made_from=made_from(video_id))
            _write_setback(lake, stage, video_id, result.setback)
        except NotMaterialisedError as error:
            too_early.append(str(error))
            continue
        except OSError as error:
            raise dg.Failure(description=machine_sentence(error), allow_retries=False) from error
        metadata = {
            **result.metadata,
            **describe.rows_and_files(result.rows, lake.path(stage.table, video_id), partition=True),
            "made_from": made_from(video_id),
        }
        if result.setback:
            metadata |= {"status": result.setback.status, "reason": result.setback.reason}
        context.add_asset_metadata(metadata, partition_key=video_id)
    if too_early:
        raise dg.Failure(description=" ".join(too_early), allow_retries=False)


def _make_one(
    context: dg.AssetExecutionContext, stage: Stage, make: Callable[[str], VideoResult], video_id: str
) -> VideoResult:
    try:
        return make(video_id)
    except NotMaterialisedError:
        raise
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


def _write_setback(lake: Lake, stage: Stage, video_id: str, setback: Setback | None) -> None:
    """Record this stage's setback, or clear an earlier one of this stage or a later one."""
    if setback:
        row = {
            "video_id": video_id,
            "stage": stage.name,
            "status": setback.status,
            "reason": setback.reason,
            "unexpected": setback.unexpected,
        }
        lake.write(tables.VIDEO_SETBACKS, tables.VIDEO_SETBACKS.from_rows([row]), video_id)
        return
    former = lake.read_all(tables.VIDEO_SETBACKS, [video_id])["stage"].to_list()
    this_and_later = [later.name for later in PER_VIDEO[PER_VIDEO.index(stage) :]]
    if former and former[0] in this_and_later:
        lake.remove(tables.VIDEO_SETBACKS, video_id)
