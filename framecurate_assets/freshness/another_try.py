"""Whether what went wrong with a video may go right today."""

from __future__ import annotations

from pathlib import Path

from framecurate_assets.freshness.look import Look
from framecurate_assets.intake.attempts import ASKED_UNDER, is_due
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import BYTES_NEEDED
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import RAW_VIDEOS, Stage


def is_worth_another_try(stage: Stage, source: Source, look: Look) -> bool:
    """Whether what went wrong may go right today: the network, the budget, or a bug that was mended.

    A file that was read and cannot be decoded stays so until it changes, and then it is another video.
    """
    inputs, video_id = look.inputs, source.video_id
    setbacks = look.rows(tables.VIDEO_SETBACKS, video_id, "stage", "status", "unexpected")
    setback = next((row for row in setbacks if row["stage"] == stage.name), None)
    if setback is None:
        return stage is RAW_VIDEOS and _intake_is_worth_another_try(source, look)
    if look.made_from(tables.VIDEO_SETBACKS, video_id) != look.made_from(stage.table, video_id):
        return True
    if setback["status"] == "over_budget":
        return inputs.bytes_left(video_id) >= int(look.facts(tables.VIDEO_SETBACKS, video_id).get(BYTES_NEEDED, 0))
    return bool(setback["unexpected"]) and inputs.by_hand


def _intake_is_worth_another_try(source: Source, look: Look) -> bool:
    inputs = look.inputs
    row = look.rows(RAW_VIDEOS.table, source.video_id, "status", "sha256")[0]
    status, sha256 = row["status"], row["sha256"]
    if status == "over_budget":
        return inputs.bytes_left(source.video_id) > 0
    if status != "failed":
        return False
    if source.video_id in inputs.named:
        return True
    if source.kind != "url":
        return sha256 is None and Path(source.source).exists()
    attempts = look.rows(tables.FETCH_ATTEMPTS, source.video_id, "outcome", "next_attempt_at")
    if not attempts or is_due(attempts[0]["next_attempt_at"], inputs.now):
        return True
    # What was for good under the former settings, such as a host that they forbade, may go right under others.
    asked_under = look.facts(tables.FETCH_ATTEMPTS, source.video_id).get(ASKED_UNDER)
    return attempts[0]["outcome"] == "permanent" and asked_under != inputs.policy.download.fingerprint
