"""Pictures as files: RGB in and out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from framecurate_assets.arrays import GreyImage, RGBImage
from framecurate_assets.errors import FramecurateError


def encode_jpeg(picture: RGBImage, quality: int = 95) -> bytes:
    """A picture as JPEG bytes; `quality` is 1..100."""
    done, encoded = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [int(cv2.IMWRITE_JPEG_QUALITY), quality]
    )
    if not done:
        raise ValueError(f"OpenCV could not encode a picture of shape {picture.shape} as JPEG")
    return bytes(encoded)


def read_picture(path: Path) -> RGBImage:
    """The picture in a file, as it is stored: no rotation is applied.

    Raises:
        FramecurateError: the file is missing or not a picture.
    """
    return _decode(path)


def read_thumbnail(path: Path) -> RGBImage:
    """The picture in a JPEG file at half its size, which costs a fraction of reading it whole.

    Raises:
        FramecurateError: the file is missing or not a picture.
    """
    # The flag for half the size asks for blue, green, red, which cannot be asked for together with the other order.
    return _decode(path, cv2.IMREAD_REDUCED_COLOR_2 - cv2.IMREAD_COLOR)


def read_grey(path: Path) -> GreyImage:
    """The picture in a file in shades of grey, shape (height, width).

    Raises:
        FramecurateError: the file is missing or not a picture.
    """
    return np.asarray(cv2.cvtColor(read_picture(path), cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def _decode(path: Path, size: int = 0) -> RGBImage:
    content = np.frombuffer(path.read_bytes(), dtype=np.uint8) if path.exists() else np.zeros(0, dtype=np.uint8)
    flags = size | cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    picture = cv2.imdecode(content, flags) if content.size else None
    if picture is None:
        raise FramecurateError(f"{path} is missing or is no picture", "Rematerialise the asset that writes it")
    return np.asarray(picture, dtype=np.uint8)
