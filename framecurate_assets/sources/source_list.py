"""Which videos to ingest: `data/sources.yaml`, and what people hand to `framecurate add`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import write_bytes
from framecurate_assets.sources.entries import FORM, Entry, append_yaml, read_text, read_yaml
from framecurate_assets.sources.source import Source, identify, is_url

VIDEO_ENDINGS = (
    *(".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4"),
    *(".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm", ".wmv"),
)
"""Files with these endings, in upper or lower case, are taken from a folder."""

HEADER = "# What is ingested, one entry a video. `framecurate add` appends; edit it as you like.\n"


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
    """The entries that the sources leave out."""


def read_sources(path: Path) -> SourceList:
    """The sources in a YAML list; no file means none.

    Raises:
        FramecurateError: the file is not YAML, or an entry has an unknown key or a value of the wrong kind.
    """
    return identify_all(read_yaml(path)) if path.exists() else SourceList((), ())


def add_sources(path: Path, new: Sequence[Source]) -> list[Source]:
    """Append to a YAML list the sources whose video is not in it yet, and return these.

    What stands in the file, comments too, stays as it is.

    Raises:
        FramecurateError: as `read_sources`, or nothing can be appended because the list is not a block list.
    """
    known = {source.video_id for source in read_sources(path).sources}
    added: list[Source] = []
    for source in new:
        if source.video_id not in known:
            known.add(source.video_id)
            added.append(source)
    if added:
        before = path.read_text(encoding="utf-8") if path.exists() else HEADER
        write_bytes(path, append_yaml(path, before, added).encode())
    return added


def expand(argument: str) -> list[Entry]:
    """What an argument of `framecurate add` stands for.

    A folder stands for the videos in it and its folders, by ending and in the order of their paths; a .txt file
    for its lines (# starts a comment); a .yaml or .yml file for its entries; anything else for itself. Paths
    in a list are relative to the list.

    Raises:
        FramecurateError: the folder has no video, the list no entry, or the YAML list is faulty.
    """
    path = Path(argument).expanduser()
    if argument.strip() and path.is_dir():
        entries = [Entry(str(video)) for video in sorted(path.rglob("*")) if _is_video(video.relative_to(path))]
        missing = f"{argument} has no file that ends like a video", f"Known endings are {' '.join(VIDEO_ENDINGS)}"
    elif path.suffix.lower() == ".txt" and path.is_file():
        entries = read_text(path)
        missing = f"{argument} names no source", "Write one path or URL a line"
    elif path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        entries = read_yaml(path)
        missing = f"{argument} names no source", FORM
    else:
        return [Entry(argument)]
    if not entries:
        raise FramecurateError(*missing)
    return entries


def identify_all(entries: Iterable[Entry]) -> SourceList:
    """Find out which video each entry means; an entry that carries a video id is not looked into."""
    sources: dict[str, Source] = {}
    unidentified: list[Unidentified] = []
    for entry in entries:
        try:
            source = _identified(entry)
        except FramecurateError as error:
            unidentified.append(Unidentified(entry.source, str(error)))
        else:
            sources.setdefault(source.video_id, source)
    return SourceList(tuple(sources.values()), tuple(unidentified))


def _identified(entry: Entry) -> Source:
    remarks = (entry.label, entry.licence, entry.notes, entry.clip_start_s, entry.clip_end_s)
    if entry.video_id is None:
        return identify(entry.source, *remarks)
    return Source(entry.source, entry.video_id, "url" if is_url(entry.source) else "file", *remarks)


def _is_video(path: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in VIDEO_ENDINGS and not is_hidden
