"""What is missing or stale in a lake: what a run has to make, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import polars as pl

from framecurate_assets.intake.attempts import is_due
from framecurate_assets.lake import tables
from framecurate_assets.lake.budget import candidate_bytes_by_video
from framecurate_assets.lake.lake import BYTES_NEEDED, Lake
from framecurate_assets.lake.tables import Table
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import DETECTED_FACES, PER_VIDEO, RAW_VIDEOS, Stage, source_fingerprint


@dataclass(frozen=True)
class Inputs:
    """All that decides what is stale."""

    lake: Lake
    policy: Policy
    sources: Sequence[Source]
    engine: str
    """Name of the face engine that detection would use today."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """A video whose next try is due later than this is left alone."""

    named: frozenset[str] = frozenset()
    """Videos that a person asked for by name: what failed is tried again whenever that was."""

    by_hand: bool = True
    """Whether a person waits for the result: what an error of the program spoilt is not worth a try by itself."""

    @cached_property
    def spent_bytes(self) -> dict[str, int]:
        """Bytes of the candidates of every video that has any."""
        return candidate_bytes_by_video(self.lake)

    def bytes_left(self, video_id: str) -> int:
        """What the other videos leave of the candidates' budget; below 0 where it was lowered since."""
        others = sum(self.spent_bytes.values()) - self.spent_bytes.get(video_id, 0)
        return self.policy.budget.candidates_bytes - others


def due_videos(inputs: Inputs) -> list[str]:
    """The videos for which any per-video stage has to be made, in the order of the sources."""
    return [
        source.video_id for source in inputs.sources if any(_is_stale_for(stage, source, inputs) for stage in PER_VIDEO)
    ]


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
        or _is_worth_another_try(stage, source, inputs)
        or not _files_are_there(stage.table, lake, video_id)
    )


def _also(stage: Stage, source: Source | None, inputs: Inputs) -> str:
    if stage is RAW_VIDEOS and source:
        return source_fingerprint(source)
    return inputs.engine if stage is DETECTED_FACES else ""


def _is_worth_another_try(stage: Stage, source: Source, inputs: Inputs) -> bool:
    """Whether what went wrong may go right today: the network, the budget, or a bug that was mended.

    A file that was read and cannot be decoded stays so until it changes, and then it is another video.
    """
    if stage is RAW_VIDEOS and _intake_is_worth_another_try(source, inputs):
        return True
    lake, video_id = inputs.lake, source.video_id
    setback = lake.read_all(tables.VIDEO_SETBACKS, [video_id]).filter(pl.col("stage") == stage.name)
    if setback.is_empty():
        return False
    if lake.made_from(tables.VIDEO_SETBACKS, video_id) != lake.made_from(stage.table, video_id):
        return True
    if setback["status"][0] == "over_budget":
        return inputs.bytes_left(video_id) >= int(lake.facts(tables.VIDEO_SETBACKS, video_id).get(BYTES_NEEDED, 0))
    return bool(setback["unexpected"][0]) and inputs.by_hand


def _intake_is_worth_another_try(source: Source, inputs: Inputs) -> bool:
    status, sha256 = inputs.lake.read(RAW_VIDEOS.table, source.video_id).select("status", "sha256").row(0)
    if status == "over_budget":
        return inputs.bytes_left(source.video_id) > 0
    if status != "failed":
        return False
    if source.video_id in inputs.named:
        return True
    if source.kind != "url":
        return sha256 is None and Path(source.source).exists()
    attempt = inputs.lake.read_all(tables.FETCH_ATTEMPTS, [source.video_id])
    return attempt.is_empty() or is_due(attempt["next_attempt_at"][0], inputs.now)


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
