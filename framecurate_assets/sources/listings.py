"""The videos that playlists, channels and feeds named so far: kept in the lake, and taken for sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import forgotten_among
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import LISTED_VIDEOS
from framecurate_assets.sources.source import Source, identify
from framecurate_assets.sources.source_list import ListSource, SourceList, read_sources

if TYPE_CHECKING:
    # It loads yt-dlp.
    from framecurate_assets.web.lists import ListedVideo

TRIED_AT, LIMIT, FAULT = "framecurate.tried_at", "framecurate.limit", "framecurate.fault"
"""Keys of a stored file's metadata: when it was last tried to read the list, how many places of it, and what went
wrong if anything did."""


@dataclass(frozen=True)
class Reading:
    """The last try at reading a list."""

    tried_at: datetime
    limit: int
    """Places of the list that it was about."""
    fault: str | None
    """What went wrong, in one sentence; None: nothing."""


def all_sources(folder: DataFolder) -> SourceList:
    """Every video to ingest: the entries of sources.yaml, then what its lists named so far; no forgotten one.

    Raises:
        FramecurateError: as `read_sources`.
    """
    lake = Lake(folder)
    written = read_sources(folder.sources_file)
    sources = {source.video_id: source for source in (*written.sources, *listed_sources(written.lists, lake))}
    sources |= {source.video_id: source for source in written.sources}
    forgotten = forgotten_among(lake, "video", sources)
    kept = tuple(source for source in sources.values() if source.video_id not in forgotten)
    return SourceList(kept, written.unidentified, written.lists)


def listed_sources(lists: Iterable[ListSource], lake: Lake) -> list[Source]:
    """The videos that the lists named so far, list by list and in the order of their places.

    A video that was once seen within the limit of its list stays, also when the list does not name it any more.
    """
    found: dict[str, Source] = {}
    for a_list in lists:
        rows = _rows(lake, a_list).filter(pl.col("position") <= a_list.limit).sort("position", "first_seen_at")
        for video_id, url in rows.select("video_id", "source").iter_rows():
            source = Source(url, video_id, "url", a_list.label, a_list.licence, a_list.notes)
            found.setdefault(video_id, source)
    return list(found.values())


def record(lake: Lake, a_list: ListSource, found: Sequence[ListedVideo], now: datetime) -> int:
    """Keep what a list names now, and return how many of these videos it had not named before.

    What it named before stays as it was first seen. Entries that are no web addresses, or were forgotten, are left out.
    """
    known = _rows(lake, a_list)
    seen = set(known["video_id"])
    fresh: dict[str, dict[str, object]] = {}
    for video in found:
        video_id = _video_id(video.url)
        if video_id is not None and video_id not in seen:
            row = {"list": a_list.url, "video_id": video_id, "source": video.url}
            fresh.setdefault(video_id, {**row, "position": video.position, "first_seen_at": now})
    for video_id in forgotten_among(lake, "video", fresh):
        del fresh[video_id]
    rows = pl.concat([known, LISTED_VIDEOS.from_rows(list(fresh.values()))])
    lake.write(LISTED_VIDEOS, rows, a_list.list_id, facts=_facts(a_list, now))
    return len(fresh)


def record_fault(lake: Lake, a_list: ListSource, fault: str, now: datetime) -> None:
    """Remember that a list could not be read; what it named before stays."""
    lake.write(LISTED_VIDEOS, _rows(lake, a_list), a_list.list_id, facts={**_facts(a_list, now), FAULT: fault})


def last_reading(lake: Lake, a_list: ListSource) -> Reading | None:
    """The last try at reading a list; None: there was none."""
    facts = lake.facts(LISTED_VIDEOS, a_list.list_id)
    if TRIED_AT not in facts:
        return None
    return Reading(datetime.fromisoformat(facts[TRIED_AT]), int(facts[LIMIT]), facts.get(FAULT))


def is_due(lake: Lake, a_list: ListSource, refresh_s: float, now: datetime) -> bool:
    """Whether a list is to be read: never tried, tried too long ago, or with a smaller limit than it has now."""
    last = last_reading(lake, a_list)
    return last is None or last.limit < a_list.limit or last.tried_at + timedelta(seconds=refresh_s) <= now


def _facts(a_list: ListSource, now: datetime) -> dict[str, str]:
    return {TRIED_AT: now.isoformat(), LIMIT: str(a_list.limit)}


def _rows(lake: Lake, a_list: ListSource) -> pl.DataFrame:
    return lake.read_all(LISTED_VIDEOS, [a_list.list_id])


def _video_id(url: str) -> str | None:
    try:
        return identify(url).video_id
    except FramecurateError:
        return None
