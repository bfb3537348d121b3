"""Reading lists of sources that people wrote, as YAML or one a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.entries import FORM, Entry, parse
from framecurate_assets.sources.source import is_url


def read_yaml(path: Path) -> list[Entry]:
    """The entries of a YAML list; paths in it are relative to the list.

    Raises:
        FramecurateError: it is not YAML or no list, or an entry has an unknown key or a value of the wrong kind.
    """
    return entries_of_yaml(_utf8(path), str(path), path.parent)


def read_text(path: Path) -> list[Entry]:
    """One source a line; # starts a comment; paths are relative to the list.

    Raises:
        FramecurateError: it is not text in UTF-8.
    """
    return entries_of_lines(_utf8(path), path.parent)


def read_typed(text: str) -> list[Entry]:
    """What someone types or another program writes: YAML if it starts like YAML, else one source a line.

    Raises:
        FramecurateError: as `read_yaml`.
    """
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    if first.startswith(("- ", "---", "[")):
        return entries_of_yaml(text, "standard input", Path.cwd())
    return entries_of_lines(text, Path.cwd())


def entries_of_yaml(text: str, name: str, folder: Path) -> list[Entry]:
    """The entries of a YAML list.

    Args:
        text: the list.
        name: of it, for people.
        folder: what paths in it are relative to.

    Raises:
        FramecurateError: as `read_yaml`.
    """
    try:
        written: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # A ValueError is of a date or time that is none, such as 2026-13-40.
        raise FramecurateError(f"{name} is not YAML: {' '.join(str(error).split())}", FORM) from error
    if not isinstance(written, list | None):
        raise FramecurateError(f"{name} is not a list", FORM)
    return [_beside(folder, parse(item, f"{name}, entry {n}")) for n, item in enumerate(written or [], start=1)]


def entries_of_lines(text: str, folder: Path) -> list[Entry]:
    """One source a line; # starts a comment; paths are relative to the folder."""
    lines = (line.partition(" #")[0].strip() for line in text.removeprefix("\ufeff").splitlines())
    return [_beside(folder, Entry(source=line)) for line in lines if line and not line.startswith("#")]


def _utf8(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FramecurateError(f"{path} is not a text file in UTF-8", "Save it as UTF-8") from error


def _beside(folder: Path, entry: Entry) -> Entry:
    """The entry with its path, if it has one, taken relative to a folder."""
    if entry.source is None or not entry.source.strip() or is_url(entry.source):
        return entry
    return entry.model_copy(update={"source": str((folder / Path(entry.source).expanduser()).resolve())})
