"""A file on a server, read a little at a time and never without bound; and what its header tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from framecurate_assets.errors import FramecurateError

Read = Callable[[int, int], bytes]
"""Called with an offset and a length: at most `length` bytes from there, fewer at the end of what can be had."""

MAX_REQUESTS = 60
"""Requests that one header may take."""

AT_THE_END = "the header is at the end, beyond what the server gives of the file"


class UnknownHeaderError(FramecurateError):
    """What a remote video is cannot be known from its header."""

    def __init__(self, reason: str) -> None:
        problem = f"What the video is cannot be known before it is fetched: {reason}"
        super().__init__(problem, "Fetch it yourself, and add the file")


@dataclass(frozen=True)
class Header:
    """What a video file says of itself."""

    width: int
    """Pixels as stored, before any rotation."""

    height: int
    """Pixels as stored, before any rotation."""

    duration_s: float | None
    """Seconds; None where the header does not say."""

    codec: str
    """The video codec as the container or FFmpeg names it: avc1, vp9."""


class RemoteBytes:
    """Reads pieces of a remote file, in requests of at least one block, and never more than allowed.

    What was read is kept, so that neighbouring pieces cost one request.
    """

    def __init__(self, read: Read, size: int | None, block: int, max_bytes: int) -> None:
        """Args:
        read: gives pieces of the file.
        size: of the file, bytes; None where nobody knows.
        block: bytes that a request asks for, at least.
        max_bytes: that all requests may bring together.
        """
        self.size = size
        self._read = read
        self._block = block
        self._bytes_left = max_bytes
        self._requests_left = MAX_REQUESTS
        self._kept: list[tuple[int, bytes]] = []

    @property
    def is_spent(self) -> bool:
        """Whether no further request is allowed."""
        return self._bytes_left <= 0 or self._requests_left <= 0

    def at(self, offset: int, length: int) -> bytes:
        """The bytes at an offset; fewer at the end of the file, or where no more may be read."""
        if self.size is not None:
            length = min(length, self.size - offset)
        piece = self._kept_at(offset, length)
        while len(piece) < length and not self.is_spent:
            more = self._request(offset + len(piece), length - len(piece))
            if not more:
                break
            piece = self._kept_at(offset, length)
        return piece

    def _kept_at(self, offset: int, length: int) -> bytes:
        """As much as was read before, without a gap."""
        piece = b""
        for start, content in sorted(self._kept):
            position = offset + len(piece)
            if start <= position < start + len(content):
                piece += content[position - start : position - start + max(length - len(piece), 0)]
        return piece

    def _request(self, offset: int, length: int) -> bytes:
        wanted = min(max(length, self._block), self._bytes_left)
        if self.size is not None:
            wanted = min(wanted, self.size - offset)
        content = self._read(offset, wanted)[:wanted]
        self._requests_left -= 1
        self._bytes_left -= len(content)
        self._kept.append((offset, content))
        return content
