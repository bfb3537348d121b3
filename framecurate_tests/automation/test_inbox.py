"""What is dropped into the inbox is put on the list once it rests, once for each content, and stays where it is."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from framecurate_assets.automation.requests import NOTHING_DUE
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import forget_ids
from framecurate_assets.lake.lake import Lake
from framecurate_assets.sources.source_list import read_sources
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import POLICY, contents, rows_of, video_id

from .conftest import Automation

RESTED = POLICY + "automation: {inbox_rest_s: 0}\n"


@pytest.fixture
def new_clip(automation: Automation, clips: Clips) -> Path:
    """A video that is in the inbox, and nowhere else."""
    automation.folder.policy_file.write_text(RESTED)
    clip = automation.folder.inbox / "friends" / "clip.MP4"
    clip.parent.mkdir(parents=True)
    clip.write_bytes(clips.group.read_bytes() + b"another video")
    return clip


def listed(automation: Automation) -> list[str]:
    return [source.video_id for source in read_sources(automation.folder.sources_file).sources]


def test_a_file_is_listed_and_requested_once(automation: Automation, new_clip: Path) -> None:
    before = contents(automation.folder.inbox)
    (request,) = automation.sensor("inbox").run_requests or []
    assert listed(automation)[3:] == [video_id(new_clip)]
    assert automation.run(request).success
    assert rows_of(automation.folder, "raw_videos", video_id=video_id(new_clip), status="ready")

    again = automation.sensor("inbox")
    assert not again.run_requests
    assert "Nothing is due" in str(again.skip_reason)
    assert contents(automation.folder.inbox) == before


def test_what_was_requested_and_not_made_is_requested_again_after_an_hour(
    automation: Automation, new_clip: Path
) -> None:
    (first,) = automation.sensor("inbox").run_requests or []
    assert automation.sensor("inbox").skip_reason == NOTHING_DUE
    memory = json.loads(automation.cursor or "")
    memory["settled"] = {key: at - 3600 for key, at in memory["settled"].items()}
    automation.cursor = json.dumps(memory)
    (second,) = automation.sensor("inbox").run_requests or []
    assert first.run_key != second.run_key


def test_a_folder_of_pictures_is_one_source_and_is_made_again_when_a_picture_is_added(
    automation: Automation, finished_once: DataFolder
) -> None:
    automation.folder.policy_file.write_text(RESTED)
    folder = automation.folder.inbox / "holiday"
    folder.mkdir(parents=True)
    frames = sorted(finished_once.root.glob("frames/*/*.jpg"))[:3]
    for frame in frames[:2]:
        shutil.copy(frame, folder)
    for count in (2, 3):
        (request,) = automation.sensor("inbox").run_requests or []
        assert automation.run(request).success
        (row,) = rows_of(automation.folder, "raw_videos", kind="images")
        assert (row["status"], row["frame_count"]) == ("ready", count)
        assert automation.sensor("inbox").skip_reason == NOTHING_DUE
        shutil.copy(frames[2], folder)


def test_a_file_that_has_just_changed_is_waited_for(automation: Automation, new_clip: Path) -> None:
    automation.folder.policy_file.write_text(POLICY + "automation: {inbox_rest_s: 3600}\n")
    tick = automation.sensor("inbox")
    assert "1 still changing: friends/clip.MP4." in str(tick.skip_reason)
    assert len(listed(automation)) == 3


def test_the_same_content_under_another_name_is_the_same_video(automation: Automation, new_clip: Path) -> None:
    automation.sensor("inbox")
    shutil.copy(new_clip, automation.folder.inbox / "copy.mp4")
    automation.sensor("inbox")
    assert listed(automation)[3:] == [video_id(new_clip)]


def test_what_is_in_the_lake_already_is_not_requested(automation: Automation, clips: Clips) -> None:
    automation.folder.policy_file.write_text(RESTED)
    automation.folder.inbox.mkdir()
    shutil.copy(clips.group, automation.folder.inbox)
    assert not automation.sensor("inbox").run_requests
    assert len(listed(automation)) == 3


def test_a_file_that_ends_like_a_video_and_is_none_gets_its_row(automation: Automation, new_clip: Path) -> None:
    new_clip.write_text("no video")
    (request,) = automation.sensor("inbox").run_requests or []
    assert automation.run(request).success
    (row,) = rows_of(automation.folder, "raw_videos", video_id=video_id(new_clip))
    assert (row["status"], row["reason"]) == (
        "failed", "clip.MP4 is not a video file. Give the path of a video file.",
    )  # fmt: skip
    assert not automation.sensor("inbox").run_requests


def test_other_files_are_named_and_unfinished_ones_are_not_even_looked_at(automation: Automation) -> None:
    automation.folder.inbox.mkdir()
    for name in ("notes.txt", ".hidden.mp4", "half.mp4.part", "half.crdownload"):
        (automation.folder.inbox / name).write_text("something")
    said = "The inbox holds no video. 1 left out, neither a video nor in a folder of pictures: notes.txt."
    assert automation.sensor("inbox").skip_reason == dg.SkipReason(said)


def test_an_inbox_that_is_not_there_is_an_empty_one(automation: Automation) -> None:
    assert automation.sensor("inbox").skip_reason
    assert not automation.folder.inbox.exists()


def test_what_was_forgotten_is_not_taken_in_again(automation: Automation, new_clip: Path) -> None:
    forget_ids(Lake(automation.folder), "video", [video_id(new_clip)], datetime.now(UTC))
    tick = automation.sensor("inbox")
    assert "1 left out, since they were forgotten." in str(tick.skip_reason)
    assert len(listed(automation)) == 3


def test_urls_are_left_to_the_schedule(automation: Automation, new_clip: Path) -> None:
    with automation.folder.sources_file.open("a") as file:
        file.write("- source: http://127.0.0.1:9/1.mp4\n")
    (request,) = automation.sensor("inbox").run_requests or []
    assert automation.run(request).success
    assert rows_of(automation.folder, "raw_videos", kind="url") == []
