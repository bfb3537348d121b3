"""What a video file is: container, codec, size, rate and length."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
from av.video.frame import VideoFrame

from framecurate_assets.video.container import OpenVideo, UnreadableVideoError, open_video
from framecurate_assets.video.packets import list_frames
from framecurate_assets.video.upright import orientation


@dataclass(frozen=True)
class VideoFacts:
    """What a file says of itself, and what its first frame shows."""

    container: str
    """Container format: mp4, matroska, mpegts, …"""

    codec: str
    """Video codec: h264, hevc, vp9, …"""

    width: int
    """Pixels of the upright picture."""

    height: int
    """Pixels of the upright picture."""

    rotation_deg: int
    """Clockwise turn that makes the stored picture upright: 0, 90, 180 or 270."""

    fps: float | None
    """Average frames a second; None: pictures."""

    frame_count: int | None
    """As the container says; None where it does not."""

    duration_s: float | None
    """Seconds; None: pictures."""


def probe(path: Path) -> VideoFacts:
    """Read what a video is and decode its first frame.

    Raises:
        UnreadableVideoError: the file is missing, empty, no video, cut off, or no frame of it can be decoded.
    """
    with open_video(path) as video:
        frame = _first_frame(video)
        width, height = orientation(frame).upright_size(frame.width, frame.height)
        duration_s = _duration_s(video)
        frame_count = video.stream.frames or None
        return VideoFacts(
            container=_container_name(video),
            codec=video.stream.codec_context.name,
            width=width,
            height=height,
            rotation_deg=orientation(frame).rotation_deg,
            fps=_fps(video, frame_count, duration_s),
            frame_count=frame_count,
            duration_s=duration_s,
        )


def _first_frame(video: OpenVideo) -> VideoFrame:
    for packet in video.container.demux(video.stream):
        try:
            for frame in packet.decode():
                return frame
        except av.error.FFmpegError:
            continue
    raise UnreadableVideoError(f"No frame of {video.path.name} can be decoded", "Copy, download or convert it again")


def _container_name(video: OpenVideo) -> str:
    """FFmpeg names families such as "mov,mp4,m4a,3gp,3g2,mj2": the file's ending picks its member."""
    names: list[str] = video.container.format.name.split(",")
    ending = video.path.suffix.lower().removeprefix(".")
    return ending if ending in names else names[0]


def _duration_s(video: OpenVideo) -> float:
    if video.stream.duration and video.stream.time_base:
        return float(video.stream.duration * video.stream.time_base)
    if video.container.duration:
        return video.container.duration / av.time_base
    # Recordings that were never closed do not say how long they are: their packets do.
    with open_video(video.path) as from_start:
        return list_frames(from_start).duration_s


def _fps(video: OpenVideo, frame_count: int | None, duration_s: float) -> float:
    rate = video.stream.average_rate or video.stream.guessed_rate
    return float(rate) if rate else (frame_count or 1) / duration_s
