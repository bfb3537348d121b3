"""Worker processes: real ones, which are really killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import pytest

from framecurate_assets.compute.compute import InThisProcess, WorkerDiedError
from framecurate_assets.compute.here import compute_here
from framecurate_assets.compute.processes import WorkerProcesses
from framecurate_assets.errors import FramecurateError

WAIT_S = 60
"""Far more than anything here takes: what hangs fails."""


class StubbornError(Exception):
    """Cannot be unpickled: it asks for two arguments and hands on one."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one)


def refuse(sentence: str) -> None:
    raise FramecurateError(sentence, "Mend it")


def be_stubborn() -> None:
    raise StubbornError("one", "other")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_the_first_time(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        die()
    return "done"


def die_and_rest(mark: Path) -> None:
    if mark.exists():
        time.sleep(WAIT_S)
    mark.touch()
    die()


def note(log: Path, name: str = "other") -> bool:
    for moment in ("begins", "ends"):
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{name}:{moment}\n")
        time.sleep(0.2)
    return True


def die_then_note(log: Path, mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        time.sleep(0.1)
        die()
    note(log, "alone")
    return "done"


def threads() -> tuple[int, int]:
    import cv2
    import polars

    return cv2.getNumThreads(), polars.thread_pool_size()


def process_and_rest(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


@pytest.fixture(scope="module")
def workers() -> Iterator[WorkerProcesses]:
    processes = WorkerProcesses(2)
    yield processes
    processes.close()


def test_work_is_done_in_as_many_other_processes_which_stay(workers: WorkerProcesses) -> None:
    first = {workers.submit(os.getpid).result(WAIT_S)}
    futures = [workers.submit(process_and_rest, 0.2) for _ in range(6)]
    processes = {future.result(WAIT_S) for future in futures}
    assert os.getpid() not in processes
    assert len(processes) == 2
    assert first <= processes


def test_libraries_in_a_worker_have_one_thread(workers: WorkerProcesses) -> None:
    assert workers.submit(threads).result(WAIT_S) == (1, 1)


@pytest.mark.parametrize("here", [True, False], ids=["in this process", "in another"])
def test_what_work_raises_comes_back(workers: WorkerProcesses, here: bool) -> None:
    compute = InThisProcess() if here else workers
    with pytest.raises(FramecurateError) as refused:
        compute.submit(refuse, "It is broken").result(WAIT_S)
    assert str(refused.value) == "It is broken. Mend it."


def test_an_error_that_cannot_travel_is_told_and_harms_no_worker(workers: WorkerProcesses) -> None:
    with pytest.raises(RuntimeError, match="StubbornError: one"):
        workers.submit(be_stubborn).result(WAIT_S)
    assert workers.submit(os.getpid).result(WAIT_S) != os.getpid()


def test_what_kills_its_worker_is_told_from_what_ran_beside_it(workers: WorkerProcesses) -> None:
    beside = [workers.submit(process_and_rest, 0.3) for _ in range(3)]
    deadly = workers.submit(die)
    beside += [workers.submit(process_and_rest, 0.3) for _ in range(3)]
    assert all(future.result(WAIT_S) for future in beside)
    with pytest.raises(WorkerDiedError, match="died on it twice"):
        deadly.result(WAIT_S)
    assert workers.submit(os.getpid).result(WAIT_S) != os.getpid()


def test_a_worker_that_was_killed_once_costs_nothing(workers: WorkerProcesses, tmp_path: Path) -> None:
    assert workers.submit(die_the_first_time, tmp_path / "mark").result(WAIT_S) == "done"


def test_closing_breaks_off_what_runs() -> None:
    workers = WorkerProcesses(1)
    process = workers.submit(process_and_rest, 0).result(WAIT_S)
    running = workers.submit(process_and_rest, WAIT_S)
    workers.close()
    assert is_gone(process)
    assert wait([running], WAIT_S).done
    assert running.cancelled()


def test_closing_leaves_nobody_waiting(tmp_path: Path) -> None:
    workers = WorkerProcesses(1)
    workers.submit(os.getpid).result(WAIT_S)
    deadly = workers.submit(die_and_rest, tmp_path / "mark")
    while not (tmp_path / "mark").exists():
        time.sleep(0.01)
    # By now it runs once more, alone; what comes next has to wait until it is done.
    with ThreadPoolExecutor(1) as threads:
        next_one = threads.submit(workers.submit, os.getpid)
        time.sleep(0.2)
        workers.close()
        # It waited, or came in before the death was seen.
        if next_one.exception(WAIT_S) is None:
            assert wait([next_one.result()], WAIT_S).done
        else:
            assert isinstance(next_one.exception(), CancelledError)
    assert wait([deadly], WAIT_S).done
    assert deadly.cancelled()
    with pytest.raises(CancelledError):
        workers.submit(os.getpid)


def test_nothing_runs_beside_what_is_tried_alone(workers: WorkerProcesses, tmp_path: Path) -> None:
    log = tmp_path / "log"
    deadly = workers.submit(die_then_note, log, tmp_path / "mark")
    beside = [workers.submit(note, log) for _ in range(6)]
    assert deadly.result(WAIT_S) == "done"
    assert all(future.result(WAIT_S) for future in beside)
    lines = log.read_text(encoding="utf-8").split()
    # Begins and ends of the second try follow each other.
    assert lines[lines.index("alone:begins") + 1] == "alone:ends"


PARENT = """
import os, time
from framecurate_assets.compute.processes import WorkerProcesses
from framecurate_tests.compute.test_processes import process_and_rest
if __name__ == "__main__":
    print(WorkerProcesses(1).submit(process_and_rest, 0).result(), flush=True)
    time.sleep(600)
"""


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    place = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=place) as parent:
        assert parent.stdout
        process = int(parent.stdout.readline())
        parent.kill()
    assert is_gone(process)


def is_gone(process: int) -> bool:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        # One that ended and was not asked for yet is a zombie.
        with suppress(FileNotFoundError):
            if Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.05)
                continue
        return True
    return False


def test_the_number_of_workers_is_asked_for_or_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRAMECURATE_WORKERS", "3")
    assert compute_here().workers == 3
    assert compute_here(5).workers == 5
    monkeypatch.delenv("FRAMECURATE_WORKERS")
    assert compute_here().workers >= 1


@pytest.mark.parametrize("value", ["many", "0", "-2"])
def test_a_number_of_workers_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FRAMECURATE_WORKERS", value)
    with pytest.raises(FramecurateError, match=value):
        compute_here()
