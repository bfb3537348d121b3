"""The frames of a video that are looked at: as many from its front as from its middle and its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import RGBImage
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.container import COPY_AGAIN, OpenVideo, UnreadableVideoError, open_video
from framecurate_assets.video.decode import decode_runs
from framecurate_assets.video.key_frames import forced_key_frames
from framecurate_assets.video.packets import FrameTable, list_frames, list_key_frames
from framecurate_assets.video.plan import (
    Frames,
    Grid,
    Section,
    choose_frames,
    decoding_runs,
    has_key_frame_in_each_cell,
)
from framecurate_assets.video.upright import upright_picture


@dataclass(frozen=True)
class SampledFrame:
    """One frame, decoded."""

    pts_s: float
    """Seconds from the start of the video's first frame; rounded to milliseconds, no two frames share it."""

    section: Section
    """The third of the video, or of the clip of it: front, middle or end."""

    is_keyframe: bool
    """Whether it decodes without any other frame."""

    image: RGBImage
    """Shape (height, width, 3), upright, full size."""

    follows_forced_key: bool = False
    """Whether a key frame off the regular interval lies between the sample before and this one, or is this one:
    encoders put them on cuts."""


def sample_frames(
    path: Path, policy: SamplingPolicy, clip_start_s: float | None = None, clip_end_s: float | None = None
) -> Iterator[SampledFrame]:
    """Decode the sampled frames of a video one by one, in the order in which they are shown.

    The video, or the clip from `clip_start_s` to `clip_end_s` of it, is cut into three sections of
    `policy.frames_per_section` equal cells, and each cell gives one frame (`plan.choose_frames` says which); a
    video with fewer frames than cells gives each of its frames once.

    Raises:
        UnreadableVideoError: before the first frame, if the file is no video, cut off, or has no frame in the
            clip; after the last frame that could be decoded, if others could not: what was given until then is
            not the whole sample and not to be used.
    """
    with open_video(path) as video:
        table, positions, sections = _plan(video, policy, clip_start_s or 0.0, clip_end_s)
        forced = forced_key_frames(table)
    lost = len(sections)
    previous = table.start
    with open_video(path) as video:
        decoded_frames = decode_runs(video, table, decoding_runs(table.pts, table.is_key, positions))
        for decoded, section in zip(decoded_frames, sections, strict=False):
            lost -= 1
            yield SampledFrame(
                pts_s=table.seconds(decoded.pts),
                section=section,
                is_keyframe=decoded.frame.key_frame,
                image=upright_picture(decoded.frame),
                follows_forced_key=bool(((previous < forced) & (forced <= decoded.pts)).any()),
            )
            previous = decoded.pts
    if lost:
        raise UnreadableVideoError(
            f"{path.name} is damaged: {lost} of its {len(sections)} sampled frames cannot be decoded", COPY_AGAIN
        )


def _plan(
    video: OpenVideo, policy: SamplingPolicy, clip_start_s: float, clip_end_s: float | None
) -> tuple[FrameTable, list[int], list[Section]]:
    """The frames of a video, the positions among them of those to take, as they are shown, and their sections."""
    table = list_key_frames(video) if policy.mode == "nearest" else None
    if table is not None:
        grid, positions, frames = _sampled_part(table, policy, clip_start_s, clip_end_s)
    # In a long video every target has a key frame near: then the file need not be read to know its other frames.
    if table is None or not has_key_frame_in_each_cell(frames, grid):
        table = list_frames(video)
        grid, positions, frames = _sampled_part(table, policy, clip_start_s, clip_end_s)
    if not len(frames):
        raise UnreadableVideoError(
            f"The clip from {clip_start_s or 0:g} s has no frame: the video ends at {table.duration_s:.1f} s",
            "Correct clip_start and clip_end",
        )
    choices = choose_frames(frames, grid, policy.mode)
    return table, [int(positions[choice.index]) for choice in choices], [choice.section for choice in choices]


def _sampled_part(
    table: FrameTable, policy: SamplingPolicy, clip_start_s: float, clip_end_s: float | None
) -> tuple[Grid, npt.NDArray[np.intp], Frames]:
    """The cells of the video or clip, its frames as they are shown, and their positions in the table."""
    end_s = table.duration_s if clip_end_s is None else min(clip_end_s, table.duration_s)
    pts_s = (table.pts - table.start) * float(table.time_base)
    positions = np.flatnonzero(table.is_shown & (pts_s >= clip_start_s) & (pts_s <= end_s))
    positions = positions[np.argsort(pts_s[positions], kind="stable")]
    frames = Frames(pts_s[positions].astype(np.float64), table.is_key[positions], table.is_reference[positions])
    return Grid(clip_start_s, end_s, policy.frames_per_section), positions, frames
