"""Videos whose file was removed and cannot be had again: what was made of it stays as it is."""

from __future__ import annotations

from pathlib import Path

from framecurate_assets.freshness.files import missing_files
from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.intake.attempts import is_due
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import pruned_paths
from framecurate_assets.lake.sealed import is_sealed
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import RAW_VIDEOS, SAMPLED_FRAMES, Stage


def is_out_of_reach(source: Source, inputs: Inputs) -> bool:
    """Whether the file of a video cannot be had today.

    It was erased; or it was pruned, and the original is no longer there, or its site did not give it again.
    """
    lake, video_id = inputs.lake, source.video_id
    if is_sealed(lake, video_id):
        return True
    pruned = pruned_paths(lake, video_id)
    if not pruned or pruned.isdisjoint(missing_files(RAW_VIDEOS.table, lake, video_id)):
        return False
    return _is_not_given_by_its_site(video_id, inputs) if source.kind == "url" else not Path(source.source).exists()


def can_be_made_of_what_is_left(stage: Stage, video_id: str, lake: Lake) -> bool:
    """Whether a stage of a video whose file is out of reach finds all that it reads."""
    return stage not in (RAW_VIDEOS, SAMPLED_FRAMES) and not missing_files(tables.SAMPLED_FRAMES, lake, video_id)


def _is_not_given_by_its_site(video_id: str, inputs: Inputs) -> bool:
    """Whether the last try to fetch it again failed, and the next one is not due."""
    attempt = inputs.lake.read_all(tables.FETCH_ATTEMPTS, [video_id])
    if attempt.is_empty() or attempt["outcome"][0] == "ok" or video_id in inputs.named:
        return False
    return not is_due(attempt["next_attempt_at"][0], inputs.now)
