"""A video on which something goes wrong is told apart from the others, which go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from framecurate_assets.faces.analyse import analyse_frames
from framecurate_assets.freshness.inputs import todays_inputs
from framecurate_assets.freshness.stale import due_videos
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import RAW_VIDEOS, VIDEO_SETBACKS
from framecurate_assets.policy import read_policy
from framecurate_assets.sources.entries import Entry
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.sources.source_list import add_sources, identify_all
from framecurate_assets.tasks import find_faces
from framecurate_tests.conftest import Clips
from framecurate_tests.video.clips import numbered_pictures, write_clip

from .data_folders import FEWEST, POLICY, all_rows, bring_up_to_date, data_folder, rows_of, video_id, written
from .in_process import Terminal


def test_an_error_of_the_program_costs_one_video_until_it_is_mended(
    clips: Clips,
    finished_once: DataFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    framecurate = Terminal(monkeypatch, capsys, folder.root)
    calls = 0

    def fail_once(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError("a bug")
        return analyse_frames(*arguments)

    with monkeypatch.context() as bug:
        bug.setattr(find_faces, "analyse_frames", fail_once)
        failed = framecurate("run")

    assert failed.code == 1
    assert "detected_faces failed unexpectedly with ZeroDivisionError: a bug" in " ".join(failed.out.split())
    assert "Traceback" not in failed.out + failed.messages
    (setback,) = all_rows(folder)["video_setbacks"]
    assert (setback["video_id"], setback["status"], setback["unexpected"]) == (
        video_id(clips.astronaut), "failed", True,
    )  # fmt: skip
    assert rows_of(folder, "detected_faces", video_id=video_id(clips.astronaut)) == []
    assert rows_of(folder, "face_candidates", video_id=video_id(clips.group)) == rows_of(
        finished_once, "face_candidates", video_id=video_id(clips.group)
    )

    mended = framecurate("run")
    assert mended.code == 0
    rows, undisturbed = all_rows(folder), all_rows(finished_once)
    for table in ("raw_videos", "sampled_frames", "detected_faces", "face_candidates", "video_setbacks"):
        assert rows[table] == undisturbed[table]


def damage(path: Path) -> Path:
    """A video whose first frames are intact, and whose others are noise."""
    write_clip(path, numbered_pictures(60, 1280, 720), container_options={"movflags": "faststart"})
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 4
    content[start:] = np.random.default_rng(1).integers(0, 256, len(content) - start, dtype=np.uint8).tobytes()
    path.write_bytes(content)
    return path


def test_a_damaged_video_fails_with_its_reason_and_is_not_decoded_again(finished: DataFolder, tmp_path: Path) -> None:
    torn = damage(tmp_path / "torn.mp4")
    add_sources(finished.sources_file, identify_all([Entry(source=str(torn))]).sources)
    bring_up_to_date(finished)

    (row,) = rows_of(finished, "raw_videos", video_id=video_id(torn))
    assert row["status"] == "ready"  # as far as its first frame says
    (setback,) = all_rows(finished)["video_setbacks"]
    assert (setback["status"], setback["stage"], setback["unexpected"]) == ("failed", "sampled_frames", False)
    assert "sampled frames cannot be decoded" in str(setback["reason"])
    assert rows_of(finished, "sampled_frames", video_id=video_id(torn)) == []
    assert list(finished.frames(video_id(torn)).glob("*")) == []

    before = written(finished)
    bring_up_to_date(finished)
    assert written(finished) == before

    # Its row in raw_videos is made again and comes out as it was: its setback is still what it is.
    finished.policy_file.write_text(POLICY + "video: {max_download_height_px: 720}\n")
    bring_up_to_date(finished)
    assert all_rows(finished)["video_setbacks"] == [setback]


def test_a_check_that_cannot_be_run_is_no_pass(finished: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> Any:
        raise ZeroDivisionError("a bug in a check")

    before = written(finished, "identity_clusters", "person_selections")
    finished.policy_file.write_text(POLICY + "candidates: {max_per_video: 3}\n")
    monkeypatch.setattr("framecurate_assets.checks.definitions.run_checks", fail)
    with pytest.raises(RuntimeError, match="a bug in a check"):
        bring_up_to_date(finished)
    assert written(finished, "identity_clusters", "person_selections") == before


@pytest.mark.parametrize("crash", ["before the rows", "before the setback is removed"])
def test_a_crash_between_the_rows_and_the_setback_loses_neither(finished: DataFolder, clips: Clips, crash: str) -> None:
    lake, key = Lake(finished), video_id(clips.group)
    rows = all_rows(finished)
    setback = {"video_id": key, "stage": "raw_videos", "status": "failed", "reason": "torn", "unexpected": False}
    lake.write(VIDEO_SETBACKS, VIDEO_SETBACKS.from_rows([setback]), key, made_from="what was there before")
    if crash == "before the rows":
        lake.remove(RAW_VIDEOS, key)
    bring_up_to_date(finished)
    assert all_rows(finished) == rows


@pytest.mark.parametrize("stage", ["raw_videos", "sampled_frames", "face_candidates"])
def test_a_video_on_which_the_program_keeps_dying_fails_and_the_others_go_on(
    clips: Clips, tmp_path: Path, stage: str
) -> None:
    # The one that comes last waits for its turn when candidates are made.
    folder = data_folder(tmp_path / "data", [clips.astronaut, clips.small], FEWEST)
    mark = folder.begun(stage, video_id(clips.astronaut))
    mark.parent.mkdir(parents=True)
    mark.write_bytes(b"...")  # as three processes leave it that died there

    bring_up_to_date(folder)
    (deadly,) = rows_of(folder, "video_setbacks")
    assert (deadly["video_id"], deadly["stage"], deadly["status"]) == (video_id(clips.astronaut), stage, "failed")
    assert f"died 3 times while it made {stage}" in str(deadly["reason"])
    assert rows_of(folder, "raw_videos", video_id=video_id(clips.small))[0]["status"] == "rejected"

    inputs = todays_inputs(Lake(folder), read_policy(folder.policy_file), all_sources(folder).sources, by_hand=False)
    assert due_videos(inputs) == []  # the daemon leaves it alone
    bring_up_to_date(folder)  # a person tries again
    assert rows_of(folder, "video_setbacks") == []
    assert rows_of(folder, "sampled_frames", video_id=video_id(clips.astronaut))
