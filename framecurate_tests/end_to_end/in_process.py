"""The command line inside the test's own process: its exit code, and what it printed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from framecurate_assets.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command left."""

    code: int
    out: str
    """Results."""
    messages: str
    """Progress, messages and errors, with single spaces between words."""


@dataclass(frozen=True)
class Terminal:
    """A place to type commands."""

    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    data: Path | None

    def __call__(self, *arguments: str | Path) -> Answer:
        """Run one command on the data folder."""
        place = ["--data", str(self.data)] if self.data else []
        self.monkeypatch.setattr("sys.argv", ["framecurate", *map(str, arguments), *place])
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, messages = self.capture.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Answer(code or 0, out, " ".join(messages.split()))
