"""The inbox: files and folders of pictures that were dropped into a folder, once they are whole."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.folders import PICTURE_ENDINGS, VIDEO_ENDINGS
from framecurate_assets.sources.source import Source, identify, picture_set

UNFINISHED_ENDINGS = (".part", ".partial", ".crdownload", ".download", ".tmp", ".unfinished")
"""What programs that copy and fetch call a file that is not whole yet."""


@dataclass
class Look:
    """What a look into the inbox found."""

    new: list[Source] = field(default_factory=list)
    """Videos and image sets that no look has found before, in the order of their names."""
    seen: dict[str, str] = field(default_factory=dict)
    """For the next look: name in the inbox -> what it looked like, and which video it is."""
    growing: list[str] = field(default_factory=list)
    """Names of what has changed too recently."""
    unread: list[str] = field(default_factory=list)
    """Names of what is left for the next look, or cannot be read."""
    left_out: list[str] = field(default_factory=list)
    """Names of files that are neither videos nor pictures in a folder of their own."""

    @property
    def video_ids(self) -> set[str]:
        """Every video and image set that lies whole in the inbox."""
        return {seen.rpartition(":")[2] for seen in self.seen.values()}


@dataclass(frozen=True)
class Before:
    """What an earlier look left, and what this one has to heed."""

    seen: Mapping[str, str]
    """Of the last look."""
    rest_s: float
    """Seconds for which a file must not have changed."""
    now: float
    """Seconds since the epoch."""
    stop_at: float
    """When `time.monotonic()` says so, no further file is read; one always is."""


def look_into(inbox: Path, before: Before) -> Look:
    """What lies in the inbox and its folders; only what has changed since the last look is read.

    Nothing is moved or removed. Hidden files and those of a transfer in progress do not count. A folder with
    pictures directly in it is an image set. The inbox may be absent.
    """
    look = Look()
    pictures: dict[Path, list[Path]] = {}
    for path in _files(inbox):
        ending = path.suffix.lower()
        if ending in VIDEO_ENDINGS:
            _look_at(path, [path], inbox, before, look)
        elif ending in PICTURE_ENDINGS and path.parent != inbox:
            pictures.setdefault(path.parent, []).append(path)
        else:
            look.left_out.append(_name(path, inbox))
    for folder, files in pictures.items():
        _look_at(folder, files, inbox, before, look)
    return look


def _files(inbox: Path) -> Iterator[Path]:
    for path in sorted(inbox.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(inbox).parts)
        if not is_hidden and not path.name.lower().endswith(UNFINISHED_ENDINGS) and path.is_file():
            yield path


def _look_at(path: Path, files: list[Path], inbox: Path, before: Before, look: Look) -> None:
    """Find out which video a file is, or a folder of pictures, unless that is known or too early."""
    name = _name(path, inbox)
    try:
        state = _state(files)
        if before.seen.get(name, "").startswith(f"{state}:"):
            look.seen[name] = before.seen[name]
        elif before.now - _last_change(files) < before.rest_s:
            look.growing.append(name)
        elif look.new and time.monotonic() >= before.stop_at:
            look.unread.append(name)
        else:
            source = picture_set(path) if path.is_dir() else identify(str(path))
            if _state(files) != state:
                look.growing.append(name)
            else:
                look.new.append(source)
                look.seen[name] = f"{state}:{source.video_id}"
    except (OSError, FramecurateError):
        # It went away in between, or may not be read; the next look tries again.
        look.unread.append(name)


def _state(files: list[Path]) -> str:
    """Size and time of what lies there: how many files, their bytes, and the latest change in nanoseconds."""
    stats = [file.stat() for file in files]
    return f"{len(stats)}:{sum(stat.st_size for stat in stats)}:{max(stat.st_mtime_ns for stat in stats)}"


def _last_change(files: list[Path]) -> float:
    """When any of the files was last written, in seconds since the epoch.

    By the clock of the file system: a copy may carry the times of its original.
    """
    return max(file.stat().st_ctime for file in files)


def _name(path: Path, inbox: Path) -> str:
    return path.relative_to(inbox).as_posix()
