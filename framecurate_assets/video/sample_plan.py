"""What is decoded of a video for which samples: worked out once, and shared out among those who decode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.container import OpenVideo, UnreadableVideoError, open_video
from framecurate_assets.video.frame_table import FrameTable
from framecurate_assets.video.key_frames import forced_key_frames
from framecurate_assets.video.packets import list_frames, list_key_frames
from framecurate_assets.video.plan import (
    Choice,
    Frames,
    Grid,
    Section,
    choose_frames,
    has_key_frame_in_each_cell,
)
from framecurate_assets.video.runs import Run, decoding_runs


@dataclass(frozen=True)
class PlannedSample:
    """A frame that will be given, before it is decoded."""

    pts_s: float
    """Seconds from the start of the video's first frame, as the file's index tells."""

    section: Section
    """The third of the video, or of the clip of it: front, middle or end."""

    follows_forced_key: bool
    """Whether a key frame off the regular interval lies between the sample before and this one, or is this one."""


@dataclass(frozen=True)
class SamplePlan:
    """What is decoded of a video, and what it gives."""

    runs: tuple[Run, ...]
    """In the order in which they are stored."""

    samples: tuple[PlannedSample, ...]
    """The samples of all runs, in the order in which they are shown: a run gives one for each frame it wants."""

    start: int
    """When the video's first frame is shown, in ticks."""

    time_base: Fraction
    """Seconds in a tick."""

    def seconds(self, ticks: int) -> float:
        """A time of the stream, in ticks -> seconds from the start of its first frame."""
        return (ticks - self.start) * float(self.time_base)

    def parts(self, count: int) -> list[SamplePlan]:
        """The plan in at most `count` shares that follow each other and cost about the same to decode.

        It is cut between runs, so that nothing is decoded twice: decoded one after the other the parts give exactly
        what the whole gives.
        """
        costs = np.array([run.cost for run in self.runs])
        middles = np.cumsum(costs) - costs / 2
        shares = (count * middles / costs.sum()).astype(int).tolist()
        samples = iter(self.samples)
        parts: list[SamplePlan] = []
        for _, share in groupby(zip(shares, self.runs, strict=True), key=itemgetter(0)):
            runs = tuple(run for _, run in share)
            taken = sum(len(run.wanted) for run in runs)
            parts.append(replace(self, runs=runs, samples=tuple(islice(samples, taken))))
        return parts


def plan_sample(
    path: Path, policy: SamplingPolicy, clip_start_s: float | None = None, clip_end_s: float | None = None
) -> SamplePlan:
    """Choose the frames of a video, or of the clip from `clip_start_s` to `clip_end_s` of it, and what to decode.

    It is cut into three sections of `policy.frames_per_section` equal cells, and each cell gives one frame
    (`plan.choose_frames` says which); a video with fewer frames than cells gives each of its frames once.

    Raises:
        UnreadableVideoError: the file is no video, cut off, or has no frame in the clip.
    """
    with open_video(path) as video:
        table, grid, positions, frames = _frames_to_choose_from(video, policy, clip_start_s or 0.0, clip_end_s)
    if not len(frames):
        raise UnreadableVideoError(
            f"The clip from {clip_start_s or 0:g} s has no frame: the video ends at {table.duration_s:.1f} s",
            "Correct clip_start and clip_end",
        )
    choices = choose_frames(frames, grid, policy.mode)
    taken = positions[[choice.index for choice in choices]]
    return SamplePlan(
        runs=tuple(decoding_runs(table, taken.tolist())),
        samples=_samples(table, taken, choices),
        start=table.start,
        time_base=table.time_base,
    )


def _samples(table: FrameTable, taken: npt.NDArray[np.intp], choices: Sequence[Choice]) -> tuple[PlannedSample, ...]:
    shown = table.pts[taken]
    forced = np.sort(forced_key_frames(table))
    forced_until = np.searchsorted(forced, [table.start, *shown], side="right")
    return tuple(
        PlannedSample(table.seconds(int(pts)), choice.section, bool(follows))
        for pts, choice, follows in zip(shown, choices, np.diff(forced_until) > 0, strict=True)
    )


def _frames_to_choose_from(
    video: OpenVideo, policy: SamplingPolicy, clip_start_s: float, clip_end_s: float | None
) -> tuple[FrameTable, Grid, npt.NDArray[np.intp], Frames]:
    table = list_key_frames(video) if policy.mode == "nearest" else None
    # In a long video every target has a key frame near: then the file need not be read to know its other frames.
    if table is not None:
        grid, positions, frames = _sampled_part(table, policy, clip_start_s, clip_end_s)
        if has_key_frame_in_each_cell(frames, grid):
            return table, grid, positions, frames
    table = list_frames(video)
    return table, *_sampled_part(table, policy, clip_start_s, clip_end_s)


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
