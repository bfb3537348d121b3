"""Ways of taking 90 frames out of a video: those that people use, and ours.

Each gives its pictures one after the other, so that only one is in memory: RGB, or BGR where the library gives that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.video.frame import VideoFrame

from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.plan import Mode
from framecurate_assets.video.sampling import sample_frames

SAMPLES = 90

Method = Callable[[Path], Iterator[Any]]
"""Takes the samples of a clip, in the order in which they are shown."""


def opencv_seek(path: Path) -> Iterator[Any]:
    """What most scripts do: set the number of the frame, read it. OpenCV decodes on several threads."""
    capture = cv2.VideoCapture(str(path))
    for number in numbers(int(capture.get(cv2.CAP_PROP_FRAME_COUNT))):
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        yield capture.read()[1]


def opencv_read_through(path: Path) -> Iterator[Any]:
    """Grab every frame up to the last wanted one, convert those that are wanted."""
    capture = cv2.VideoCapture(str(path))
    wanted = numbers(int(capture.get(cv2.CAP_PROP_FRAME_COUNT)))
    for number in range(wanted[-1] + 1):
        capture.grab()
        if number in wanted:
            yield capture.retrieve()[1]


def decord_by_number(path: Path) -> Iterator[Any]:
    """A frame at a time from decord's reader, on one thread."""
    from decord import VideoReader  # type: ignore[import-not-found, unused-ignore]

    reader = VideoReader(str(path), num_threads=1)
    for number in numbers(len(reader)):
        yield reader[number].asnumpy()


def torchcodec_by_time(path: Path) -> Iterator[Any]:
    """The frame on the screen at each target from torchcodec's decoder, on one thread."""
    from torchcodec.decoders import VideoDecoder  # type: ignore[import-not-found, unused-ignore]

    decoder = VideoDecoder(str(path), num_ffmpeg_threads=1, dimension_order="NHWC")
    metadata = decoder.metadata
    for time_s in targets_s(metadata.begin_stream_seconds, metadata.end_stream_seconds):
        yield decoder.get_frame_played_at(time_s).data


def ffmpeg_select(path: Path) -> Iterator[Any]:
    """FFmpeg's select filter over all frames, as `ffmpeg -vf select=...` does, through PyAV."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        step = max(stream.frames // SAMPLES, 1)
        graph = Graph()
        graph.link_nodes(
            graph.add_buffer(template=stream),
            graph.add("select", f"not(mod(n-{step // 2},{step}))"),
            graph.add("format", "rgb24"),
            graph.add("buffersink"),
        ).configure()
        yield from islice((frame.to_ndarray() for frame in _through(graph, container.decode(stream))), SAMPLES)


def pyav_read_through(path: Path) -> Iterator[Any]:
    """Decode every frame with PyAV as it comes, convert those on the screen at the targets."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        start_s = float((stream.start_time or 0) * (stream.time_base or 0))
        remaining = list(targets_s(start_s, start_s + float((stream.duration or 0) * (stream.time_base or 0))))
        shown: VideoFrame | None = None
        for frame in container.decode(stream):
            while remaining and shown is not None and frame.time > remaining[0]:
                remaining.pop(0)
                yield shown.to_ndarray(format="rgb24")
            shown = frame
        if remaining and shown is not None:
            yield shown.to_ndarray(format="rgb24")


def ours(mode: Mode) -> Method:
    """`sample_frames`, planning included."""

    def take(path: Path) -> Iterator[Any]:
        return (frame.image for frame in sample_frames(path, SamplingPolicy(mode=mode)))

    return take


def is_there(module: str) -> bool:
    """Whether a library that framecurate does not need is installed all the same."""
    return find_spec(module) is not None


def numbers(count: int) -> list[int]:
    """The frames to ask for where they are asked for by number."""
    return [int((sample + 0.5) * count / SAMPLES) for sample in range(SAMPLES)]


def targets_s(start_s: float, end_s: float) -> npt.NDArray[np.float64]:
    """The middles of 90 equal cells, in seconds."""
    return np.asarray(start_s + (np.arange(SAMPLES) + 0.5) * (end_s - start_s) / SAMPLES, dtype=np.float64)


def _through(graph: Graph, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    for frame in frames:
        graph.push(frame)
        while True:
            try:
                yield graph.pull()  # type: ignore[misc]
            except (av.BlockingIOError, av.EOFError):
                break
