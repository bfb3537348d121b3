"""Whether what went wrong with a video may go right today."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.intake.attempts import ASKED_UNDER, is_due
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import BYTES_NEEDED
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import RAW_VIDEOS, Stage


def is_worth_another_try(stage: Stage, source: Source, inputs: Inputs) -> bool:
    """Whether what went wrong may go right today: the network, the budget, or a bug that was mended.

    A file that was read and cannot be decoded stays so until it changes, and then it is another video.
    """
    lake, video_id = inputs.lake, source.video_id
    setback = lake.read_all(tables.VIDEO_SETBACKS, [video_id]).filter(pl.col("stage") == stage.name)
    if setback.is_empty():
        return stage is RAW_VIDEOS and _intake_is_worth_another_try(source, inputs)
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
    if attempt.is_empty() or is_due(attempt["next_attempt_at"][0], inputs.now):
        return True
    # What was for good under the former settings, such as a host that they forbade, may go right under others.
    asked_under = inputs.lake.facts(tables.FETCH_ATTEMPTS, source.video_id).get(ASKED_UNDER)
    return attempt["outcome"][0] == "permanent" and asked_under != inputs.policy.download.fingerprint
