"""`framecurate ui` as a person starts it: webserver, daemon and workers, in a process group of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from framecurate_assets.lake.folder import DataFolder
from framecurate_tests.end_to_end.command import START

START_SCHEDULE = """
mutation {
  startSchedule(scheduleSelector: {
    repositoryName: "__repository__", repositoryLocationName: "framecurate", scheduleName: "url_ingestion"
  }) { __typename ... on PythonError { message } }
}
"""

TICKS = """
{
  %(kind)sOrError(%(kind)sSelector: {
    repositoryName: "__repository__", repositoryLocationName: "framecurate", %(kind)sName: "%(name)s"
  }) { ... on %(type)s { %(kind)sState { ticks(limit: 5) { timestamp status skipReason error { message } } } } }
}
"""

RUNS = "{ runsOrError { ... on Runs { results { runId jobName status } } } }"


class Daemon:
    """Start, kill and ask it. Whoever makes one calls `end`."""

    def __init__(self, folder: DataFolder, log: Path) -> None:
        self.folder = folder
        self.log = log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until its pages answer."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*START, "ui", "--data", str(self.folder.root), "--port", str(self.port)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until(self._answers, "its pages answer")

    def kill(self) -> None:
        """Kill -9 all of it."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Stop it as Ctrl-C does, and whatever is left of it by force."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(self, query: str) -> Any:
        """Ask its GraphQL, as its pages do."""
        answer = httpx.post(f"http://127.0.0.1:{self.port}/graphql", json={"query": query}, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def ticks(self, kind: str, name: str) -> list[dict[str, Any]]:
        """The latest ticks of a schedule or a sensor, newest first."""
        answer = self.ask(TICKS % {"kind": kind, "type": kind.capitalize(), "name": name})
        ticks: list[dict[str, Any]] = answer[f"{kind}OrError"][f"{kind}State"]["ticks"]
        return ticks

    def runs(self) -> list[dict[str, str]]:
        """Its runs, newest first."""
        runs: list[dict[str, str]] = self.ask(RUNS)["runsOrError"]["results"]
        return runs

    def wait_until(self, holds: Callable[[], bool], what: str, within_s: float = 300) -> None:
        """Look again and again; a test fails that waits too long."""
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, f"{what}: not within {within_s} s\n{self.log.read_text()[-3000:]}"
            assert self.process
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            time.sleep(0.3)

    def _answers(self) -> bool:
        try:
            return bool(self.ask("{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus } } } }"))
        except httpx.TransportError:
            return False
