"""How each source stands: what became of it, when it was last tried, when it is tried next, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from framecurate_assets.lake.catalog import connect
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.sources.listings import all_sources, last_reading, listed_sources
from framecurate_assets.sources.source import Source
from framecurate_assets.sources.source_list import ListSource, Unidentified


@dataclass(frozen=True)
class SourceState:
    """A source, a list or an entry that is neither, and how it stands."""

    source: str
    """The URL or path."""
    id: str | None
    """Of the video or the list; None where nobody can tell."""
    kind: str | None
    """url, file, images or list."""
    label: str | None
    state: str
    """ready, rejected, failed or over_budget; waiting: not tried yet; of a list: listed or failed; unidentified."""
    videos: int | None
    """Of a list: the videos that it named so far, within its limit."""
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    """When a failure that may pass, or a list, is tried again; None: never by itself."""
    reason: str | None


def report(folder: DataFolder, list_refresh_s: float) -> list[SourceState]:
    """Every entry of sources.yaml and every video of its lists, in their order; no forgotten ones.

    Args:
        folder: the data folder.
        list_refresh_s: seconds after which a list is read again.

    Raises:
        FramecurateError: sources.yaml is faulty.
    """
    listed = all_sources(folder)
    outcomes, lake = _outcomes(folder), Lake(folder)
    return [
        *(_state_of_list(a_list, lake, list_refresh_s) for a_list in listed.lists),
        *(_state(source, outcomes.get(source.video_id)) for source in listed.sources),
        *(_state_of_unidentified(entry) for entry in listed.unidentified),
    ]


def _state(source: Source, outcome: Mapping[str, Any] | None) -> SourceState:
    known: Mapping[str, Any] = outcome or {}
    return SourceState(
        source.source,
        source.video_id,
        source.kind,
        source.label,
        known.get("status") or "waiting",
        None,
        known.get("last_attempt_at"),
        known.get("next_attempt_at"),
        known.get("reason"),
    )


def _state_of_list(a_list: ListSource, lake: Lake, refresh_s: float) -> SourceState:
    last = last_reading(lake, a_list)
    state = "waiting" if last is None else "failed" if last.fault else "listed"
    return SourceState(
        a_list.url,
        a_list.list_id,
        "list",
        a_list.label,
        state,
        len(listed_sources([a_list], lake)),
        last.tried_at if last else None,
        last.tried_at + timedelta(seconds=refresh_s) if last else None,
        last.fault if last else None,
    )


def _state_of_unidentified(entry: Unidentified) -> SourceState:
    return SourceState(entry.source, None, None, None, "unidentified", None, None, None, entry.reason)


def _outcomes(folder: DataFolder) -> dict[str, dict[str, Any]]:
    """What is known of each video that was tried: status, reason, last_attempt_at and next_attempt_at."""
    with connect(folder) as connection:
        result = connection.execute(_OUTCOMES)
        names = [column[0] for column in result.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {row["video_id"]: row for row in rows}


# A video whose host rests has an attempt to come and may have no row yet; a file has no attempts.
_OUTCOMES = """
SELECT
    coalesce(videos.video_id, fetch_attempts.video_id) AS video_id,
    videos.status,
    coalesce(videos.reason, fetch_attempts.reason) AS reason,
    coalesce(fetch_attempts.last_attempt_at, videos.ingested_at) AS last_attempt_at,
    fetch_attempts.next_attempt_at
FROM videos
FULL JOIN fetch_attempts ON fetch_attempts.video_id = videos.video_id
"""
