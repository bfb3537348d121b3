"""How many fetches a host gets at a time, how soon after one another, and when it is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.traffic import Clock


@dataclass
class _Host:
    running: int = 0
    next_start: float = float("-inf")
    rests_until: float = float("-inf")


class HostGate:
    """Gives turns at hosts; any number of threads may ask."""

    def __init__(self, settings: DownloadPolicy, clock: Clock = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._changed = threading.Condition()
        self._hosts: dict[str, _Host] = {}

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for one of the places at a host, and for the gap after the last start there; hold the place within."""
        with self._changed:
            state = self._state(host)
            while (wait_s := self._wait_s(state)) != 0.0:
                self._changed.wait(wait_s)
            state.running += 1
            state.next_start = self._clock() + self._settings.gap_s
        try:
            yield
        finally:
            with self._changed:
                state.running -= 1
                self._changed.notify_all()

    def pause(self, host: str, seconds: float) -> None:
        """Leave a host alone for so many seconds from now, or for longer where that was said before."""
        with self._changed:
            state = self._state(host)
            state.rests_until = max(state.rests_until, self._clock() + seconds)

    def rests(self, host: str) -> float | None:
        """Seconds for which a host is still left alone; None where it may be asked. Turns are given all the same."""
        with self._changed:
            left_s = self._state(host).rests_until - self._clock()
        return left_s if left_s > 0 else None

    def _state(self, host: str) -> _Host:
        return self._hosts.setdefault(host.lower(), _Host())

    def _wait_s(self, state: _Host) -> float | None:
        """Seconds to wait before looking again: 0 for none, None for until a place is free."""
        if state.running >= self._settings.per_host:
            return None
        return max(0.0, state.next_start - self._clock())
