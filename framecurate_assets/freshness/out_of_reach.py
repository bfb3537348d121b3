"""Videos whose file was removed and cannot be had again: what was made of it stays as it is."""

from __future__ import annotations

from pathlib import Path

from framecurate_assets.freshness.look import Look
from framecurate_assets.intake.attempts import is_due
from framecurate_assets.lake import tables
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import RAW_VIDEOS, SAMPLED_FRAMES, Stage


def is_out_of_reach(source: Source, look: Look) -> bool:
    """Whether the file of a video cannot be had today.

    It was erased; or it was pruned, and the original is no longer there, or its site did not give it again.
    """
    video_id = source.video_id
    if look.is_sealed(video_id):
        return True
    pruned = look.pruned_paths(video_id)
    if not pruned or pruned.isdisjoint(look.missing_files(RAW_VIDEOS.table, video_id)):
        return False
    return _is_not_given_by_its_site(video_id, look) if source.kind == "url" else not Path(source.source).exists()


def can_be_made_of_what_is_left(stage: Stage, video_id: str, look: Look) -> bool:
    """Whether a stage of a video whose file is out of reach finds all that it reads."""
    return stage not in (RAW_VIDEOS, SAMPLED_FRAMES) and not look.missing_files(tables.SAMPLED_FRAMES, video_id)


def _is_not_given_by_its_site(video_id: str, look: Look) -> bool:
    """Whether the last try to fetch it again failed, and the next one is not due."""
    attempts = look.rows(tables.FETCH_ATTEMPTS, video_id, "outcome", "next_attempt_at")
    if not attempts or attempts[0]["outcome"] == "ok" or video_id in look.inputs.named:
        return False
    return not is_due(attempts[0]["next_attempt_at"], look.inputs.now)
