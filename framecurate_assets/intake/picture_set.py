"""Taking in a folder of pictures: they become one file, so that a set has a path, a size and a hash as a video has."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import UNFINISHED
from framecurate_assets.pictures.upright import UnreadablePictureError, stored_size, upright_size
from framecurate_assets.sources.folders import PICTURE_ENDINGS, pictures_directly_in
from framecurate_assets.sources.source import Source, content_sha256

_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PictureSet:
    """The pictures of a folder, packed."""

    file: Path
    """A ZIP file that holds them uncompressed, in the order of their names."""
    bytes: int
    sha256: str
    """Hash of the packed file; the same pictures under the same names have the same."""
    width: int
    """Of the upright picture with the largest shorter side, px."""
    height: int
    count: int
    """Pictures in it, those that cannot be read included."""
    codec: str
    """jpeg, png, webp or bmp; mixed where there are several."""


def pictures_in(folder: Path) -> list[Path]:
    """The pictures that lie directly in a folder, by ending and in the order of their names; hidden ones not.

    Raises:
        FramecurateError: the folder is gone or cannot be read.
    """
    try:
        return pictures_directly_in(folder)
    except FileNotFoundError as error:
        raise FramecurateError(f"{folder} is no longer there", "Put it back, or remove it from the sources") from error
    except OSError as error:
        raise FramecurateError(f"{folder} cannot be read: {error.strerror}", "Make it readable") from error


def listing(folder: Path) -> str | None:
    """Names, sizes and times of the pictures of a folder: differs when one was added, removed or changed.

    None where the folder is gone or cannot be read.
    """
    try:
        stats = [(path, path.stat()) for path in pictures_in(folder)]
    except (FramecurateError, OSError):
        return None
    return "\0".join(f"{_name(path)}\0{stat.st_size}\0{stat.st_mtime_ns}" for path, stat in stats)


def take_in_pictures(source: Source, folder: Path) -> PictureSet:
    """Pack the pictures of a source of kind images, as they are, into `folder` as `<video_id>.zip`.

    Args:
        source: its `source` is the folder of pictures.
        folder: where the packed file goes.

    Raises:
        FramecurateError: the folder of pictures is gone, no picture in it can be read, or two have one name as text.
    """
    pictures = pictures_in(Path(source.source))
    _require_names_of_their_own(pictures)
    headers = {path: header for path in pictures if (header := _header(path))}
    if not headers:
        remedy = f"Put some there whose names end in {' '.join(PICTURE_ENDINGS)}"
        raise FramecurateError(f"{source.source} holds no picture that can be read", remedy)
    best = max(headers, key=lambda path: min(headers[path][:2]))
    with _readable(best) as file:
        width, height = upright_size(file)
    types = Counter(kind for _, _, kind in headers.values())
    packed = _pack(pictures, folder / f"{source.video_id}.zip")
    return PictureSet(
        file=packed,
        bytes=packed.stat().st_size,
        sha256=content_sha256(packed),
        width=width,
        height=height,
        count=len(pictures),
        codec=next(iter(types)) if len(types) == 1 else "mixed",
    )


def _name(path: Path) -> str:
    """The name of a file as text, also where its bytes are none."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def _require_names_of_their_own(pictures: list[Path]) -> None:
    for name, count in Counter(map(_name, pictures)).items():
        if count > 1:
            problem = f"{count} pictures in {pictures[0].parent} are called {name}, one with bytes that are no text"
            raise FramecurateError(problem, "Rename it")


def _header(path: Path) -> tuple[int, int, str] | None:
    try:
        with _readable(path) as file:
            return stored_size(file)
    except UnreadablePictureError:
        return None


def _pack(pictures: list[Path], packed: Path) -> Path:
    """The same pictures give the same bytes: no times, no owners."""
    packed.parent.mkdir(parents=True, exist_ok=True)
    unfinished = packed.with_name(f".{packed.name}{UNFINISHED}")
    with unfinished.open("wb") as file:
        with ZipFile(file, "w", ZIP_STORED) as archive:
            for path in pictures:
                with _readable(path) as picture:
                    entry = ZipInfo(_name(path), _EARLIEST)
                    entry.file_size = os.fstat(picture.fileno()).st_size
                    with archive.open(entry, "w") as place:
                        shutil.copyfileobj(picture, place, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(packed)
    return packed


@contextmanager
def _readable(path: Path) -> Iterator[BufferedReader]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise FramecurateError(f"{path} cannot be read: {error.strerror}", "Make it readable, or remove it") from error
    with file:
        yield file
