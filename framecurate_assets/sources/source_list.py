"""Which videos to ingest: `data/sources.yaml`, and what people hand to `framecurate add`."""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import write_bytes
from framecurate_assets.sources.entries import Entry
from framecurate_assets.sources.entry_files import read_yaml
from framecurate_assets.sources.source import Source, identify, is_url
from framecurate_assets.sources.url_ids import list_id
from framecurate_assets.sources.yaml_text import with_entries, without_entries

DEFAULT_LIMIT = 50
"""Places of a list that are looked at, unless it says otherwise."""

HEADER = "# What is ingested, one entry a video or list. `framecurate add` appends; edit it as you like.\n"


@dataclass(frozen=True)
class ListSource:
    """A playlist, channel or feed whose videos are to be ingested."""

    url: str
    limit: int
    """The videos in its first places, this many."""
    list_id: str
    """`list-<name>-<hash of the URL>`: lower case, `[a-z0-9_-]`."""
    label: str | None = None
    """This and what follows holds for each of its videos."""
    licence: str | None = None
    notes: str | None = None


@dataclass(frozen=True)
class Unidentified:
    """An entry of which nobody can tell which video it is, such as a file that is gone."""

    source: str
    reason: str
    """What is wrong and what to do, as whole sentences."""


@dataclass(frozen=True)
class SourceList:
    """What a list of sources comes to."""

    sources: tuple[Source, ...]
    """One for each video, in the order of the list; the first entry of a video counts."""

    unidentified: tuple[Unidentified, ...]
    """The entries that are left out."""

    lists: tuple[ListSource, ...] = ()
    """Playlists, channels and feeds; what they name is not among the sources."""


def read_sources(path: Path) -> SourceList:
    """What a YAML list names itself; no file means nothing. `listings.all_sources` adds the videos of its lists.

    Raises:
        FramecurateError: the file is not YAML, or an entry has an unknown key or a value of the wrong kind.
    """
    return identify_all(read_yaml(path)) if path.exists() else SourceList((), ())


def add_sources(path: Path, new: Sequence[Source]) -> list[Source]:
    """Append to a YAML list the sources whose video is not in it yet, and return these.

    What stands in the file, comments too, stays as it is. Several processes may do this at once.

    Raises:
        FramecurateError: as `read_sources`, or nothing can be appended because the list is not a block list.
    """
    with _alone(path):
        known = {source.video_id for source in read_sources(path).sources}
        added: dict[str, Source] = {}
        for source in new:
            if source.video_id not in known:
                added.setdefault(source.video_id, source)
        _append(path, [_entry_of(source) for source in added.values()])
    return list(added.values())


def add_lists(path: Path, new: Sequence[ListSource]) -> list[ListSource]:
    """Append to a YAML list the playlists, channels and feeds that are not in it yet, and return these.

    Raises:
        FramecurateError: as `add_sources`.
    """
    with _alone(path):
        known = {a_list.list_id for a_list in read_sources(path).lists}
        added: dict[str, ListSource] = {}
        for a_list in new:
            if a_list.list_id not in known:
                added.setdefault(a_list.list_id, a_list)
        _append(path, [_entry_of_list(a_list) for a_list in added.values()])
    return list(added.values())


def remove_sources(path: Path, ids: Collection[str]) -> int:
    """Take the entries of some videos or lists out of a YAML list, and return how many these were.

    All other lines, comments too, stay as they are. An entry of which nobody can tell which video it is stays.

    Raises:
        FramecurateError: as `read_sources`, or they can't be taken out because the list is not a block list.
    """
    if not path.exists():
        return 0
    with _alone(path):
        found = [identify_all([entry]) for entry in read_yaml(path)]
        places = [place for place, entry in enumerate(found) if _ids(entry) & set(ids)]
        if places:
            write_bytes(path, without_entries(path, path.read_text(encoding="utf-8"), places).encode())
    return len(places)


def identify_all(entries: Iterable[Entry]) -> SourceList:
    """Find out which video or list each entry means; an entry that carries a video id is not looked into."""
    sources: dict[str, Source] = {}
    lists: dict[str, ListSource] = {}
    unidentified: list[Unidentified] = []
    for entry in entries:
        try:
            if entry.list_url is not None:
                a_list = _identified_list(entry, entry.list_url)
                lists.setdefault(a_list.list_id, a_list)
            else:
                source = _identified(entry, entry.source or "")
                sources.setdefault(source.video_id, source)
        except FramecurateError as error:
            unidentified.append(Unidentified(entry.source or entry.list_url or "", str(error)))
    return SourceList(tuple(sources.values()), tuple(unidentified), tuple(lists.values()))


def _identified(entry: Entry, source: str) -> Source:
    remarks = (entry.label, entry.licence, entry.notes, entry.clip_start_s, entry.clip_end_s)
    if entry.video_id is None:
        return identify(source, *remarks)
    if is_url(source):
        return Source(source, entry.video_id, "url", *remarks)
    return Source(source, entry.video_id, "images" if entry.video_id.startswith("images-") else "file", *remarks)


def _identified_list(entry: Entry, url: str) -> ListSource:
    url = url.strip()
    remarks = (entry.label, entry.licence, entry.notes)
    return ListSource(url, entry.limit or DEFAULT_LIMIT, list_id(url), *remarks)


def _ids(found: SourceList) -> set[str]:
    return {source.video_id for source in found.sources} | {a_list.list_id for a_list in found.lists}


def _entry_of(source: Source) -> Entry:
    return Entry(
        source=source.source,
        video_id=source.video_id,
        label=source.label,
        licence=source.licence,
        notes=source.notes,
        clip_start_s=source.clip_start_s,
        clip_end_s=source.clip_end_s,
    )


def _entry_of_list(a_list: ListSource) -> Entry:
    return Entry(
        list_url=a_list.url, limit=a_list.limit, label=a_list.label, licence=a_list.licence, notes=a_list.notes
    )


def _append(path: Path, entries: Sequence[Entry]) -> None:
    if entries:
        before = path.read_text(encoding="utf-8") if path.exists() else HEADER
        write_bytes(path, with_entries(path, before, [entry.written for entry in entries]).encode())


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While no other process changes the list; a process that is killed keeps nobody out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
