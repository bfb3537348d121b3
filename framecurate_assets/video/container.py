"""Opening a video file, or saying in one sentence why it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from framecurate_assets.errors import FramecurateError

FORMATS = (
    *("3g2", "3gp", "asf", "avi", "flv", "h264", "hevc", "ivf", "matroska", "mj2", "mov", "mp4", "mpeg", "mpegts"),
    *("mpegvideo", "mxf", "ogg", "rm", "webm", "wtv"),
)
"""What a video file may be. A playlist is none, whatever it is called: FFmpeg would open what it names."""

COPY_AGAIN = "Copy or download it again"


class UnreadableVideoError(FramecurateError):
    """A file that is no video, or a video of which a part is missing or damaged."""


@dataclass(frozen=True)
class OpenVideo:
    """A video file that is open for reading."""

    path: Path
    container: InputContainer
    stream: VideoStream
    """The first video stream that is no cover picture; it decodes on one thread."""

    has_full_index: bool
    """Whether every frame is listed, with its time, before one is read: so it is in most mp4 and mov files."""


@contextmanager
def open_video(path: Path) -> Iterator[OpenVideo]:
    """Open a file and find the video in it.

    Raises:
        UnreadableVideoError: there is no such file, it is empty, no video, holds only sound, is cut off in a
            way that its index shows, or its codec is unknown.
    """
    container = _open_container(path)
    with container:
        stream = _video_stream(path, container)
        # One thread a decoder, one worker a core: frame threads cost 10-15 % more and gain nothing on a busy machine.
        stream.codec_context.thread_type = "NONE"
        stream.codec_context.thread_count = 1
        is_mp4 = "mp4" in container.format.name
        video = OpenVideo(path, container, stream, is_mp4 and 0 < stream.frames == len(stream.index_entries))
        _check_not_cut_off(video)
        yield video


def _open_container(path: Path) -> InputContainer:
    if not path.is_file():
        problem = "is a folder, not a video" if path.is_dir() else "does not exist"
        raise UnreadableVideoError(f"{path.name} {problem}", "Give the path of a video file")
    if path.stat().st_size == 0:
        raise UnreadableVideoError(f"{path.name} is empty: it has no bytes", COPY_AGAIN)
    try:
        return av.open(path, "r", options={"format_whitelist": ",".join(FORMATS)}, metadata_errors="replace")
    except PermissionError as error:
        raise UnreadableVideoError(f"{path.name} may not be read", "Give yourself the right to read it") from error
    except av.error.FFmpegError as error:
        if path.open("rb").read(8)[4:] == b"ftyp":
            problem = "is cut off: the index at the end of an mp4 file is missing"
            raise UnreadableVideoError(f"{path.name} {problem}", COPY_AGAIN) from error
        raise UnreadableVideoError(f"{path.name} is not a video file", "Give the path of a video file") from error


def _video_stream(path: Path, container: InputContainer) -> VideoStream:
    streams = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not streams:
        content = "sound but no video" if container.streams.audio else "no video"
        raise UnreadableVideoError(f"{path.name} holds {content}", "Give the path of a video file")
    if streams[0].codec_context is None:
        raise UnreadableVideoError(f"{path.name} is in a codec that cannot be decoded", "Convert it to H.264")
    return streams[0]


def _check_not_cut_off(video: OpenVideo) -> None:
    if not video.has_full_index:
        return
    last = video.stream.index_entries[len(video.stream.index_entries) - 1]
    if last.pos + last.size > video.container.size:
        raise UnreadableVideoError(
            f"{video.path.name} is cut off: it has {video.container.size} of at least {last.pos + last.size} bytes",
            COPY_AGAIN,
        )
