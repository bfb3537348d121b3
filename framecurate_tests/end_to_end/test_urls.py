"""Videos from the web, from a real server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import FEWEST, bring_up_to_date, data_folder, rows_of, written
from framecurate_tests.end_to_end.in_process import Terminal
from framecurate_tests.web.server import Site, cut, page, status

WEB = FEWEST + "download: {allow_private_hosts: true, gap_s: 0, first_wait_s: 10000, pause_s: 10000}\n"


@pytest.fixture
def site(clips: Clips) -> Iterator[Site]:
    """Of the clips."""
    with Site(clips.astronaut.parent) as site:
        yield site


def test_urls_are_fetched_judged_and_not_asked_for_again(site: Site, clips: Clips, tmp_path: Path) -> None:
    names = (clips.astronaut.name, clips.small.name, "gone.mp4")
    folder = data_folder(tmp_path / "data", [f"{site.url}/{name}" for name in names], WEB)

    bring_up_to_date(folder)

    good, small, gone = (_row(folder, f"{site.url}/{name}") for name in names)
    assert (good["status"], good["kind"]) == ("ready", "url")
    assert folder.absolute(str(good["path"])).read_bytes() == clips.astronaut.read_bytes()
    assert small["status"] == "rejected"
    assert "480" in str(small["reason"])
    assert gone["status"] == "failed"
    assert "404" in str(gone["reason"])
    assert [path.name for path in folder.videos.iterdir()] == [Path(str(good["path"])).name]
    assert rows_of(folder, "person_selections", video_id=good["video_id"])

    site.requests.clear()
    bring_up_to_date(folder)
    assert not site.requests
    # Until somebody asks for it by name.
    bring_up_to_date(folder, retry=True)
    assert set(site.requests) == {"/gone.mp4"}


def test_what_may_pass_waits_for_its_time(site: Site, clips: Clips, tmp_path: Path) -> None:
    url = site.behave("/busy.mp4", status(503))
    folder = data_folder(tmp_path / "data", [url], WEB)
    bring_up_to_date(folder)
    (attempt,) = rows_of(folder, "fetch_attempts")
    assert (attempt["outcome"], attempt["attempts"]) == ("passing", 1)
    site.requests.clear()
    bring_up_to_date(folder)
    assert not site.requests


@pytest.mark.parametrize(("attempts", "parts"), [(2, 1), (1, 0)])
def test_what_was_fetched_is_kept_for_the_next_try_and_not_beyond_the_last(
    site: Site, clips: Clips, tmp_path: Path, attempts: int, parts: int
) -> None:
    url = site.behave(f"/{clips.astronaut.name}", cut(clips.astronaut.stat().st_size // 20))
    folder = data_folder(tmp_path / "data", [url], WEB.replace("gap_s: 0", f"gap_s: 0, attempts: {attempts}"))
    bring_up_to_date(folder)
    assert _row(folder, url)["status"] == "failed"
    assert len(list(folder.videos.iterdir())) == parts


def test_a_changed_label_or_clip_fetches_nothing_again(site: Site, clips: Clips, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data", [f"{site.url}/{clips.astronaut.name}"], WEB)
    bring_up_to_date(folder)
    site.requests.clear()
    before = written(folder, "sampled_frames")
    with folder.sources_file.open("a") as file:
        file.write("  label: happy\n  clip_end: 1\n")
    bring_up_to_date(folder)
    (row,) = rows_of(folder, "raw_videos")
    assert (row["status"], row["label"], row["clip_end_s"]) == ("ready", "happy", 1)
    assert written(folder, "sampled_frames") != before
    assert max(float(str(frame["pts_s"])) for frame in rows_of(folder, "sampled_frames")) <= 1
    assert not site.requests


def test_a_host_that_asks_for_rest_is_asked_once_and_then_left_alone(site: Site, tmp_path: Path) -> None:
    urls = [site.behave(f"/{number}.mp4", status(429, Retry_After="9000")) for number in range(5)]
    # One at a time, so that the first answer is there before the second question.
    folder = data_folder(tmp_path / "data", urls, WEB.replace("gap_s: 0", "gap_s: 0, per_host: 1"))
    bring_up_to_date(folder)
    assert sum(len(requests) for requests in site.requests.values()) == 1
    assert {row["status"] for row in rows_of(folder, "raw_videos")} == {"failed"}
    assert {row["outcome"] for row in rows_of(folder, "fetch_attempts")} == {"paused"}
    bring_up_to_date(folder)
    assert sum(len(requests) for requests in site.requests.values()) == 1


def test_run_reads_a_list_and_takes_in_what_it_names(
    site: Site, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tags = "".join(f'<video src="/{clip.name}"></video>' for clip in (clips.astronaut, clips.small))
    url = site.behave("/list.html", page(f"<html><body>{tags}</body></html>"))
    folder = data_folder(tmp_path / "data", [], WEB)
    terminal = Terminal(monkeypatch, capsys, folder.root)
    assert terminal("add", "--list", url).code == 0
    assert terminal("run").code == 0
    assert sorted(str(row["status"]) for row in rows_of(folder, "raw_videos")) == ["ready", "rejected"]


def test_addresses_of_this_machine_are_refused_unless_allowed(site: Site, clips: Clips, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data", [f"{site.url}/{clips.astronaut.name}"])
    bring_up_to_date(folder)
    (row,) = rows_of(folder, "raw_videos")
    assert row["status"] == "failed"
    assert "download.allow_private_hosts" in str(row["reason"])
    assert not site.requests
    # As it was told: with these settings it is tried again by itself.
    folder.policy_file.write_text(WEB)
    bring_up_to_date(folder)
    assert _row(folder, f"{site.url}/{clips.astronaut.name}")["status"] == "ready"


def test_a_broken_cookies_file_is_the_policys_fault_and_not_that_of_the_videos(
    site: Site, clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = WEB.replace("gap_s: 0", f"gap_s: 0, cookies_file: {tmp_path / 'none.txt'}")
    folder = data_folder(tmp_path / "data", [f"{site.url}/{clips.astronaut.name}"], policy)
    answer = Terminal(monkeypatch, capsys, folder.root)("run")
    assert answer.code == 2
    assert "cookies file" in answer.messages
    assert not rows_of(folder, "raw_videos")
    folder.policy_file.write_text(WEB)
    bring_up_to_date(folder)
    assert _row(folder, f"{site.url}/{clips.astronaut.name}")["status"] == "ready"


def _row(folder: DataFolder, source: str) -> dict[str, object]:
    (row,) = rows_of(folder, "raw_videos", source=source)
    return row
