"""`framecurate add` and `framecurate sources`, as a person types them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import forget_ids
from framecurate_assets.lake.lake import Lake
from framecurate_assets.sources.listings import record, record_fault
from framecurate_assets.sources.source_list import read_sources
from framecurate_assets.web.lists import ListedVideo
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import data_folder, video_id
from framecurate_tests.end_to_end.in_process import Terminal

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
CHANNEL = "https://vimeo.com/channels/staffpicks"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return data_folder(tmp_path / "data", [])


@pytest.fixture
def framecurate(folder: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys, folder.root)


def written(folder: DataFolder) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(folder.sources_file.read_text())
    return entries


def type_in(framecurate: Terminal, text: str) -> None:
    framecurate.monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_remarks_hold_for_all_that_is_named_and_a_list_that_says_otherwise_comes_first(
    framecurate: Terminal, folder: DataFolder, tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("- source: https://vimeo.com/2\n  label: sad\n")
    remarks = ["--label", "happy", "--licence", "CC0", "--notes", "yes", "--clip-start", "0:05", "--clip-end", "90"]
    assert framecurate("add", "https://vimeo.com/1", tmp_path / "mine.yaml", *remarks).code == 0
    common = {"licence": "CC0", "notes": "yes", "clip_start": 5, "clip_end": 90}
    assert written(folder) == [
        {"source": "https://vimeo.com/1", "video_id": "vimeo-1", "label": "happy", **common},
        {"source": "https://vimeo.com/2", "video_id": "vimeo-2", "label": "sad", **common},
    ]


def test_standard_input_is_lines_or_yaml(
    framecurate: Terminal, folder: DataFolder, tmp_path: Path, clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.mp4").hardlink_to(clips.small)
    type_in(framecurate, "# mine\nhttps://vimeo.com/1\n\na.mp4  # a file\n")
    assert framecurate("add", "-").code == 0
    type_in(framecurate, "# mine\n- source: https://vimeo.com/2\n  label: happy\n- https://vimeo.com/3\n")
    assert framecurate("add", "-").code == 0
    assert [entry["video_id"] for entry in written(folder)] == ["vimeo-1", video_id(clips.small), "vimeo-2", "vimeo-3"]
    assert written(folder)[2]["label"] == "happy"
    for text, said in (("", "Standard input names no source"), ("- lable: x\n", "standard input, entry 1 has an unkn")):
        type_in(framecurate, text)
        answer = framecurate("add", "-")
        assert (answer.code, said in answer.messages) == (2, True)


def test_lists_are_added_as_such_if_they_are_said_or_known_to_be(framecurate: Terminal, folder: DataFolder) -> None:
    answer = framecurate("add", CHANNEL, "https://vimeo.com/1")
    assert f"the first 50 videos of the list {CHANNEL}" in answer.messages
    assert "2 added" in answer.messages
    framecurate("add", "--list", "https://example.org/feed.xml", "--limit", "5", "--label", "happy")
    again = framecurate("add", CHANNEL, "https://vimeo.com/1", "--label", "sad").messages
    assert "on the list already: vimeo-1: https://vimeo.com/1" in again
    assert f": {CHANNEL}" in again
    assert "Nothing was added. What is on the list is changed in" in again
    assert written(folder) == [
        {"source": "https://vimeo.com/1", "video_id": "vimeo-1"},
        {"list": CHANNEL, "limit": 50},
        {"list": "https://example.org/feed.xml", "limit": 5, "label": "happy"},
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--list", "a.mp4"], "a.mp4 is not a web address"),
        (["--list", "ftp://example.org/feed.xml"], "is not a web address"),
        (["--limit", "5"], "has a limit, which a source can't have"),
        (["--list", "https://example.org/feed", "--limit", "0"], "limit is 0, not a whole number from 1 to 1000"),
        (["--list", "https://example.org/feed", "--clip-end", "9"], "has a clip_end, which a list can't have"),
        (["--clip-end", "soon"], "clip_end is 'soon', not a time"),
        (["--clip-start", "9", "--clip-end", "0:08"], "goes from 9 to 8 s"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(
    framecurate: Terminal, folder: DataFolder, arguments: list[str], said: str
) -> None:
    answer = framecurate("add", *(arguments if "--list" in arguments else ["https://vimeo.com/1", *arguments]))
    assert (answer.code, said in answer.messages) == (2, True), answer.messages
    assert read_sources(folder.sources_file).sources == ()


def test_one_faulty_line_stops_no_other(framecurate: Terminal, folder: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("ftp://example.org/x\nhttps://vimeo.com/1\n")
    answer = framecurate("add", tmp_path / "list.txt")
    assert (answer.code, "1 added" in answer.messages) == (2, True)
    assert written(folder)[0]["video_id"] == "vimeo-1"


def test_what_was_erased_on_request_is_taken_again_only_if_that_is_said(
    framecurate: Terminal, folder: DataFolder
) -> None:
    forget_ids(Lake(folder), "video", ["vimeo-1"], NOW)
    answer = framecurate("add", "https://player.vimeo.com/video/1", "https://vimeo.com/2")
    assert answer.code == 2
    assert "was erased on request on 2026-11-21. To take it in again: framecurate add --allow-forg" in answer.messages
    assert [entry["video_id"] for entry in written(folder)] == ["vimeo-2"]
    assert framecurate("add", "https://vimeo.com/1", "--allow-forgotten").code == 0
    assert [entry["video_id"] for entry in written(folder)] == ["vimeo-2", "vimeo-1"]
    assert framecurate("add", "https://vimeo.com/1").code == 0


def states(framecurate: Terminal) -> dict[str, dict[str, Any]]:
    answer = framecurate("sources", "--json")
    assert answer.code == 0
    return {row["source"].rpartition("/")[2]: row for row in json.loads(answer.out)}


def attempt(lake: Lake, number: int, status: str, reason: str | None, next_attempt_at: datetime | None) -> None:
    """What raw_videos writes of a try at a URL."""
    video, url = f"vimeo-{number}", f"https://vimeo.com/{number}"
    row: dict[str, object] = {
        "video_id": video,
        "source": url,
        "kind": "url",
        "status": status,
        "reason": reason,
        "ingested_at": NOW,
    }
    empty = dict.fromkeys(tables.RAW_VIDEOS.schema)
    lake.write(tables.RAW_VIDEOS, tables.RAW_VIDEOS.from_rows([empty | row]), video)
    tried: dict[str, object] = {
        "host": "vimeo.com",
        "outcome": "passing" if reason else "ok",
        "attempts": 1,
        "bytes_fetched": 1,
    }
    times = {"last_attempt_at": NOW, "next_attempt_at": next_attempt_at}
    row = {"video_id": video, "source": url, "reason": reason, **tried, **times}
    lake.write(tables.FETCH_ATTEMPTS, tables.FETCH_ATTEMPTS.from_rows([row]), video)


def test_sources_shows_how_each_stands(framecurate: Terminal, folder: DataFolder) -> None:
    lake = Lake(folder)
    folder.sources_file.write_text(
        "- source: https://vimeo.com/1\n  label: happy\n- https://vimeo.com/2\n- https://vimeo.com/3\n- gone.mp4\n"
        f"- list: {CHANNEL}\n- list: https://example.org/feed.xml\n- list: https://example.org/new.xml\n"
    )
    channel, feed, _ = read_sources(folder.sources_file).lists
    record(lake, channel, [ListedVideo(f"https://vimeo.com/{number}", number) for number in (1, 4)], NOW)
    record_fault(lake, feed, "It is down.", NOW)
    later = NOW + timedelta(minutes=5)
    attempt(lake, 1, "ready", None, None)
    attempt(lake, 2, "failed", "It timed out.", later)

    found = states(framecurate)
    assert {name: (row["kind"], row["state"]) for name, row in found.items()} == {
        "1": ("url", "ready"),
        "2": ("url", "failed"),
        "3": ("url", "waiting"),
        "4": ("url", "waiting"),
        "gone.mp4": (None, "unidentified"),
        "staffpicks": ("list", "listed"),
        "feed.xml": ("list", "failed"),
        "new.xml": ("list", "waiting"),
    }
    assert (found["1"]["label"], found["1"]["next_attempt_at"], found["1"]["reason"]) == ("happy", None, None)
    assert found["2"]["last_attempt_at"] == str(NOW)
    assert found["2"]["next_attempt_at"] == str(later)
    assert found["2"]["reason"] == "It timed out."
    assert found["staffpicks"]["videos"] == 2
    assert found["staffpicks"]["next_attempt_at"] == str(NOW + timedelta(hours=1))
    assert found["feed.xml"]["reason"] == "It is down."

    shown = framecurate("sources").out
    for words in ("vimeo-2", "11-21", "listed 2", "failed  vimeo.com/2: It timed out.", "gone.mp4 does not exist"):
        assert words in shown


def test_sources_of_a_file_that_went_through(finished: DataFolder, framecurate: Terminal, clips: Clips) -> None:
    found = states(Terminal(framecurate.monkeypatch, framecurate.capture, finished.root))
    assert {name: row["state"] for name, row in found.items()} == {
        clips.astronaut.name: "ready",
        clips.group.name: "ready",
        clips.small.name: "rejected",
    }
    assert found[clips.small.name]["id"] == video_id(clips.small)
    assert "854x480" in found[clips.small.name]["reason"]


@pytest.mark.parametrize("text", ["[", "- sauce: x\n", "\x00", "- " * 5_000, "&a [*a]\n"])
def test_a_broken_list_is_one_sentence(framecurate: Terminal, folder: DataFolder, text: str) -> None:
    folder.sources_file.write_text(text)
    for command in (["sources"], ["add", "https://vimeo.com/1"]):
        answer = framecurate(*command)
        assert (answer.code, answer.messages.count("error ")) == (2, 1)
        assert "sources.yaml" in answer.messages
        assert "Traceback" not in answer.messages


def test_an_empty_data_folder_has_no_sources(framecurate: Terminal, tmp_path: Path) -> None:
    elsewhere = Terminal(framecurate.monkeypatch, framecurate.capture, tmp_path / "none")
    assert json.loads(elsewhere("sources", "--json").out) == []
    assert not (tmp_path / "none").exists()
