"""Reading the pictures that people bring: any of four types, turned upright, and nothing of them trusted."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
from PIL import Image, UnidentifiedImageError

from framecurate_assets.arrays import RGBImage
from framecurate_assets.errors import MACHINE_ERRORS, FramecurateError

TYPES = ("JPEG", "PNG", "WEBP", "BMP")
"""What is read, whatever a file's ending says."""

MAX_PIXELS = 100_000_000
"""A few bytes can claim any number of pixels: what claims more than this is not decoded."""

MAX_BYTES = 500_000_000
"""As large as a bitmap of that many pixels, and a little more."""

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a stored picture upright, by the orientation that its EXIF data says."""


class UnreadablePictureError(FramecurateError):
    """A file is no picture, is cut off, or claims to be larger than anything that is decoded."""


def stored_size(file: IO[bytes]) -> tuple[int, int, str]:
    """Width and height as stored, px, and the type (jpeg, png, webp, bmp), from the header alone.

    Raises:
        UnreadablePictureError: nothing of it can be read, or it is too large.
    """
    with _opened(file) as image:
        return image.width, image.height, _type(image)


def upright_size(file: IO[bytes]) -> tuple[int, int]:
    """Width and height of the upright picture, px.

    Raises:
        UnreadablePictureError: as `stored_size`.
    """
    with _opened(file) as image:
        return (image.height, image.width) if _orientation(image) in (5, 6, 7, 8) else image.size


def read_upright(file: IO[bytes]) -> RGBImage:
    """The picture, shape (height, width, 3), turned as its EXIF data says.

    What is transparent becomes white, 16 bits a channel become 8; of an animation the first picture counts. Colour
    profiles are not applied.

    Raises:
        UnreadablePictureError: it is no picture, cut off, damaged or too large.
    """
    with _opened(file) as image:
        image.load()
        turn = _TURNS.get(_orientation(image))
        rgb = _rgb(image)
        return np.asarray(rgb if turn is None else rgb.transpose(turn), dtype=np.uint8)


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[Image.Image]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > MAX_BYTES:
        raise UnreadablePictureError(f"It has {size} bytes, and {MAX_BYTES} are read at most")
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata, and of sizes that are judged here.
            warnings.simplefilter("ignore")
            with Image.open(file, formats=TYPES) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise UnreadablePictureError(_too_many_pixels(f"{image.width}x{image.height}"))
                yield image
    except FramecurateError:
        raise
    except UnidentifiedImageError as error:
        raise UnreadablePictureError("It is no JPEG, PNG, WebP or BMP picture") from error
    except Image.DecompressionBombError as error:
        raise UnreadablePictureError(_too_many_pixels("It")) from error
    except Exception as error:
        # Damaged files make the decoders raise errors of many types.
        if isinstance(error, OSError) and error.errno in MACHINE_ERRORS:
            raise
        raise UnreadablePictureError(f"It is cut off or damaged: {error or type(error).__name__}") from error


def _too_many_pixels(what: str) -> str:
    return f"{what} has more pixels than the {MAX_PIXELS} that are read at most"


def _type(image: Image.Image) -> str:
    # A JPEG with a second picture in it, as some phones make them, is a type of its own to Pillow.
    return "jpeg" if image.format == "MPO" else str(image.format).lower()


def _orientation(image: Image.Image) -> int:
    return int(image.getexif().get(_ORIENTATION) or 1)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        # Pillow cuts such values off at 255.
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        background = Image.new("RGBA", image.size, "white")
        background.alpha_composite(image.convert("RGBA"))
        image = background
    # Converting copies, even what is RGB already.
    return image if image.mode == "RGB" else image.convert("RGB")
