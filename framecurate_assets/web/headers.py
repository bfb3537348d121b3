"""What a video file on a server is, from as few of its bytes as possible."""

from __future__ import annotations

from typing import BinaryIO, cast

import av
from av.stream import Disposition

from framecurate_assets.web.mp4_header import is_mp4, read_mp4_header
from framecurate_assets.web.remote_bytes import Header, Read, RemoteBytes, UnknownHeaderError

__all__ = ["Header", "UnknownHeaderError", "read_header"]

MP4_BLOCK, MP4_MAX_BYTES = 4_096, 250_000
OTHER_BLOCK, OTHER_MAX_BYTES = 32_768, 800_000
"""Bytes of one request, at least, and of all together, at most: for MP4 and QuickTime, and for all else."""

SIGNATURES: dict[str, tuple[tuple[int, bytes], ...]] = {
    "matroska": ((0, b"\x1aE\xdf\xa3"),),
    "mpegts": ((0, b"G"), (188, b"G"), (376, b"G")),
    "avi": ((0, b"RIFF"), (8, b"AVI ")),
    "flv": ((0, b"FLV\x01"),),
    "ogg": ((0, b"OggS"),),
    "asf": ((0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),),
    "mpeg": ((0, b"\x00\x00\x01\xba"),),
}
"""FFmpeg's names of containers, and the bytes at certain offsets that every file of each has.

FFmpeg is told which one it is: left to guess, it would take a text for a playlist and open what that names."""

M2TS = ((4, b"G"), (196, b"G"), (388, b"G"))
"""A transport stream as discs and cameras write it, with 4 more bytes a packet."""

WITHOUT_LENGTH = ("mpegts", "mpeg")
"""Containers whose length FFmpeg can only guess from what little of them was read."""


def read_header(read: Read, size: int | None) -> Header:
    """What a remote file says of its video, by small reads here and there.

    Args:
        read: called with an offset and a length, gives at most that many bytes from there, and none beyond the
            file's end, or beyond what its server gives; what it raises is passed on.
        size: bytes of the file; None where the server does not say.

    Raises:
        UnknownHeaderError: it is no video, or its header is out of reach, damaged or too long.
    """
    mp4 = RemoteBytes(read, size, MP4_BLOCK, MP4_MAX_BYTES)
    start = mp4.at(0, 400)
    if not start:
        raise UnknownHeaderError("the file is empty")
    if is_mp4(start):
        return read_mp4_header(mp4)
    container = _container(start)
    if container is None:
        raise UnknownHeaderError("the file does not start like a video")
    return _read_with_ffmpeg(RemoteBytes(read, size, OTHER_BLOCK, OTHER_MAX_BYTES), container)


def _container(start: bytes) -> str | None:
    signatures = [*SIGNATURES.items(), ("mpegts", M2TS)]
    for name, marks in signatures:
        if all(start[offset : offset + len(mark)] == mark for offset, mark in marks):
            return name
    return None


def _read_with_ffmpeg(file: RemoteBytes, container: str) -> Header:
    stream = _Stream(file) if file.size is None else _File(file)
    try:
        return _open_with_ffmpeg(stream, container)
    except (av.error.FFmpegError, EOFError, UnknownHeaderError) as error:
        if stream.raised:
            raise stream.raised from error
        if isinstance(error, UnknownHeaderError):
            raise
        raise UnknownHeaderError("its header is damaged or cut off") from error


def _open_with_ffmpeg(stream: _Stream, container: str) -> Header:
    options = {"probesize": "500000", "analyzeduration": "2000000"}
    with av.open(cast(BinaryIO, stream), "r", format=container, options=options, metadata_errors="replace") as opened:
        streams = [stream for stream in opened.streams.video if not stream.disposition & Disposition.attached_pic]
        if not streams:
            raise UnknownHeaderError("the file has no video track")
        context = streams[0].codec_context
        if context is None or not context.width or not context.height:
            raise UnknownHeaderError("its video track does not tell its width and height")
        duration = None if container in WITHOUT_LENGTH else opened.duration
        duration_s = duration / av.time_base if duration and duration > 0 else None
        return Header(context.width, context.height, duration_s, context.name)


class _Stream:
    """A remote file as FFmpeg reads one from its start; where no more may be read it is at its end."""

    def __init__(self, file: RemoteBytes) -> None:
        self._file = file
        self._position = 0
        self.raised: Exception | None = None
        """What went wrong with the file; FFmpeg, which can't pass it on, is told that the file ends."""

    def read(self, length: int) -> bytes:
        if self.raised:
            return b""
        try:
            content = self._file.at(self._position, length)
        except Exception as error:
            self.raised = error
            return b""
        self._position += len(content)
        return content


class _File(_Stream):
    """A remote file of known size, of which FFmpeg may also read other parts first."""

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = max(0, offset + (0, self._position, self._file.size or 0)[whence])
        return self._position

    def tell(self) -> int:
        return self._position
