"""What is missing or stale in a lake: what a run has to make, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from framecurate_assets.freshness.another_try import is_worth_another_try
from framecurate_assets.freshness.files import files_are_there
from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.freshness.look import Look
from framecurate_assets.freshness.out_of_reach import can_be_made_of_what_is_left, is_out_of_reach
from framecurate_assets.intake.picture_set import listing
from framecurate_assets.lake import tables
from framecurate_assets.people.log import corrections_fingerprint
from framecurate_assets.reference.persons import photos_fingerprint
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import (
    DETECTED_FACES,
    FACE_CANDIDATES,
    IDENTITY_CLUSTERS,
    PER_VIDEO,
    PERSON_SELECTIONS,
    RAW_VIDEOS,
    SAMPLED_FRAMES,
    WHOLE_LAKE,
    Stage,
    sampling_fingerprint,
    source_fingerprint,
)


def due_videos(inputs: Inputs) -> list[str]:
    """The videos for which any per-video stage has to be made, in the order of the sources."""
    look = Look(inputs)
    return [
        source.video_id for source in inputs.sources if any(_is_stale_for(stage, source, look) for stage in PER_VIDEO)
    ]


def anything_is_stale(inputs: Inputs) -> bool:
    """Whether any stage has to be made, of any video or over the whole lake."""
    look = Look(inputs)
    return any(_is_stale(stage, look) for stage in WHOLE_LAKE) or any(
        _is_stale_for(stage, source, look) for source in inputs.sources for stage in PER_VIDEO
    )


def models_are_needed(inputs: Inputs) -> bool:
    """Whether any video has to be decoded or searched for faces, or may have to be once it was taken in."""
    look = Look(inputs)
    stages = (RAW_VIDEOS, SAMPLED_FRAMES, DETECTED_FACES)
    return any(_is_stale_for(stage, source, look) for source in inputs.sources for stage in stages)


def finished_videos(inputs: Inputs) -> Iterator[str]:
    """The videos that have come through all stages, of which nothing is left to do or to be tried again.

    None as long as the dataset has to be made, and no sealed video: what it lost cannot be made again.
    """
    look = Look(inputs)
    if any(_is_stale(stage, look) for stage in WHOLE_LAKE):
        return
    for source in inputs.sources:
        setbacks = look.rows(tables.VIDEO_SETBACKS, source.video_id, "status", "unexpected")
        waits = any(row["status"] == "over_budget" or row["unexpected"] for row in setbacks)
        is_stale_anywhere = any(_is_stale_for(stage, source, look) for stage in PER_VIDEO)
        if not (waits or is_stale_anywhere or look.is_sealed(source.video_id)):
            yield source.video_id


def stale_videos(stage: Stage, inputs: Inputs) -> list[str]:
    """The videos for which a per-video stage has to be made, in the order of the sources."""
    look = Look(inputs)
    return [source.video_id for source in inputs.sources if _is_stale_for(stage, source, look)]


def is_stale(stage: Stage, inputs: Inputs) -> bool:
    """Whether a stage over the whole lake has to be made, be it only for a table that is gone."""
    return _is_stale(stage, Look(inputs))


def made_from_today(stage: Stage, inputs: Inputs) -> str:
    """Fingerprint of all that decides the rows of a stage over the whole lake, as it is now."""
    return _made_from_today(stage, Look(inputs))


def _made_from_today(stage: Stage, look: Look) -> str:
    return stage.made_from(look, look.inputs.policy, also=_also(stage, None, look.inputs))


def _is_stale(stage: Stage, look: Look) -> bool:
    return (
        look.made_from(stage.table) != _made_from_today(stage, look)
        or not all(look.inputs.lake.path(table).exists() for table in stage.beside)
        or not files_are_there(stage.table, look)
    )


def _is_stale_for(stage: Stage, source: Source, look: Look) -> bool:
    inputs, video_id = look.inputs, source.video_id
    if is_out_of_reach(source, look) and not can_be_made_of_what_is_left(stage, video_id, look):
        return False
    today = stage.made_from(look, inputs.policy, video_id, also=_also(stage, source, inputs))
    return (
        (look.made_from(stage.table, video_id) != today and not _is_folder_that_is_gone(stage, source, look))
        or is_worth_another_try(stage, source, look)
        or not files_are_there(stage.table, look, video_id)
        or _has_to_bring_pruned_files_back(stage, source, look)
    )


def _also(stage: Stage, source: Source | None, inputs: Inputs) -> str:
    if stage is RAW_VIDEOS and source:
        return source_fingerprint(source)
    if stage is SAMPLED_FRAMES and source:
        return sampling_fingerprint(source.kind, inputs.policy)
    if stage is IDENTITY_CLUSTERS:
        return corrections_fingerprint(inputs.lake.folder)
    if stage is PERSON_SELECTIONS:
        return photos_fingerprint(inputs.policy, inputs.lake.folder)
    return inputs.engine if stage is DETECTED_FACES else ""


def _is_folder_that_is_gone(stage: Stage, source: Source, look: Look) -> bool:
    """A folder of pictures that was taken in and cannot be looked at any more: what was made of it stays."""
    if stage is not RAW_VIDEOS or source.kind != "images" or look.made_from(stage.table, source.video_id) is None:
        return False
    return listing(Path(source.source)) is None


def _has_to_bring_pruned_files_back(stage: Stage, source: Source, look: Look) -> bool:
    """Whether files of the stage were pruned that a stage below, which has to be made, reads."""
    readers = {RAW_VIDEOS.name: (SAMPLED_FRAMES,), SAMPLED_FRAMES.name: (DETECTED_FACES, FACE_CANDIDATES)}
    if stage.name not in readers or not look.missing_files(stage.table, source.video_id):
        return False
    return any(_is_stale_for(reader, source, look) for reader in readers[stage.name])
