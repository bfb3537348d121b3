"""Pictures as people bring them: of four types, turned, transparent, damaged, and made to do harm."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from framecurate_assets.pictures import upright
from framecurate_assets.pictures.upright import UnreadablePictureError, read_upright, stored_size, upright_size

RED, BLUE = (250, 10, 10), (10, 10, 250)


def left_and_right(width: int = 60, height: int = 40) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def encoded(picture: Image.Image, kind: str, **options: Any) -> BytesIO:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file


def oriented(orientation: int, kind: str = "JPEG") -> BytesIO:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(left_and_right(), kind, exif=exif)


def is_near(pixel: np.ndarray[Any, Any], colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() < 30)


def png_claiming(width: int, height: int) -> BytesIO:
    """A PNG of a hundred bytes whose header says that it is of any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(64))), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return BytesIO(b"\x89PNG\r\n\x1a\n" + body)


@pytest.mark.parametrize(("kind", "type_"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp"), ("BMP", "bmp")])
def test_each_type_is_read_in_its_colours(kind: str, type_: str) -> None:
    file = encoded(left_and_right(), kind)
    assert stored_size(file) == (60, 40, type_)
    picture = read_upright(file)
    assert picture.shape == (40, 60, 3)
    assert picture.dtype == np.uint8
    assert is_near(picture[20, 5], RED)
    assert is_near(picture[20, 55], BLUE)


@pytest.mark.parametrize(
    ("orientation", "red_is_at"),
    # A row and a column of the picture as a person sees it.
    [
        (1, (20, 5)),
        (2, (20, 55)),
        (3, (20, 55)),
        (4, (20, 5)),
        (5, (5, 20)),
        (6, (5, 20)),
        (7, (55, 20)),
        (8, (55, 20)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_turned_picture_comes_out_upright(kind: str, orientation: int, red_is_at: tuple[int, int]) -> None:
    file = oriented(orientation, kind)
    picture = read_upright(file)
    size = (40, 60) if orientation > 4 else (60, 40)
    assert upright_size(file) == size
    assert (picture.shape[1], picture.shape[0]) == size
    assert is_near(picture[red_is_at], RED)


def test_an_orientation_that_does_not_exist_turns_nothing() -> None:
    assert read_upright(oriented(77)).shape == (40, 60, 3)


def test_what_is_transparent_is_white() -> None:
    rgba = left_and_right().convert("RGBA")
    rgba.putalpha(Image.linear_gradient("L").resize((60, 40)))
    for kind in ("PNG", "WEBP"):
        picture = read_upright(encoded(rgba, kind, lossless=True))
        assert is_near(picture[0, 5], (255, 255, 255))
        assert is_near(picture[39, 5], RED)
    palette = Image.new("P", (10, 10))
    palette.putpalette([*RED, *BLUE])
    assert (read_upright(encoded(palette, "PNG", transparency=0)) == 255).all()


def test_sixteen_bits_become_eight() -> None:
    grey = np.repeat(np.linspace(0, 65_535, 256, dtype=np.uint16)[None, :], 4, axis=0)
    picture = read_upright(encoded(Image.fromarray(grey), "PNG"))
    assert (picture == np.arange(256)[None, :, None]).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
def test_other_colour_modes_are_read_too(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert read_upright(encoded(Image.new(mode, (8, 6)), kind)).shape == (6, 8, 3)


@pytest.mark.parametrize("size", [(20_000, 6_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_claims_too_many_pixels_is_not_decoded(size: tuple[int, int]) -> None:
    for read in (stored_size, upright_size, read_upright):
        with pytest.raises(UnreadablePictureError, match="more pixels than the 100000000 that are read at most"):
            read(png_claiming(*size))


def test_a_file_of_too_many_bytes_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upright, "MAX_BYTES", 100)
    with pytest.raises(UnreadablePictureError, match="are read at most"):
        read_upright(encoded(left_and_right(), "BMP"))


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"GIF89a" + bytes(100), b"<svg xmlns='x'/>", b"%!PS-Adobe-3.0"]
)
def test_what_is_none_of_the_types_says_so(content: bytes) -> None:
    with pytest.raises(UnreadablePictureError, match="It is no JPEG, PNG, WebP or BMP picture"):
        read_upright(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_half_a_picture_is_refused(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 300, 3), dtype=np.uint8))
    content = encoded(noise, kind).getvalue()
    with pytest.raises(UnreadablePictureError, match=r"cut off or damaged|is no JPEG"):
        read_upright(BytesIO(content[: len(content) // 2]))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_a_damaged_picture_is_a_picture_or_refused_and_nothing_else(kind: str) -> None:
    chance = random.Random(7)
    content = oriented(6, kind).getvalue() if kind != "BMP" else encoded(left_and_right(), kind).getvalue()
    outcomes = set()
    for _ in range(300):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.randrange(min(len(damaged), 400))] = chance.randrange(256)
        try:
            outcomes.add(read_upright(BytesIO(damaged)).ndim)
        except UnreadablePictureError:
            outcomes.add(0)
    assert outcomes <= {0, 3}
