"""The videos of playlists, channels and feeds: what is kept of them from reading to reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import forget_ids
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import LISTED_VIDEOS
from framecurate_assets.sources.listings import all_sources, is_due, last_reading, listed_sources, record, record_fault
from framecurate_assets.sources.source import Source, identify
from framecurate_assets.sources.source_list import ListSource, add_lists, add_sources
from framecurate_assets.sources.url_ids import list_id
from framecurate_assets.web.lists import ListedVideo

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FEED = "https://example.org/feed.xml"


def a_list(url: str = FEED, limit: int = 3, label: str | None = "happy") -> ListSource:
    return ListSource(url, limit, list_id(url), label, "CC0", "good ones")


def found(*numbers: int) -> list[ListedVideo]:
    return [ListedVideo(f"https://vimeo.com/{number}", place) for place, number in enumerate(numbers, start=1)]


def ids(sources: list[Source] | tuple[Source, ...]) -> list[str]:
    return [source.video_id for source in sources]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(DataFolder(tmp_path))


def test_what_a_list_names_are_sources_with_what_was_said_of_the_list(lake: Lake) -> None:
    assert record(lake, a_list(), found(1, 2), NOW) == 2
    first, second = listed_sources([a_list()], lake)
    assert first == Source("https://vimeo.com/1", "vimeo-1", "url", "happy", "CC0", "good ones")
    assert second.video_id == "vimeo-2"
    assert listed_sources([], lake) == []


def test_a_new_episode_joins_and_those_that_the_list_no_longer_names_stay(lake: Lake) -> None:
    assert record(lake, a_list(), found(1, 2, 3), NOW) == 3
    assert record(lake, a_list(), found(1, 2, 3), NOW) == 0
    assert record(lake, a_list(), found(4, 1, 2), NOW + timedelta(hours=1)) == 1
    assert ids(listed_sources([a_list()], lake)) == ["vimeo-1", "vimeo-4", "vimeo-2", "vimeo-3"]
    rows = lake.read(LISTED_VIDEOS, list_id(FEED))
    assert rows.filter(pl.col("video_id") == "vimeo-1")["first_seen_at"].to_list() == [NOW]
    assert rows["list"].unique().to_list() == [FEED]


def test_a_lower_limit_takes_only_the_first_places(lake: Lake) -> None:
    record(lake, a_list(), found(1, 2, 3), NOW)
    assert ids(listed_sources([a_list(limit=2)], lake)) == ["vimeo-1", "vimeo-2"]


def test_two_spellings_of_one_video_are_one_and_what_is_no_web_address_is_none(lake: Lake) -> None:
    spellings = ["https://vimeo.com/1", "https://player.vimeo.com/video/1", "rtmp://example.org/x", "https://[x"]
    listed = [ListedVideo(url, place) for place, url in enumerate(spellings, start=1)]
    assert record(lake, a_list(limit=9), listed, NOW) == 1
    assert ids(listed_sources([a_list(limit=9)], lake)) == ["vimeo-1"]


def test_a_list_is_due_at_first_then_after_a_while_and_when_more_is_wanted(lake: Lake) -> None:
    assert is_due(lake, a_list(), 3600, NOW)
    record(lake, a_list(), found(1), NOW)
    assert not is_due(lake, a_list(), 3600, NOW + timedelta(seconds=3599))
    assert is_due(lake, a_list(), 3600, NOW + timedelta(seconds=3600))
    assert is_due(lake, a_list(limit=4), 3600, NOW)
    assert not is_due(lake, a_list(limit=2), 3600, NOW)


def test_a_list_that_fails_keeps_its_videos_and_waits_like_any_other(lake: Lake) -> None:
    record(lake, a_list(), found(1), NOW)
    later = NOW + timedelta(hours=2)
    record_fault(lake, a_list(), "It does not answer.", later)
    assert ids(listed_sources([a_list()], lake)) == ["vimeo-1"]
    assert not is_due(lake, a_list(), 3600, later + timedelta(seconds=3599))
    last = last_reading(lake, a_list())
    assert last is not None
    assert (last.tried_at, last.fault) == (later, "It does not answer.")
    record(lake, a_list(), found(1), later)
    assert last_reading(lake, a_list()).fault is None  # type: ignore[union-attr]


def test_all_sources_are_entries_then_listed_videos_without_the_forgotten(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    lake = Lake(folder)
    own = identify("https://vimeo.com/2", label="sad")
    add_sources(folder.sources_file, [own, identify("https://vimeo.com/9")])
    add_lists(folder.sources_file, [a_list()])
    record(lake, a_list(), found(1, 2, 3), NOW)
    forget_ids(lake, "video", ["vimeo-3", "vimeo-9"], NOW)
    everything = all_sources(folder)
    assert ids(everything.sources) == ["vimeo-2", "vimeo-1"]
    assert everything.sources[0] == own
    assert everything.lists == (a_list(),)
    assert all_sources(DataFolder(tmp_path / "none")).sources == ()
