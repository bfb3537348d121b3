"""Answers that are read into memory as a whole, and how large they may be."""

from __future__ import annotations

import zlib
from typing import Any

from yt_dlp.networking import Response
from yt_dlp.networking.exceptions import TransportError

from framecurate_assets.web.faults import GivenUpError

MAX_PAGE_BYTES = 16_000_000
"""Of what is read into memory as a whole: a page, a manifest, a key."""


class BoundedResponse(Response):  # type: ignore[misc] # yt-dlp has no types
    """An answer of which no more is taken into memory at once than a page may have."""

    def __init__(self, inner: Response) -> None:
        super().__init__(inner, inner.url, inner.headers, inner.status, inner.reason)
        self._inner = inner

    def read(self, amt: int | None = None) -> bytes:
        """At most so many bytes; without a number all, if that is no more than a page may have."""
        if amt is not None:
            part: bytes = self._inner.read(amt)
            return part
        content = bytearray()
        while piece := self._inner.read(64 * 1024):
            content += piece
            if len(content) > MAX_PAGE_BYTES:
                raise _page_too_large()
        missing = getattr(self._inner.fp, "length", None)
        if missing:
            raise TransportError(f"the connection was cut {missing} bytes before the end")
        return bytes(content)


def decompressed(response: Any, encoding: str) -> bytes:
    """All of a small answer that came compressed although it was not asked to."""
    windows = {"gzip": [zlib.MAX_WBITS | 16], "deflate": [zlib.MAX_WBITS, -zlib.MAX_WBITS]}.get(encoding)
    if windows is None:
        raise GivenUpError(
            f"is compressed in a way that nobody asked for ({encoding[:20]})", "Nothing can be done", "passing"
        )
    compressed = response.read(MAX_PAGE_BYTES + 1)
    for window in windows:
        unpacking = zlib.decompressobj(window)
        try:
            content = unpacking.decompress(compressed, MAX_PAGE_BYTES + 1)
        except zlib.error as error:
            fault = error
            continue
        if len(content) > MAX_PAGE_BYTES or len(compressed) > MAX_PAGE_BYTES:
            raise _page_too_large()
        return content
    raise TransportError(cause=fault) from fault


def _page_too_large() -> GivenUpError:
    return GivenUpError(f"has a page of more than {MAX_PAGE_BYTES} bytes", "Give the address of the video", "permanent")
