"""The frames of a video that are looked at: as many from its front as from its middle and its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from framecurate_assets.arrays import RGBImage
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.container import COPY_AGAIN, UnreadableVideoError, open_video
from framecurate_assets.video.decode import DecodedFrame, RunDecoder
from framecurate_assets.video.plan import Section
from framecurate_assets.video.sample_plan import PlannedSample, SamplePlan, plan_sample
from framecurate_assets.video.upright import UprightPictures


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
    """Plan and decode in one: `decode_sample` of `plan_sample`, which say what they take, give and raise."""
    yield from decode_sample(path, plan_sample(path, policy, clip_start_s, clip_end_s))


def decode_sample(path: Path, plan: SamplePlan) -> Iterator[SampledFrame]:
    """Decode the sampled frames of a video, or of a part of its plan, in the order in which they are shown.

    One at a time is in memory. `pts_s` is the decoded frame's own, which the file's index may not tell to the frame.

    Raises:
        UnreadableVideoError: after the last frame that could be decoded, if others could not: what was given until
            then is not the whole sample and not to be used. It names the first that was lost, so that of the parts
            of a plan the first one that raises says what the whole would.
    """
    samples = iter(plan.samples)
    lost: list[PlannedSample] = []
    with open_video(path) as video:
        decoder, pictures = RunDecoder(video), UprightPictures()
        for run in plan.runs:
            planned = list(islice(samples, len(run.wanted)))
            given = 0
            for decoded in decoder.decode(run):
                yield _sampled_frame(decoded, pictures.picture(decoded.frame), planned[given], plan)
                given += 1
            if given < len(planned):
                lost.append(planned[0])
    if lost:
        raise UnreadableVideoError(
            f"{path.name} is damaged: near {lost[0].pts_s:.1f} s sampled frames cannot be decoded", COPY_AGAIN
        )


def _sampled_frame(decoded: DecodedFrame, image: RGBImage, planned: PlannedSample, plan: SamplePlan) -> SampledFrame:
    return SampledFrame(
        pts_s=plan.seconds(decoded.pts),
        section=planned.section,
        is_keyframe=decoded.frame.key_frame,
        image=image,
        follows_forced_key=planned.follows_forced_key,
    )
