"""The command line as a person starts it: a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from framecurate_assets.lake.folder import DataFolder

START = [sys.executable, "-c", "from framecurate_assets.cli import main; main()"]
WAIT_S = 300
"""Far more than any command takes: a command that hangs fails its test."""


def framecurate(command: str, *arguments: Path | str, data: DataFolder) -> subprocess.CompletedProcess[str]:
    """Run one command to its end. Its output is `stdout` for results and `stderr` for messages."""
    return subprocess.run(
        [*START, command, "--data", str(data.root), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
