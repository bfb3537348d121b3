"""A process that is killed costs nothing but the time until the same command is given again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from framecurate_assets.lake.files import UNFINISHED
from framecurate_assets.lake.folder import DataFolder
from framecurate_tests.conftest import Clips

from .command import START, WAIT_S
from .data_folders import all_rows, bring_up_to_date, contents, data_folder, unfinished

MOMENTS = [
    "lake/raw_videos/*.parquet",
    "frames/.*.unfinished/*.jpg",  # while the frames of a video are written
    "lake/detected_faces/*.parquet",
    "faces/.*.unfinished/*.jpg",
    "lake/identity_clusters.parquet",
    "dataset",
]
"""What appears in the data folder, one after the other, when a run gets so far."""


def run_until(folder: DataFolder, pattern: str) -> int:
    """Start a run and kill it as soon as a file matches; how it ended: it may have been quicker."""
    deadline = time.monotonic() + WAIT_S
    process = subprocess.Popen(
        [*START, "run", "--data", str(folder.root)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and time.monotonic() < deadline:
        if next(folder.root.glob(pattern), None):
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    return process.wait()


def test_a_run_that_was_killed_again_and_again_ends_as_an_undisturbed_one(
    clips: Clips, finished_once: DataFolder, tmp_path: Path
) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    ends = [run_until(folder, moment) for moment in MOMENTS]
    # After the dataset there is hardly anything left to do: that run may have come to its end.
    assert ends[:-1] == [-signal.SIGKILL] * (len(MOMENTS) - 1)
    assert bring_up_to_date(folder).failed_checks == {}

    assert all_rows(folder) == all_rows(finished_once)
    for place in ("frames", "faces", "dataset"):
        assert contents(folder.root / place) == contents(finished_once.root / place)
    assert unfinished(folder) == []


def test_half_a_file_of_a_process_that_is_gone_is_removed_and_of_one_that_runs_is_not(finished: DataFolder) -> None:
    gone = subprocess.Popen([*START, "--help"], stdout=subprocess.DEVNULL)
    gone.wait()
    places = [finished.root, finished.tables / "raw_videos", finished.sheets / "sampled_frames"]
    for place in places:
        for process in (gone.pid, os.getpid()):
            (place / f".name.parquet.{process}.0f{UNFINISHED}").write_bytes(b"half")
    bring_up_to_date(finished)
    assert sorted(unfinished(finished)) == sorted(
        place / f".name.parquet.{os.getpid()}.0f{UNFINISHED}" for place in places
    )
