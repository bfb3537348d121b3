"""Which frames a video has and when each is shown, read from its packets without decoding one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from framecurate_assets.video.container import COPY_AGAIN, OpenVideo, UnreadableVideoError
from framecurate_assets.video.frame_table import FrameTable
from framecurate_assets.video.reference import is_reference

CONVERT = "Convert it to mp4"

BROADCAST_CONTAINERS = ("mpegts", "mpeg")
"""Their length is written nowhere but taken from what is there, so it cannot show that something is missing."""

MISSING_S = 1.0
MISSING_SHARE = 0.05
"""A file that ends earlier than its header says by more than both is cut off; less is how muxers round."""

NO_TIME = int(np.iinfo(np.int64).min)
"""Stands for a time that is not stored anywhere: earlier than any."""

_STAMP = np.dtype(
    [
        *((name, "i8") for name in ("pts", "dts", "duration", "size")),
        *((name, "?") for name in ("is_key", "is_reference", "is_discarded")),
    ]
)


def list_frames(video: OpenVideo) -> FrameTable:
    """Every frame of a video. Reads the whole file, at about 6 microseconds a frame.

    Raises:
        UnreadableVideoError: the file is cut off, none of its frames can be shown, or its time stamps are
            missing or run backwards.
    """
    stamps = np.fromiter(_stamps(video), _STAMP)
    pts, is_key = stamps["pts"], stamps["is_key"]
    if not (pts > NO_TIME).any():
        raise UnreadableVideoError(f"{video.path.name} has no frame with a time stamp", CONVERT)
    if not is_key.any():
        is_key[0] = True
    if (np.diff(pts[is_key]) <= 0).any():
        raise UnreadableVideoError(f"The time stamps of {video.path.name} run backwards", CONVERT)
    # What is stored or shown before the first key frame lacks the frames that it is decoded from.
    first_key = int(np.argmax(is_key))
    is_shown = (np.arange(len(pts)) >= first_key) & (pts >= pts[first_key]) & ~stamps["is_discarded"]
    if not is_shown.any():
        raise UnreadableVideoError(f"{video.path.name} has no frame that can be shown", CONVERT)

    shown = np.flatnonzero(is_shown)[np.argsort(pts[is_shown], kind="stable")]
    start, last = int(pts[shown[0]]), int(pts[shown[-1]])
    time_base = tick_s(video.stream)
    milliseconds = np.rint((pts[shown] - start) * float(time_base) * 1000)
    _, first_in_millisecond = np.unique(milliseconds, return_index=True)
    is_shown[:] = False
    is_shown[shown[first_in_millisecond]] = True
    usual_duration = (last - start) // max(len(shown) - 1, 1)
    return FrameTable(
        number=np.arange(len(pts)),
        pts=pts,
        dts=stamps["dts"],
        size=stamps["size"],
        is_key=is_key,
        is_reference=stamps["is_reference"],
        is_shown=is_shown,
        stored=len(pts),
        start=start,
        end=last + (int(stamps["duration"][shown[-1]]) or usual_duration or 1),
        time_base=time_base,
        pixels=_pixels(video.stream),
    )


def list_key_frames(video: OpenVideo) -> FrameTable | None:
    """The key frames of a video as its index lists them, without reading the file; None where there is no full index.

    The index knows when a frame is decoded, not when it is shown: `pts` may be off by the few frames by which
    a video with open groups of pictures is reordered.
    """
    stream = video.stream
    if not video.has_full_index or stream.start_time is None or not stream.duration:
        return None
    entries = [entry for entry in stream.index_entries if not entry.is_discard]
    number = np.array([n for n, entry in enumerate(entries) if entry.is_keyframe], dtype=np.int64)
    if len(number) == 0:
        return None
    dts = np.array([entries[n].timestamp for n in number], dtype=np.int64)
    always = np.ones(len(dts), dtype=np.bool_)
    return FrameTable(
        number=number,
        pts=dts - entries[0].timestamp + stream.start_time,
        dts=dts,
        size=np.array([entries[n].size for n in number], dtype=np.int64),
        is_key=always,
        is_reference=always,
        is_shown=always,
        stored=len(entries),
        start=stream.start_time,
        end=stream.start_time + stream.duration,
        time_base=tick_s(stream),
        pixels=_pixels(stream),
    )


def stored_packets(video: OpenVideo) -> Iterator[Packet[VideoStream]]:
    """The packets of the video stream from where the container stands; each holds one frame."""
    return (packet for packet in video.container.demux(video.stream) if packet.size)


def time_shown(of: Packet[Any] | VideoFrame) -> int:
    """When a packet or frame is shown, in ticks; where only the time of decoding is stored, that."""
    time = of.dts if of.pts is None else of.pts
    return NO_TIME if time is None else time


def tick_s(stream: VideoStream) -> Fraction:
    """Seconds in a tick of a stream's times."""
    return stream.time_base or Fraction(1, av.time_base)


def _pixels(stream: VideoStream) -> int:
    return stream.codec_context.width * stream.codec_context.height


def _stamps(video: OpenVideo) -> Iterator[tuple[int, int, int, int, bool, bool, bool]]:
    """What each packet of the video says, as a row of `_STAMP`; raises at the end if there should be more."""
    context = video.stream.codec_context
    # A full index was compared with the file when it was opened; else all streams together show where the file ends.
    streams = (video.stream,) if video.has_full_index else tuple(video.container.streams)
    ends: dict[int, int] = {}
    is_torn = False
    try:
        for packet in video.container.demux(streams):
            if not packet.size:
                continue
            stream = packet.stream_index
            if packet.pts is not None:
                ends[stream] = max(ends.get(stream, 0), packet.pts + (packet.duration or 0))
            if stream == video.stream.index:
                is_torn = packet.is_corrupt
                yield (
                    time_shown(packet),
                    NO_TIME if packet.dts is None else packet.dts,
                    packet.duration or 0,
                    packet.size,
                    packet.is_keyframe,
                    is_reference(packet, context),
                    packet.is_discard,
                )
    except av.error.FFmpegError as error:
        raise UnreadableVideoError(f"{video.path.name} is damaged: it cannot be read to its end", COPY_AGAIN) from error
    time_bases = {stream.index: float(stream.time_base or 0) for stream in streams}
    _check_complete(video, max((ticks * time_bases[stream] for stream, ticks in ends.items()), default=0.0), is_torn)


def _check_complete(video: OpenVideo, end_s: float, is_torn: bool) -> None:
    container = video.container
    if video.has_full_index or container.format.name in BROADCAST_CONTAINERS:
        return
    name = video.path.name
    expected_s = ((container.start_time or 0) + (container.duration or 0)) / av.time_base
    if is_torn:
        raise UnreadableVideoError(f"{name} is cut off in the middle of a frame", COPY_AGAIN)
    if expected_s - end_s > max(MISSING_S, MISSING_SHARE * expected_s):
        raise UnreadableVideoError(f"{name} is cut off: it ends after {end_s:.1f} of {expected_s:.1f} s", COPY_AGAIN)
