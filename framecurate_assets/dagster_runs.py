"""Which of Dagster's runs are alive: the process of each holds a lock on a file for as long as it works.

The system takes the lock back when a process ends, however it ends. Dagster itself learns of a worker that died
only from the server that had started it. After a crash of the machine, or of all of Dagster, its runs would stay
"started" for ever, and with them the queue.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

BEGUN = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.CANCELING]

GRACE_S = 90.0
"""Seconds that a run has between the request for its process and its lock: importing the libraries takes some."""


@contextmanager
def alive(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """While it is open, `end_dead_runs` leaves the run alone."""
    path = _lock_file(instance, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def end_dead_runs(instance: dg.DagsterInstance, grace_s: float = GRACE_S) -> list[str]:
    """Mark the runs as failed whose process is gone, and return their ids; Dagster then tries them again.

    Args:
        instance: with the history of the runs.
        grace_s: runs on which something happened less than these seconds ago are left alone.
    """
    quiet_since = datetime.now(UTC) - timedelta(seconds=grace_s)
    begun = dg.RunsFilter(statuses=BEGUN, updated_before=quiet_since)
    ended = []
    for run in instance.get_runs(begun):
        if not _is_alive(instance, run.run_id):
            instance.report_run_failed(run, "The process of this run is gone: it was killed, or the machine went down.")
            ended.append(run.run_id)
    return ended


def runs_at_work(instance: dg.DagsterInstance) -> list[str]:
    """The ids of the runs whose process is at work now."""
    return [run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=BEGUN)) if _is_alive(instance, run.run_id)]


def _is_alive(instance: dg.DagsterInstance, run_id: str) -> bool:
    path = _lock_file(instance, run_id)
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    path.unlink(missing_ok=True)
    return False


def _lock_file(instance: dg.DagsterInstance, run_id: str) -> Path:
    return Path(instance.root_directory) / "running" / f"{run_id}.lock"
