"""What is missing or stale in a lake: what a run has to make, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import Table
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import DETECTED_FACES, RAW_VIDEOS, Stage, source_fingerprint


@dataclass(frozen=True)
class Inputs:
    """All that decides what is stale."""

    lake: Lake
    policy: Policy
    sources: Sequence[Source]
    engine: str
    """Name of the face engine that detection would use today."""


def stale_videos(stage: Stage, inputs: Inputs) -> list[str]:
    """The videos for which a per-video stage has to be made, in the order of the sources."""
    return [source.video_id for source in inputs.sources if _is_stale_for(stage, source, inputs)]


def is_stale(stage: Stage, inputs: Inputs) -> bool:
    """Whether a stage over the whole lake has to be made."""
    lake = inputs.lake
    today = stage.made_from(lake, inputs.policy, also=_also(stage, None, inputs))
    return lake.made_from(stage.table) != today or not _files_are_there(stage.table, lake)


def _is_stale_for(stage: Stage, source: Source, inputs: Inputs) -> bool:
    lake, video_id = inputs.lake, source.video_id
    today = stage.made_from(lake, inputs.policy, video_id, also=_also(stage, source, inputs))
    return (
        lake.made_from(stage.table, video_id) != today
        or _is_worth_another_try(stage, video_id, lake)
        or not _files_are_there(stage.table, lake, video_id)
    )


def _also(stage: Stage, source: Source | None, inputs: Inputs) -> str:
    if stage is RAW_VIDEOS and source:
        return source_fingerprint(source)
    return inputs.engine if stage is DETECTED_FACES else ""


def _is_worth_another_try(stage: Stage, video_id: str, lake: Lake) -> bool:
    """Whether what went wrong may go right today: the network, the budget, or a bug that was mended.

    A file that was read and cannot be decoded stays so until it changes, and then it is another video.
    """
    if stage is RAW_VIDEOS:
        status, sha256 = lake.read(stage.table, video_id).select("status", "sha256").row(0)
        if status == "over_budget" or (status == "failed" and sha256 is None):
            return True
    setback = lake.read_all(tables.VIDEO_SETBACKS, [video_id]).filter(pl.col("stage") == stage.name)
    if setback.is_empty():
        return False
    is_of_these_rows = lake.made_from(tables.VIDEO_SETBACKS, video_id) == lake.made_from(stage.table, video_id)
    return setback["status"][0] == "over_budget" or setback["unexpected"][0] or not is_of_these_rows


def _files_are_there(table: Table, lake: Lake, video_id: str | None = None) -> bool:
    """Whether every file that the rows name, if they name any, is there with its size."""
    if "path" not in table.schema:
        return True
    rows = lake.read(table, video_id).select("path", "bytes").drop_nulls()
    return all(_size(lake, path) == size for path, size in rows.iter_rows())


def _size(lake: Lake, path: str) -> int | None:
    try:
        return lake.folder.absolute(path).stat().st_size
    except FileNotFoundError:
        return None
