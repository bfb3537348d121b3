"""The pictures of an image set as frames: each is one, at the second that is its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from framecurate_assets.arrays import RGBImage
from framecurate_assets.pictures.upright import UnreadablePictureError, read_upright, stored_size
from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.plan import SECTIONS
from framecurate_assets.video.sampling import SampledFrame


@dataclass(frozen=True)
class SampledPicture:
    """A picture of a set, and what became of it."""

    name: str
    """As the file was called."""

    number: int
    """The second at which it is shown if it is a frame."""

    outcome: SampledFrame | str
    """The frame that it is, or in one sentence why it is none."""


def picture_names(path: Path) -> list[str]:
    """The names of the pictures of a packed set.

    Raises:
        UnreadableVideoError: the set as a whole cannot be read.
    """
    with _opened(path) as archive:
        return archive.namelist()


def sample_pictures(path: Path, numbers: Mapping[str, int], min_shorter_side_px: int) -> Iterator[SampledPicture]:
    """Decode the pictures of a packed set one by one, each as a frame or as refused, in the order of their numbers.

    The picture with the number n is shown at second n; the first third of the pictures is the front of the set.

    Args:
        path: what `take_in_pictures` made.
        numbers: of each name in it; no two have the same.
        min_shorter_side_px: smaller pictures are refused.

    Raises:
        UnreadableVideoError: the set as a whole cannot be read.
    """
    with _opened(path) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: numbers[entry.filename])
        for place, entry in enumerate(entries):
            number = numbers[entry.filename]
            try:
                image = _read(archive, entry, min_shorter_side_px)
            except UnreadablePictureError as error:
                yield SampledPicture(entry.filename, number, str(error))
            else:
                section = SECTIONS[place * len(SECTIONS) // len(entries)]
                frame = SampledFrame(float(number), section, is_keyframe=True, image=image)
                yield SampledPicture(entry.filename, number, frame)


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(path) as archive:
            yield archive
    except (FileNotFoundError, BadZipFile) as error:
        raise UnreadableVideoError(f"{path.name} is gone or damaged", "Materialise raw_videos again") from error


def _read(archive: ZipFile, entry: ZipInfo, min_shorter_side_px: int) -> RGBImage:
    with archive.open(entry) as file:
        width, height, _ = stored_size(file)
        if min(width, height) < min_shorter_side_px:
            raise UnreadablePictureError(
                f"{width}x{height}: the shorter side has {min(width, height)} px, "
                f"and {min_shorter_side_px} are asked for"
            )
        return read_upright(file)
