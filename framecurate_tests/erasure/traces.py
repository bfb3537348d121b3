"""What a data folder must not hold any more, and looking for it byte by byte."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from framecurate_assets.lake.folder import DataFolder
from framecurate_tests.end_to_end.data_folders import all_rows

NAMES = ("video_id", "frame_id", "face_id", "person_id", "sha256", "path")


def removed_names(before: DataFolder, after: DataFolder) -> set[str]:
    """Ids, paths and hashes that were in the tables and are not any more; and the hashes of files that are gone."""
    gone = _names(before) - _names(after)
    files = _files(before) - _files(after)
    # A picture of somebody else may have got another rank, and so another name.
    hashes = _hashes(before) - _hashes(after)
    # Where a video was, which its row goes on to say, tells nothing of who was in it.
    return gone | hashes | {path for path in files if path.startswith(("frames/", "faces/"))}


def where_found(names: set[str], folder: DataFolder) -> list[str]:
    """The files below a data folder in whose name or content one of the names stands as a whole."""
    pattern = re.compile(
        b"|".join(re.escape(name.encode()) + rb"(?![0-9a-z])" for name in sorted(names, key=len, reverse=True))
    )
    return [
        f"{path.relative_to(folder.root)}: {found.group().decode()}"
        for path, content in _contents(folder)
        if (found := pattern.search(str(path.relative_to(folder.root)).encode() + b"\0" + content))
    ]


def where_pictures_are(before: DataFolder, after: DataFolder) -> list[str]:
    """The files in which a contact sheet that is gone, or is another one now, still stands in base64."""
    former = [path for path in before.sheets.rglob("*.webp") if _is_gone(path, before, after)]
    samples = {path: list(_samples(base64.b64encode(path.read_bytes()))) for path in former}
    return [
        f"{path}: {sheet.relative_to(before.root)}"
        for path, content in _contents(after)
        for sheet, pieces in samples.items()
        if any(piece in content for piece in pieces)
    ]


def _samples(text: bytes) -> Iterator[bytes]:
    """Pieces from all over a text but its head, which many sheets share. SQLite breaks long texts into pages."""
    for start in range(1000, len(text) - 100, 1000):
        yield text[start : start + 100]


def _is_gone(path: Path, before: DataFolder, after: DataFolder) -> bool:
    now = after.root / path.relative_to(before.root)
    return not now.exists() or now.read_bytes() != path.read_bytes()


def _names(folder: DataFolder) -> set[str]:
    rows = [row for table in all_rows(folder).values() for row in table]
    return {str(row[key]) for row in rows for key in NAMES if row.get(key) is not None}


def _files(folder: DataFolder) -> set[str]:
    places = [path for name in ("videos", "frames", "faces", "dataset") for path in (folder.root / name).rglob("*.*")]
    return {path.relative_to(folder.root).as_posix() for path in places if path.is_file()}


def _hashes(folder: DataFolder) -> set[str]:
    return {hashlib.sha256((folder.root / path).read_bytes()).hexdigest() for path in _files(folder)}


def _contents(folder: DataFolder) -> Iterator[tuple[Path, bytes]]:
    for path in folder.root.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()
