"""Photos as people have them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from framecurate_assets.arrays import RGBImage
from framecurate_assets.pictures.files import read_picture


def astronaut_picture() -> RGBImage:
    """512x512, one smiling woman who looks at the camera."""
    return np.asarray(skimage.data.astronaut(), dtype=np.uint8)  # type: ignore[no-untyped-call]


def six_people_picture() -> RGBImage:
    """1280x886, six people."""
    spec = find_spec("insightface")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return read_picture(Path(spec.submodule_search_locations[0]) / "data" / "images" / "t1.jpg")


def photo(path: Path, picture: RGBImage, *, orientation: int = 1) -> Path:
    """A picture as a JPEG; of another orientation than 1 its EXIF data says how it is to be turned."""
    image = Image.fromarray(picture)
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(path, quality=95, exif=exif)
    return path


def closely_cropped(picture: RGBImage) -> RGBImage:
    """The astronaut's face and hardly more."""
    return picture[65:180, 170:280]


def quarter_turned(picture: RGBImage) -> RGBImage:
    """As a camera stores a picture that orientation 6 says to turn clockwise."""
    return np.ascontiguousarray(np.rot90(picture))
