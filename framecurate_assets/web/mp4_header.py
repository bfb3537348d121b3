"""The header of an MP4 or QuickTime file: the few boxes that say what its video is, wherever in the file they are.

A file is a sequence of boxes, each of which may hold boxes. Of those that do not matter (the frames, and the tables
of where each frame lies) only the 8 or 16 bytes at their start are read, so an index of megabytes costs nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from framecurate_assets.web.remote_bytes import AT_THE_END, Header, RemoteBytes, UnknownHeaderError

FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid")
"""What such a file starts with; the first films of QuickTime have no ftyp."""

MAX_BOXES = 2_000
"""Boxes that are looked at: far more than there are in any header of use."""


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int
    """Offset of what it holds."""
    end: int
    """Offset of what follows it."""


@dataclass(frozen=True)
class _Track:
    width: int
    height: int
    codec: str
    duration_s: float | None


def is_mp4(start: bytes) -> bool:
    """Whether a file that starts with these 8 bytes or more is of this family."""
    return start[4:8] in FIRST_BOXES


def read_mp4_header(file: RemoteBytes) -> Header:
    """What the first video track says of itself.

    Raises:
        UnknownHeaderError: there is none, or it cannot be reached or read.
    """
    return _Walk(file).header()


class _Walk:
    """One reading of one file; it ends, whatever the file says."""

    def __init__(self, file: RemoteBytes) -> None:
        self._file = file
        self._boxes_left = MAX_BOXES

    def header(self) -> Header:
        end = self._file.size if self._file.size is not None else 2**63
        index = self._first(_Box(b"", 0, end), b"moov")
        for box in self._inside(index, b"trak", b"cmov"):
            if box.kind == b"cmov":
                raise UnknownHeaderError("its index is compressed")
            track = self._video_track(box)
            if track:
                duration_s = track.duration_s or self._length_of_fragments(index)
                return Header(track.width, track.height, duration_s, track.codec)
        raise UnknownHeaderError("the file has no video track")

    def _video_track(self, track: _Box) -> _Track | None:
        """What a track says; None if it is none of video."""
        media = self._first(track, b"mdia")
        handler = self._first(media, b"hdlr")
        if self._content(handler, 12)[8:] != b"vide":
            return None
        information = self._first(media, b"minf")
        description = self._first(self._first(information, b"stbl"), b"stsd")
        # Version and count (8 bytes), then the first entry: its size and name, and 24 bytes before the picture's size.
        entry = self._content(description, 8 + 36)
        width, height = struct.unpack(">HH", entry[40:44])
        if not width or not height:
            raise UnknownHeaderError("its video track does not tell its width and height")
        codec = entry[12:16].decode("ascii", "replace").strip()
        return _Track(width, height, codec, self._duration_s(self._first(media, b"mdhd")))

    def _duration_s(self, header: _Box) -> float | None:
        """Seconds that an mdhd or mvhd box tells; None where it does not."""
        ticks, rate = self._ticks_and_rate(header)
        return ticks / rate if ticks and rate else None

    def _ticks_and_rate(self, header: _Box) -> tuple[int | None, int]:
        is_long = self._content(header, 1) == b"\x01"
        fields = self._content(header, 32 if is_long else 20)
        rate, ticks = struct.unpack(">IQ", fields[20:32]) if is_long else struct.unpack(">II", fields[12:20])
        return None if ticks == (2**64 - 1 if is_long else 2**32 - 1) else ticks, rate

    def _length_of_fragments(self, index: _Box) -> float | None:
        """Seconds of a file whose frames are spread over fragments, if it tells."""
        rate = 0
        for box in self._inside(index, b"mvhd", b"mvex"):
            if box.kind == b"mvhd":
                _, rate = self._ticks_and_rate(box)
            for extent in self._inside(box, b"mehd") if box.kind == b"mvex" else ():
                is_long = self._content(extent, 1) == b"\x01"
                ticks = int.from_bytes(self._content(extent, 12 if is_long else 8)[4:], "big")
                return ticks / rate if ticks and rate else None
        return None

    def _first(self, parent: _Box, kind: bytes) -> _Box:
        for box in self._inside(parent, kind):
            return box
        raise UnknownHeaderError(f"its header has no part {kind.decode()!r}: it may be cut off")

    def _inside(self, parent: _Box, *kinds: bytes) -> Iterator[_Box]:
        """The boxes of some kinds directly inside another."""
        offset = parent.start
        while offset + 8 <= parent.end:
            box = self._box(offset, parent)
            if box is None:
                return
            if box.kind in kinds:
                yield box
            offset = box.end

    def _box(self, offset: int, parent: _Box) -> _Box | None:
        """The box at an offset; None where zeros fill the rest of its parent."""
        self._boxes_left -= 1
        if self._boxes_left < 0:
            raise UnknownHeaderError("its header has too many parts")
        head = self._file.at(offset, 16)
        if len(head) < 8:
            raise UnknownHeaderError("its header is too long" if self._file.is_spent else AT_THE_END)
        size, kind, start = int.from_bytes(head[:4], "big"), head[4:8], offset + 8
        if size == 1:
            size, start = int.from_bytes(head[8:16], "big"), offset + 16
        if size == 0:
            return _Box(kind, start, parent.end) if any(kind) else None
        if size < start - offset:
            raise UnknownHeaderError("its header is damaged")
        return _Box(kind, start, offset + size)

    def _content(self, box: _Box, length: int) -> bytes:
        """The first bytes of what a box holds."""
        content = self._file.at(box.start, min(length, box.end - box.start))
        if len(content) < length:
            raise UnknownHeaderError("its header is damaged or cut off")
        return content
