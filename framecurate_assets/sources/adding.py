"""Adding what people name to the list of sources, and saying of each thing what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import allow, forgotten_at
from framecurate_assets.lake.lake import Lake
from framecurate_assets.sources.entries import Entry, parse
from framecurate_assets.sources.expand import expand
from framecurate_assets.sources.source import Source, is_url
from framecurate_assets.sources.source_list import ListSource, add_lists, add_sources, identify_all
from framecurate_assets.sources.url_ids import is_known_list


@dataclass(frozen=True)
class Wishes:
    """What a person wants of all that they name at once."""

    as_lists: bool = False
    """Whether the URLs are playlists, channels or feeds."""
    allow_forgotten: bool = False
    """Whether a video that was erased on request may be taken in again."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Keys of an entry for all that have none of their own: label, limit, clip_start, …"""


@dataclass
class Added:
    """What became of the things that were named."""

    fresh: list[Source] = field(default_factory=list)
    """New on the list."""
    known: list[Source] = field(default_factory=list)
    """On it before."""
    fresh_lists: list[ListSource] = field(default_factory=list)
    known_lists: list[ListSource] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Why others are none, as whole sentences."""


def add_all(folder: DataFolder, arguments: Sequence[str], wishes: Wishes) -> Added:
    """Put on the list what each argument stands for; what can't be is refused and stops no other.

    Raises:
        FramecurateError: sources.yaml is faulty.
    """
    added = Added()
    sources: list[Source] = []
    lists: list[ListSource] = []
    for entry in _entries(arguments, added.refused):
        try:
            found = identify_all([_as_wished(entry, wishes)])
        except FramecurateError as error:
            added.refused.append(str(error))
            continue
        added.refused += [unidentified.reason for unidentified in found.unidentified]
        sources += [source for source in found.sources if _may_be_taken(source, Lake(folder), wishes, added.refused)]
        lists += found.lists
    added.fresh = add_sources(folder.sources_file, sources) if sources else []
    added.fresh_lists = add_lists(folder.sources_file, lists) if lists else []
    added.known = [source for source in sources if source not in added.fresh]
    added.known_lists = [a_list for a_list in lists if a_list not in added.fresh_lists]
    return added


def _entries(arguments: Sequence[str], refused: list[str]) -> list[Entry]:
    """What the arguments stand for."""
    entries: list[Entry] = []
    for argument in arguments:
        try:
            entries += expand(argument)
        except FramecurateError as error:
            refused.append(str(error))
    return entries


def _as_wished(entry: Entry, wishes: Wishes) -> Entry:
    written = entry.written
    if _is_list(entry, wishes):
        written["list"] = written.pop("source")
    return parse({**wishes.values, **written}, "What was named")


def _is_list(entry: Entry, wishes: Wishes) -> bool:
    if entry.source is None or entry.video_id is not None:
        return False
    if not is_url(entry.source):
        return wishes.as_lists
    return wishes.as_lists or is_known_list(entry.source.strip())


def _may_be_taken(source: Source, lake: Lake, wishes: Wishes, refused: list[str]) -> bool:
    """Whether a source was not erased on request, or is wanted again."""
    erased_at = forgotten_at(lake, "video", source.video_id)
    if erased_at is None:
        return True
    if wishes.allow_forgotten:
        allow(lake, "video", source.video_id)
        return True
    problem = f"{source.source} was erased on request on {erased_at:%Y-%m-%d}"
    refused.append(str(FramecurateError(problem, "To take it in again: framecurate add --allow-forgotten")))
    return False
