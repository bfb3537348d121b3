"""What a process and all that it starts cost in CPU time, wall time and memory, and what a piece of work costs here."""

from __future__ import annotations

import math
import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

LOOK_EVERY_S = 0.1
"""A process's peak is kept by the kernel as long as it lives: it only has to be seen shortly before it ends."""


@dataclass(frozen=True)
class Cost:
    """What a process cost, with the processes that it started."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    """Resident memory of the process at its peak."""
    worker_peak_mb: float
    """The same of the largest process that it started; 0 where it started none."""
    output: str
    """What it wrote to standard output."""


def cost_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end and count what it takes.

    Args:
        command: a program and its arguments.
        environment: variables that it is given beside those of this process.

    Raises:
        SystemExit: it ended with an error, which is shown.
    """
    cpu, wall = _cpu_of_children(), time.perf_counter()
    with subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        peaks = _Peaks(process.pid)
        output, errors = process.communicate()
    wall = time.perf_counter() - wall
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{output}{errors}")
    peaks_mb = peaks.stop()
    own_mb = peaks_mb.pop(process.pid, 0.0)
    return Cost(_cpu_of_children() - cpu, wall, own_mb, max(peaks_mb.values(), default=0.0), output)


def least_cpu_s(work: Callable[[], object], repeat: int) -> float:
    """CPU seconds of this process, all its threads, for a piece of work: the least of some times that it is done."""
    least = math.inf
    for _ in range(repeat):
        started = time.process_time()
        work()
        least = min(least, time.process_time() - started)
    return least


def _cpu_of_children() -> float:
    """Seconds of all children that have ended, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _Peaks:
    """Looks at a process and its descendants until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._peaks: dict[int, float] = {}
        self._pid = pid
        self._stopped = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> dict[int, float]:
        """Megabytes of each process that was seen."""
        self._stopped.set()
        self._thread.join()
        return self._peaks

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            for pid in _family(self._pid):
                with suppress(OSError, StopIteration):
                    self._peaks[pid] = _peak_mb(pid)


def _family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kilobytes) * 1024 / 1e6
