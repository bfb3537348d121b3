"""A video file on a server, of which only the pieces that are asked for are fetched."""

from __future__ import annotations

from collections.abc import Mapping

from framecurate_assets.web.faults import GivenUpError
from framecurate_assets.web.site import Site

FIRST_BYTES = 16 * 1024
"""Fetched at once: the header of most files is in there."""

WITHOUT_RANGES_BYTES = 400_000
"""Read from the start of a file, at most, where the server gives no ranges."""

MAYBE_VIDEO = {
    "",
    "application/mp4",
    "application/octet-stream",
    "application/ogg",
    "application/x-matroska",
    "application/x-octet-stream",
    "binary/octet-stream",
    "text/plain",
    "text/vnd.trolltech.linguist",
}
"""Content types under which servers give videos whose kind they don't know; `.ts` is that of translations, too."""


class RemoteFile:
    """Pieces of one file; used within `Site.faults_of`, like `Site.read_range`."""

    def __init__(self, site: Site, url: str, headers: Mapping[str, str]) -> None:
        """Raises:
        GivenUpError: what it gives says that it is something else than a video.
        """
        self._site, self._url, self._asked = site, url, headers
        answer = site.read_range(url, 0, FIRST_BYTES, headers)
        self.headers = answer.headers
        """Of the first answer, the names in lower case."""
        self.size = answer.total_size
        """Bytes of the file; None where the server does not say."""
        self._gives_ranges = answer.is_partial
        self._start = answer.content
        self._check_type()

    def read(self, offset: int, length: int) -> bytes:
        """At most so many bytes from an offset; none where they cannot be had without all that is before."""
        end = offset + length
        if end > len(self._start) and not self._gives_ranges and offset < WITHOUT_RANGES_BYTES:
            self._read_more_of_the_start()
        if end <= len(self._start) or not self._gives_ranges:
            return self._start[offset:end]
        return self._site.read_range(self._url, offset, length, self._asked).content

    def _read_more_of_the_start(self) -> None:
        # No more is to be had when all of it, or all that is allowed, was read before.
        if FIRST_BYTES <= len(self._start) < WITHOUT_RANGES_BYTES:
            self._start = self._site.read_range(self._url, 0, WITHOUT_RANGES_BYTES, self._asked).content

    def _check_type(self) -> None:
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not kind.startswith("video/") and kind not in MAYBE_VIDEO:
            raise GivenUpError(f"gives no video, but {kind[:60]}", "Give the address of the video itself", "permanent")
