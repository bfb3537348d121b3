"""Whatever is among the videos, every one is accounted for in a sentence, and the good ones become people."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import skimage.data

from framecurate_assets.arrays import RGBImage
from framecurate_assets.checks.read import read_checks
from framecurate_assets.checks.run import run_checks
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.policy import Policy, read_policy
from framecurate_tests.conftest import Clips
from framecurate_tests.video.clips import numbered_pictures, write_clip, write_silence

from .command import framecurate
from .data_folders import all_rows, contents, data_folder, rows_of, unfinished, video_id, written


@dataclass(frozen=True)
class Run:
    """One `framecurate run` on everything that follows, and the same command again."""

    folder: DataFolder
    place: Path
    first: subprocess.CompletedProcess[str]
    second: subprocess.CompletedProcess[str]
    before_second: dict[str, int]
    """When the tables were written, as it was between the two."""
    dataset_before_second: dict[str, bytes]

    def row(self, name: str) -> dict[str, object]:
        """The row of a video by the name of its file."""
        (row,) = rows_of(self.folder, "raw_videos", video_id=video_id(self.place / name))
        return row


def portrait(path: Path) -> None:
    """720x1280 as it is shown, 1280x720 as it is stored: so do phones."""
    astronaut: RGBImage = np.asarray(skimage.data.astronaut(), dtype=np.uint8)  # type: ignore[no-untyped-call]
    upright = np.full((1280, 720, 3), 90, dtype=np.uint8)
    upright[200:920] = cv2.resize(astronaut, (720, 720))
    turned = np.ascontiguousarray(np.rot90(upright))
    write_clip(path, islice(cycle([turned]), 12), display=(-90, False, False))


def sound(path: Path) -> None:
    with av.open(path, "w") as file:
        write_silence(file, file.add_stream("aac", rate=44_100))


@pytest.fixture(scope="module")
def run(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("bad_videos")
    write_clip(place / "one_frame.mp4", numbered_pictures(1, 1280, 720))
    write_clip(place / "nobody.mp4", numbered_pictures(20, 1280, 720))
    write_clip(place / "odd.mp4", numbered_pictures(20, 1281, 721), pix_fmt="yuv444p")
    portrait(place / "portrait.mp4")
    sound(place / "sound.mp4")
    (place / "text.mp4").write_text("This is no video.\n" * 50)
    (place / "empty.mp4").touch()
    (place / "cut.mp4").write_bytes(clips.group.read_bytes()[:60_000])
    (place / "gone.mp4").unlink(missing_ok=True)
    sources = [*clips.all, *sorted(place.iterdir()), place / "gone.mp4"]
    folder = data_folder(place / "data", [])
    first = framecurate("run", *sources, data=folder)
    before, dataset = written(folder), contents(folder.dataset)
    second = framecurate("run", data=folder)
    return Run(folder, place, first, second, before, dataset)


def test_it_says_what_is_wrong_and_that_something_was(run: Run) -> None:
    assert run.first.returncode == 2  # one of the arguments is no video at all
    assert f"error {run.place / 'gone.mp4'} does not exist." in run.first.stderr
    for noise in ("Traceback", "Warning", "INFO:", "Exception"):
        assert noise not in run.first.stdout + run.first.stderr


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("text.mp4", "failed", "text.mp4 is not a video file."),
        ("empty.mp4", "failed", "empty.mp4 is empty: it has no bytes."),
        ("cut.mp4", "failed", "cut.mp4 is cut off: the index at the end of an mp4 file is missing."),
        ("sound.mp4", "failed", "sound.mp4 holds sound but no video."),
        ("one_frame.mp4", "ready", None),
        ("nobody.mp4", "ready", None),
        ("odd.mp4", "ready", None),
        ("portrait.mp4", "ready", None),
    ],
)
def test_every_file_has_a_row_with_its_reason(run: Run, name: str, status: str, reason: str | None) -> None:
    row = run.row(name)
    assert row["status"] == status
    assert row["reason"] is None if reason is None else str(row["reason"]).startswith(reason)


def test_every_reason_stands_in_the_summary(run: Run) -> None:
    printed = " ".join(run.first.stdout.split())
    for row in rows_of(run.folder, "raw_videos"):
        if row["reason"]:
            assert " ".join(str(row["reason"]).split()) in printed


@pytest.mark.parametrize(
    ("name", "size", "frames", "has_faces"),
    [
        ("one_frame.mp4", (1280, 720), 1, False),
        ("nobody.mp4", (1280, 720), 12, False),
        ("odd.mp4", (1281, 721), 12, False),
        ("portrait.mp4", (720, 1280), 12, True),  # upright
    ],
)
def test_unusual_videos_are_sampled_as_they_are_shown(
    run: Run, name: str, size: tuple[int, int], frames: int, has_faces: bool
) -> None:
    row = run.row(name)
    assert (row["width"], row["height"]) == size
    sampled = rows_of(run.folder, "sampled_frames", video_id=row["video_id"])
    assert [(frame["width"], frame["height"]) for frame in sampled] == [size] * frames
    assert bool(rows_of(run.folder, "face_candidates", video_id=row["video_id"])) == has_faces


def test_the_good_ones_become_people(run: Run, finished_once: DataFolder) -> None:
    alone = {row["face_id"] for row in all_rows(finished_once)["face_candidates"]}
    faces = {row["face_id"]: row["person_id"] for row in all_rows(run.folder)["identity_clusters"]}
    assert alone < faces.keys()
    # The woman in the portrait is the one in the astronaut's clip.
    assert set(faces.values()) == {"person_0001", "person_0002"}


def test_every_check_passes_and_only_warns_of_what_was_refused(run: Run) -> None:
    policy: Policy = read_policy(run.folder.policy_file)
    video_ids = [str(row["video_id"]) for row in all_rows(run.folder)["raw_videos"]]
    failed = {
        (check.name, finding.video_id)
        for check, findings in run_checks(read_checks(), run.folder, policy, video_ids)
        for finding in findings
        if not finding.passed and finding.is_error
    }
    unreadable = [run.row(name)["video_id"] for name in ("text.mp4", "empty.mp4", "cut.mp4", "sound.mp4")]
    assert failed == {("readable", key) for key in unreadable}


def test_the_same_command_again_makes_nothing(run: Run) -> None:
    assert run.second.returncode == 0
    assert written(run.folder) == run.before_second
    assert contents(run.folder.dataset) == run.dataset_before_second
    assert unfinished(run.folder) == []
