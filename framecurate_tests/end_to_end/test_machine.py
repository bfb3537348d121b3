"""A machine that cannot write costs one sentence, and nothing of what was done before."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_tests.conftest import Clips

from .command import START, WAIT_S
from .data_folders import all_rows, bring_up_to_date, data_folder, unfinished
from .in_process import Terminal

NOT_WRITABLE = Path("/sys")
"""Where not even root may make a file."""


def run_with_largest_file(folder: DataFolder, largest: int) -> subprocess.CompletedProcess[str]:
    """A run in which no file can grow beyond so many bytes: to the program a disk that is full."""
    return subprocess.run(
        [*START, "run", "--data", str(folder.root)],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )


def test_a_disk_that_fills_up_loses_nothing(clips: Clips, finished_once: DataFolder, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    # From hardly anything can be written to hardly anything is missing.
    for largest in (50_000, 1_000_000):
        done = run_with_largest_file(folder, largest)
        assert done.returncode == 1
        errors = [line for line in done.stderr.splitlines() if line.startswith("error ")]
        assert len(errors) == 1
        assert "Free some space" in errors[0]
        assert "Traceback" not in done.stderr
    bring_up_to_date(folder)
    assert all_rows(folder) == all_rows(finished_once)
    assert unfinished(folder) == []


def test_a_full_disk_at_the_very_end_is_not_taken_for_success(finished: DataFolder) -> None:
    catalog = finished.catalog.read_bytes()
    done = run_with_largest_file(finished, 50_000)
    assert done.returncode == 1
    assert f"{finished.catalog} cannot be made" in done.stderr
    assert finished.catalog.read_bytes() == catalog
    assert unfinished(finished) == []


@pytest.mark.skipif(not NOT_WRITABLE.exists(), reason="no folder that root may not write to")
@pytest.mark.parametrize("place", ["frames", "faces"])
def test_a_folder_that_may_not_be_written_ends_the_run_and_what_was_made_stays(
    finished: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    rows = all_rows(finished)
    kept = (finished.root / place).rename(finished.root / "kept")
    (finished.root / place).symlink_to(NOT_WRITABLE)
    answer = Terminal(monkeypatch, capsys, finished.root)("run")
    assert answer.code == 1
    assert "Make it writable, or use another data folder (--data or FRAMECURATE_DATA)." in answer.messages
    assert "Traceback" not in answer.messages

    (finished.root / place).unlink()
    kept.rename(finished.root / place)
    bring_up_to_date(finished)
    assert all_rows(finished) == rows
