"""Decoding a few frames of a video, and of the others no more than these need."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, dropwhile, islice

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from framecurate_assets.video.container import OpenVideo
from framecurate_assets.video.packets import stored_packets, time_shown
from framecurate_assets.video.runs import Run

REORDERED_FRAMES = 4
"""How many frames are held to give them out in order: avi stores no presentation times, so that those which
FFmpeg makes up are out of order by two or three frames where H.264 reorders."""


@dataclass(frozen=True, order=True)
class DecodedFrame:
    """A wanted frame, or the one that stands in for it."""

    pts: int
    """When it is shown, in ticks of the stream."""

    frame: VideoFrame = field(compare=False)
    """As the decoder gave it: not upright, not RGB."""


class RunDecoder:
    """Decodes runs of one open video, in the order in which they are stored."""

    def __init__(self, video: OpenVideo) -> None:
        """Take a video that was just opened, so that it stands at its start."""
        self._video = video
        self._from_start = enumerate(stored_packets(video))

    def decode(self, run: Run) -> Iterator[DecodedFrame]:
        """The wanted frames of a run, in the order in which they are shown.

        Of the frames on the way only those are decoded that others refer to. A wanted frame that does not come out
        intact is replaced by the next intact one that was decoded on the way, if there is one; else it is left out.
        """
        return _in_order(_decode_run(self._video.stream.codec_context, self._packets(run), run))

    def _packets(self, run: Run) -> Iterator[Packet[VideoStream]]:
        if not self._video.has_full_index:
            # Without a full index a seek is a guess; reading past a packet costs little beside decoding one.
            return (packet for position, packet in self._from_start if position >= run.first)
        self._video.container.seek(run.seek_to, stream=self._video.stream)
        return dropwhile(lambda packet: packet.dts != run.first_dts, stored_packets(self._video))


def _decode_run(context: VideoCodecContext, packets: Iterator[Packet[VideoStream]], run: Run) -> Iterator[DecodedFrame]:
    awaited: list[int] = []
    is_damaged = False
    # The decoder holds frames back that might be shown after others; when nothing more comes in, it gives them out.
    nothing_more = [(-1, None)]
    numbered = enumerate(islice(packets, run.wanted[-1] + 1 - run.first), start=run.first)
    for position, packet in chain(numbered, nothing_more):
        if packet is not None and position in run.wanted:
            awaited.append(time_shown(packet))
        context.skip_frame = "DEFAULT" if position in run.wanted else "NONREF"
        try:
            frames = context.decode(packet)
        except av.error.FFmpegError:
            is_damaged = True
            continue
        for frame in frames:
            # What is decoded from a damaged frame is damaged too, and nothing says so.
            is_damaged = frame.is_corrupt or (is_damaged and not frame.key_frame)
            time = time_shown(frame)
            if not is_damaged and awaited and min(awaited) <= time:
                awaited.remove(time if time in awaited else min(awaited))
                yield DecodedFrame(time, frame)
    context.flush_buffers()


def _in_order(frames: Iterator[DecodedFrame]) -> Iterator[DecodedFrame]:
    held: list[DecodedFrame] = []
    for frame in frames:
        heapq.heappush(held, frame)
        if len(held) > REORDERED_FRAMES:
            yield heapq.heappop(held)
    yield from sorted(held)
