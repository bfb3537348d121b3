"""What taking frames out of a video costs at least: bare loops around the decoder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame

from benchmarks.sampling_methods import Method
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.plan import Mode
from framecurate_assets.video.sample_plan import SamplePlan, plan_sample


def floor(path: Path, mode: Mode, to_rgb: bool) -> Method:
    """A bare loop that decodes what our plan of the clip names and no more; planning is not counted."""
    plan = plan_sample(path, SamplingPolicy(mode=mode))

    def take(path: Path) -> Iterator[Any]:
        frames = _planned_frames(path, plan)
        return (frame.to_ndarray(format="rgb24") for frame in frames) if to_rgb else frames

    return take


def key_frames_only(path: Path) -> Iterator[Any]:
    """All key frames, converted: what the cheapest frames of the clip cost."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.skip_frame = "NONKEY"
        for frame in container.decode(stream):
            yield frame.to_ndarray(format="rgb24")


def _planned_frames(path: Path, plan: SamplePlan) -> Iterator[VideoFrame]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        context.thread_type, context.thread_count = "NONE", 1
        for run in plan.runs:
            container.seek(run.seek_to, stream=stream)
            packets = container.demux(stream)
            first = next(packet for packet in packets if packet.dts == run.first_dts)
            wanted: set[int | None] = set()
            for position, packet in zip(range(run.first, run.wanted[-1] + 1), chain([first], packets), strict=False):
                is_wanted = position in run.wanted
                context.skip_frame = "DEFAULT" if is_wanted else "NONREF"
                wanted |= {packet.pts} if is_wanted else set()
                yield from (frame for frame in context.decode(packet) if frame.pts in wanted)
            yield from (frame for frame in context.decode(None) if frame.pts in wanted)
            context.flush_buffers()
