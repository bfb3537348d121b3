from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.manners import HostGate


def test_a_host_gets_no_more_at_a_time_than_allowed_and_another_one_does() -> None:
    gate = HostGate(DownloadPolicy(per_host=2, gap_s=0))
    at_once, most = 0, 0
    guard = threading.Lock()
    both_in = threading.Barrier(2, timeout=5)

    def fetch(_: int) -> None:
        nonlocal at_once, most
        with gate.turn("a.test"):
            with guard:
                at_once += 1
                most = max(most, at_once)
            both_in.wait()
            with guard:
                at_once -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fetch, range(8)))
        with gate.turn("a.test"), gate.turn("A.test"), gate.turn("b.test"):
            third = pool.submit(_take, gate, "a.test")
            assert not third.done()
        third.result(timeout=5)
    assert most == 2


def test_starts_at_one_host_are_apart_and_at_two_are_not() -> None:
    gate = HostGate(DownloadPolicy(per_host=5, gap_s=0.2))
    starts = []
    for host in ("a.test", "b.test", "a.test"):
        _take(gate, host)
        starts.append(time.monotonic())
    assert starts[2] - starts[0] >= 0.2
    assert starts[1] - starts[0] < 0.2


def test_a_fetch_that_fails_gives_its_place_back() -> None:
    gate = HostGate(DownloadPolicy(per_host=1, gap_s=0))
    for _ in range(3):
        try:
            with gate.turn("a.test"):
                raise ValueError
        except ValueError:
            pass


def test_a_host_rests_as_long_as_was_said_and_never_shorter() -> None:
    now = [0.0]
    gate = HostGate(DownloadPolicy(), clock=lambda: now[0])
    assert gate.rests("a.test") is None
    gate.pause("A.test", 60)
    gate.pause("a.test", 10)
    now[0] = 20.0
    assert gate.rests("a.test") == 40.0
    assert gate.rests("b.test") is None
    now[0] = 60.0
    assert gate.rests("a.test") is None


def _take(gate: HostGate, host: str) -> None:
    with gate.turn(host):
        pass
