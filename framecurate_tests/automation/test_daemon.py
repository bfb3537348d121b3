"""The real thing: webserver and daemon run, the schedule ticks, a file is dropped in, all is killed and goes on."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.sources.source import identify
from framecurate_assets.sources.source_list import add_sources
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import contents, data_folder, rows_of, video_id
from framecurate_tests.web.server import Exchange, Site, serve_file

from .broken_sources import POLICY, broken_sources, good_urls, make_files, serve_good
from .daemon import START_SCHEDULE, Daemon

AUTOMATION = 'automation: {url_schedule: "* * * * *", inbox_interval_s: 5, inbox_rest_s: 1}\n'

HELD = "/good/20.mp4"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return data_folder(tmp_path / "data", [], POLICY + AUTOMATION)


@pytest.fixture
def daemon(folder: DataFolder, tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(folder, tmp_path / "daemon.log")
    yield daemon
    daemon.end()


def test_it_ingests_by_itself_and_goes_on_after_it_was_killed(
    folder: DataFolder, daemon: Daemon, clips: Clips, tmp_path: Path
) -> None:
    make_files(tmp_path / "site")
    with Site(tmp_path / "site") as site:
        good, broken = good_urls(site, 22), broken_sources(site)
        serve_good(site, good)
        was_killed = threading.Event()

        def hold(exchange: Exchange) -> None:
            """Let nobody have the end of this video before all was killed."""
            was_killed.wait(300)
            serve_file(exchange)

        site.behave(HELD, hold)
        add_sources(folder.sources_file, [identify(source) for source in (*good, *broken)])
        daemon.start()
        assert daemon.ask(START_SCHEDULE)["startSchedule"]["__typename"] == "ScheduleStateResult"

        daemon.wait_until(lambda: len(rows_of(folder, "raw_videos")) > 10 and HELD in site.requests, "half is done")
        done = {str(row["source"]) for row in rows_of(folder, "raw_videos", status="ready")}
        daemon.kill()
        sent = {url: site.sent[url.removeprefix(site.url)] for url in done}
        was_killed.set()
        assert folder.inbox.is_dir()
        shutil.copy(clips.astronaut, folder.inbox)
        before = contents(folder.inbox)
        daemon.start()

        new = video_id(clips.astronaut)
        daemon.wait_until(lambda: len(rows_of(folder, "raw_videos")) == 43, "every source has its row")
        daemon.wait_until(lambda: bool(rows_of(folder, "person_selections", video_id=new)), "the dropped clip's faces")
        daemon.wait_until(lambda: _says(daemon, "schedule", "url_ingestion", "Nothing is due"), "nothing is left")
        daemon.wait_until(lambda: _says(daemon, "sensor", "inbox", "Nothing is due"), "the inbox rests")
        daemon.wait_until(lambda: _says(daemon, "sensor", "dataset_refresh", "up to date"), "the dataset rests")
        assert {url: site.sent[url.removeprefix(site.url)] for url in done} == sent

    rows = {str(row["source"]): row for row in rows_of(folder, "raw_videos")}
    assert {rows[url]["status"] for url in good} == {"ready"}
    assert all(rows[source]["status"] == status for source, (status, _) in broken.items())
    assert len(rows_of(folder, "sampled_frames")) == 3 * 23
    assert contents(folder.inbox) == before
    # The run that was killed was tried again, the inbox had its own, and the dataset was not made for each video.
    runs = Counter((run["jobName"], run["status"]) for run in daemon.runs())
    assert runs["videos_to_candidates", "FAILURE"] == 1
    assert runs["videos_to_candidates", "SUCCESS"] == 2
    assert 1 <= runs["candidates_to_dataset", "SUCCESS"] <= 2
    assert runs.total() == 3 + runs["candidates_to_dataset", "SUCCESS"]


def _says(daemon: Daemon, kind: str, name: str, words: str) -> bool:
    """Whether the newest tick requested nothing, for this reason."""
    ticks = daemon.ticks(kind, name)
    return bool(ticks) and words in str(ticks[0]["skipReason"])
