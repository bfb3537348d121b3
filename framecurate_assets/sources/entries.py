"""Entries of source lists: how people write down which videos to ingest, in YAML or one a line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.source import Source, is_url

VIDEO_ID = re.compile(r"[a-z0-9_-]+")

TEXTS = {key: key for key in ("source", "video_id", "label", "licence", "notes")}
SECONDS = {"clip_start": "clip_start_s", "clip_end": "clip_end_s"}
"""The keys of an entry, and the field of `Entry` and `Source` that each one fills. YAML reads 1:30 as 90."""

FORM = f"Write each entry as '- source: <path or URL>'; the keys are {', '.join(TEXTS | SECONDS)}"


@dataclass(frozen=True)
class Entry:
    """A source as it is written down, before it is known which video it is."""

    source: str
    video_id: str | None = None
    label: str | None = None
    licence: str | None = None
    notes: str | None = None
    clip_start_s: float | None = None
    clip_end_s: float | None = None


def read_yaml(path: Path) -> list[Entry]:
    """The entries of a YAML list; paths in it are relative to the list.

    Raises:
        FramecurateError: it is not YAML or no list, or an entry has an unknown key or a value of the wrong kind.
    """
    try:
        written = yaml.safe_load(_utf8(path))
    except yaml.YAMLError as error:
        raise FramecurateError(f"{path} is not YAML: {' '.join(str(error).split())}", FORM) from error
    if not isinstance(written, list | None):
        raise FramecurateError(f"{path} is not a list", FORM)
    return [_beside(path, _entry(item, f"{path}, entry {n}")) for n, item in enumerate(written or [], start=1)]


def read_text(path: Path) -> list[Entry]:
    """One source a line; # starts a comment; paths are relative to the list.

    Raises:
        FramecurateError: it is not text in UTF-8.
    """
    lines = (line.partition(" #")[0].strip() for line in _utf8(path).splitlines())
    return [_beside(path, Entry(line)) for line in lines if line and not line.startswith("#")]


def append_yaml(path: Path, text: str, sources: list[Source]) -> str:
    """The text of a YAML list with the sources as entries after it, in the indentation of the list.

    Raises:
        FramecurateError: the text is another form of list, such as [a, b]; `path` is its name.
    """
    entries = [_mapping(source) for source in sources]
    node = yaml.compose(text)
    column = node.start_mark.column if isinstance(node, yaml.SequenceNode) else 0
    block = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=10_000)
    longer = text + "\n" * (not text.endswith("\n")) + indent(block, " " * column)
    try:
        is_right = yaml.safe_load(longer) == (yaml.safe_load(text) or []) + entries
    except yaml.YAMLError:
        is_right = False
    if not is_right:
        raise FramecurateError(f"Nothing can be appended to {path}: it is no list of lines that start with '-'", FORM)
    return longer


def _mapping(source: Source) -> dict[str, Any]:
    values = {key: getattr(source, field) for key, field in (TEXTS | SECONDS).items()}
    return {key: value for key, value in values.items() if value is not None}


def _utf8(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FramecurateError(f"{path} is not a text file in UTF-8", "Save it as UTF-8") from error


def _beside(listing: Path, entry: Entry) -> Entry:
    """The entry with its path, if it is one, taken relative to the list that names it."""
    if is_url(entry.source):
        return entry
    return replace(entry, source=str((listing.parent / Path(entry.source).expanduser()).resolve()))


def _entry(written: Any, place: str) -> Entry:
    values = {"source": written} if isinstance(written, str) else written
    if not isinstance(values, dict) or not values.get("source"):
        raise FramecurateError(f"{place} has no source", FORM)
    place = f"{place} ({values['source']})"
    values = {key: value for key, value in values.items() if value is not None}
    for key, value in values.items():
        if key not in TEXTS | SECONDS:
            raise FramecurateError(f"{place} has an unknown key {key!r}", FORM)
        if key in TEXTS and not isinstance(value, str):
            raise FramecurateError(f"{place}: {key} is {value!r}, not a text", "Put it in quotes")
        if key in SECONDS and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise FramecurateError(f"{place}: {key} is {value!r}, not a number of seconds", "Write 90 or 1:30")
    if not VIDEO_ID.fullmatch(values.get("video_id", "-")):
        raise FramecurateError(f"{place}: a video_id has only a-z, 0-9, _ and -", "Remove it: it will be found out")
    fields: dict[str, Any] = {(TEXTS | SECONDS)[key]: value for key, value in values.items()}
    return Entry(**fields)
