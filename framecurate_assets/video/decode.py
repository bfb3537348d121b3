"""Decoding a few frames of a video, and of the others no more than these need."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, dropwhile, islice

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from framecurate_assets.video.container import OpenVideo
from framecurate_assets.video.packets import FrameTable, stored_packets, time_shown
from framecurate_assets.video.plan import Run

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


def decode_runs(video: OpenVideo, table: FrameTable, runs: Sequence[Run]) -> Iterator[DecodedFrame]:
    """The wanted frames of each run, in the order in which they are shown.

    Of the frames on the way only those are decoded that others refer to. A wanted frame that does not come out
    intact is replaced by the next intact one that was decoded on the way, if there is one; else it is left out.

    Args:
        video: just opened, so that it stands at its start.
        table: frames of the same file.
        runs: positions in that table, as `plan.decoding_runs` gives them.
    """
    from_start = enumerate(stored_packets(video))
    for run in runs:
        if video.has_full_index:
            packets = _packets_from_key_frame(video, table, run.first)
        else:
            # Without a full index a seek is a guess; reading past a packet costs little beside decoding one.
            packets = (packet for position, packet in from_start if position >= run.first)
        yield from _in_order(_decode_run(video.stream.codec_context, packets, run))


def _packets_from_key_frame(video: OpenVideo, table: FrameTable, first: int) -> Iterator[Packet[VideoStream]]:
    # FFmpeg looks for the last key frame that is shown before the time it is given. All frames of this group are
    # stored, and this key frame is shown, before the next key frame is stored.
    next_keys = table.dts[first + 1 :][table.is_key[first + 1 :]]
    video.container.seek(int(next_keys[0]) - 1 if len(next_keys) else table.end, stream=video.stream)
    return dropwhile(lambda packet: packet.dts != table.dts[first], stored_packets(video))


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
