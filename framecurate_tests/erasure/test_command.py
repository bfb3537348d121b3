"""`framecurate forget` as a person types it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from framecurate_assets.dagster_home import open_instance
from framecurate_assets.dagster_runs import alive
from framecurate_assets.definitions import defs
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import forget_ids
from framecurate_assets.lake.lake import Lake
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import all_rows, contents, video_id
from framecurate_tests.end_to_end.in_process import Answer, Terminal
from framecurate_tests.erasure.forgetting import person_in_part
from framecurate_tests.erasure.traces import removed_names, where_found


@pytest.fixture
def terminal(finished: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys, finished.root)


@pytest.fixture
def terminal_afterwards(
    without_astronaut: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(monkeypatch, capsys, without_astronaut.root)


def test_a_dry_run_shows_what_would_go_and_changes_nothing(
    crowd: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(crowd.root)
    person = person_in_part(crowd)
    answer = Terminal(monkeypatch, capsys, crowd.root)("forget", person, "--dry-run")
    assert answer.code == 0
    assert "sampled_frames" in answer.out
    assert "frames/" in answer.out
    assert "never fetched or sampled again" in answer.messages
    assert "faces with it" in answer.messages
    assert "left alone" in answer.messages
    assert contents(crowd.root) == before


@pytest.mark.parametrize("typed", ["no\n", "\n", ""])
def test_nothing_goes_without_a_yes(
    terminal: Terminal, clips: Clips, finished: DataFolder, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(finished.root)
    answer = answered(terminal, typed, monkeypatch, str(clips.group))
    assert answer.code == 2
    assert "Nothing was erased: the answer was not yes." in answer.messages
    assert contents(finished.root) == before


def test_nothing_goes_while_a_run_is_at_work(terminal: Terminal, clips: Clips, finished: DataFolder) -> None:
    job = defs.resolve_job_def("videos_to_candidates")
    with open_instance(finished) as instance:
        run_id = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED).run_id
        tables_before = all_rows(finished)
        with alive(instance, run_id):
            answer = terminal("forget", str(clips.group), "--yes")
        assert answer.code == 2
        assert f"Run {run_id[:8]} is at work" in answer.messages
        assert all_rows(finished) == tables_before
        # One that died does not stand in the way.
        assert terminal("forget", str(clips.group), "--yes").code == 0


def test_yes_erases_and_says_what_was_there_before_and_after(
    terminal: Terminal, clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = answered(terminal, "yes\n", monkeypatch, str(clips.group))
    assert answer.code == 0
    assert "before" in answer.out
    assert "nothing_forgotten_is_left: passed." in answer.messages


def test_without_a_terminal_it_wants_to_be_told(terminal: Terminal, clips: Clips, finished: DataFolder) -> None:
    before = contents(finished.root)
    answer = terminal("forget", clips.group)
    assert answer.code == 2
    assert "there is no terminal to ask on. Give --yes to erase." in answer.messages
    assert contents(finished.root) == before


@pytest.mark.parametrize("what", ["person_0099", "file-0123456789ab", "https://example.org/nowhere.mp4", "/no/file"])
def test_what_nobody_knows_is_one_sentence(terminal: Terminal, what: str) -> None:
    answer = terminal("forget", what, "--yes")
    assert answer.code == 2
    assert answer.messages.startswith("error There is no ")


def test_what_was_forgotten_before_is_said_with_the_date(terminal_afterwards: Terminal, clips: Clips) -> None:
    answer = terminal_afterwards("forget", clips.astronaut, "--yes")
    assert answer.code == 0
    assert f"{video_id(clips.astronaut)} was erased on 20" in answer.messages
    assert "nothing_forgotten_is_left: passed." in answer.messages


def test_something_that_is_left_is_named(
    terminal_afterwards: Terminal, clips: Clips, without_astronaut: DataFolder
) -> None:
    forgotten = video_id(clips.astronaut)
    (without_astronaut.videos / f"{forgotten}.mp4").write_bytes(b"put back by hand")
    answer = terminal_afterwards("forget", clips.astronaut, "--yes")
    assert answer.code == 3
    assert f"left videos/: {forgotten}" in answer.messages


def test_a_forgotten_video_is_not_added_again_unless_it_is_allowed(
    terminal_afterwards: Terminal, clips: Clips, without_astronaut: DataFolder
) -> None:
    refused = terminal_afterwards("add", clips.astronaut)
    assert refused.code == 2
    assert "--allow-forgotten" in refused.messages
    assert terminal_afterwards("run").code == 0
    assert video_id(clips.astronaut) not in {row["video_id"] for row in all_rows(without_astronaut)["raw_videos"]}

    assert terminal_afterwards("add", clips.astronaut, "--allow-forgotten").code == 0
    assert terminal_afterwards("run").code == 0
    assert video_id(clips.astronaut) in {row["video_id"] for row in all_rows(without_astronaut)["raw_videos"]}


STEPS = [
    "erasure.erase._rewrite",
    "erasure.erase._forget_file",
    "forget.erase_from_history",
    "forget.bring_up_to_date",
]
"""Some of what an erasure does, one after the other."""


def test_an_erasure_that_was_killed_again_and_again_is_finished_when_it_is_typed_again(
    crowd: DataFolder, crowd_once: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(monkeypatch, capsys, crowd.root)
    person = person_in_part(crowd)

    def killed(*_: object, **__: object) -> None:
        raise MemoryError

    for step in STEPS:
        with monkeypatch.context() as at_this_step:
            at_this_step.setattr(f"framecurate_assets.{step}", killed)
            with pytest.raises(MemoryError):
                terminal("forget", person, "--yes")

    answer = terminal("forget", person, "--yes")
    assert answer.code == 0
    assert "An erasure that was interrupted is finished first." in answer.messages
    names = removed_names(crowd_once, crowd)
    assert person in names
    assert where_found(names, crowd) == []
    assert not crowd.erasure.exists()


def test_two_forgets_remember_both(tmp_path: Path) -> None:
    lake = Lake(DataFolder(tmp_path))
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    forget_ids(lake, "video", ["a", "b"], first)
    forget_ids(lake, "video", ["b", "c"], second)
    assert lake.read(tables.FORGOTTEN).sort("forgotten_at")["forgotten_at"].to_list() == [first, first, second]
    assert not lake.read(tables.FORGOTTEN).filter(pl.col("digest").str.contains("^[abc]$")).height


def answered(terminal: Terminal, typed: str, monkeypatch: pytest.MonkeyPatch, what: str) -> Answer:
    """What the command does when a person types this at its question."""

    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Keyboard(typed))
    return terminal("forget", what)
