"""What comes in from a site, counted where it leaves the socket, and the limits that hold there."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from typing import Any

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.faults import GivenUpError

Clock = Callable[[], float]
"""Seconds that only ever grow."""

SPEED_WINDOW_S = 30.0
"""Seconds of waiting over which the speed is averaged."""


class Traffic:
    """Everything that one session receives: status lines, headers, bodies and the framing between."""

    def __init__(
        self, settings: DownloadPolicy, clock: Clock = time.monotonic, window_s: float = SPEED_WINDOW_S
    ) -> None:
        self.bytes_fetched = 0
        """Bytes received so far."""
        self.clock = clock
        self._settings = settings
        self._window_s = window_s
        self._ends = clock() + settings.max_fetch_s
        self._waited_s = 0.0
        self._window_bytes = 0

    def check_time(self) -> None:
        """Raises:
        GivenUpError: the session has taken longer than one may.
        """
        if self.clock() > self._ends:
            limit = f"{self._settings.max_fetch_s:g} seconds"
            raise GivenUpError(f"takes longer than {limit}", "Allow more with download.max_fetch_s", "passing")

    def arrived(self, count: int, waited_s: float) -> None:
        """Count bytes, and the seconds for which nothing but they was waited for.

        Raises:
            GivenUpError: what arrived over a whole window is less than one may expect.
        """
        self.bytes_fetched += count
        self._window_bytes += count
        self._waited_s += waited_s
        if self._waited_s < self._window_s:
            return
        # Only waiting counts: the pauses of our own rate limit, or of a slow disk, are not the site's.
        if self._window_bytes < self._settings.min_bytes_per_s * self._waited_s:
            speed = int(self._window_bytes / self._waited_s)
            remedy = "It is tried again later; download.min_bytes_per_s is the limit"
            raise GivenUpError(f"sends only {speed} bytes a second", remedy, "passing")
        self._waited_s = 0.0
        self._window_bytes = 0

    def reader(self, connection: socket.socket) -> _CountedSocket:
        """Stands in for a connection from which `http.client` reads an answer."""
        return _CountedSocket(connection, self, self._settings.max_bytes)


class _CountedSocket:
    def __init__(self, connection: socket.socket, traffic: Traffic, max_bytes: int) -> None:
        self._connection, self._traffic, self._max_bytes = connection, traffic, max_bytes

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002
        raw: Any = self._connection.makefile("rb", buffering=0)
        return io.BufferedReader(_Counted(raw, self._traffic, self._max_bytes))


class _Counted(io.RawIOBase):
    """One answer, each piece of it counted as it arrives."""

    def __init__(self, raw: io.RawIOBase, traffic: Traffic, max_bytes: int) -> None:
        self._raw, self._traffic, self._max_bytes = raw, traffic, max_bytes
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._traffic.check_time()
        started = self._traffic.clock()
        count = self._raw.readinto(buffer)
        # How long a site thinks before it answers is bounded by the timeout, and says nothing of its speed.
        waited_s = self._traffic.clock() - started if self._received else 0.0
        self._received += count or 0
        self._traffic.arrived(count or 0, waited_s)
        if self._received > self._max_bytes + _HEADERS_BYTES:
            raise too_large(self._max_bytes)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def too_large(max_bytes: int) -> GivenUpError:
    """What is said of more bytes than a video may have."""
    return GivenUpError(f"has more than {max_bytes} bytes", "Allow more with download.max_bytes", "permanent")


_HEADERS_BYTES = 64 * 1024
