"""What of a folder is to be ingested: each video by itself, and the pictures of each folder together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

VIDEO_ENDINGS = (
    *(".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4"),
    *(".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm", ".wmv"),
)
"""Files with these endings, in upper or lower case, are the videos of a folder."""

PICTURE_ENDINGS = (".bmp", ".jpeg", ".jpg", ".png", ".webp")
"""Files with these endings, in upper or lower case, are the pictures of a folder."""


def videos_in(folder: Path) -> list[Path]:
    """The videos in a folder and its folders, by ending and in the order of their paths; hidden ones not."""
    return [path for path in _files_in(folder) if path.suffix.lower() in VIDEO_ENDINGS]


def folders_of_pictures_in(folder: Path) -> list[Path]:
    """The folder and those in it, as far as pictures lie directly in them, in the order of their paths."""
    return sorted({path.parent for path in _files_in(folder) if path.suffix.lower() in PICTURE_ENDINGS})


def pictures_directly_in(folder: Path) -> list[Path]:
    """The pictures that lie directly in a folder, by ending and in the order of their names; hidden ones not."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in PICTURE_ENDINGS and not path.name.startswith(".") and path.is_file()
    )


def _files_in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not is_hidden and path.is_file():
            yield path
