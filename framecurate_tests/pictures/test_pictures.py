"""Hashes follow the eye, sheets stay small."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.pictures.files import encode_jpeg, read_picture
from framecurate_assets.pictures.hashing import hamming_distances, perceptual_hashes
from framecurate_assets.pictures.sheets import MAX_BYTES, WIDTH_PX, Row, Tile, sheet_of_rows, sheet_of_tiles


def scene(seed: int, height: int = 240, width: int = 320) -> npt.NDArray[np.uint8]:
    """A grey picture of soft blobs."""
    noise = np.random.default_rng(seed).random((12, 16), dtype=np.float32)
    return np.asarray(
        cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1) * 255, dtype=np.uint8
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: cv2.resize(picture, None, fx=2, fy=2),  # another size
        lambda picture: cv2.convertScaleAbs(picture, alpha=0.8, beta=10),  # another light
        lambda picture: cv2.imdecode(cv2.imencode(".jpg", picture, [1, 40])[1], 0),  # hard compression
    ],
)
def test_the_same_picture_has_nearly_the_same_hash(change: object) -> None:
    picture = scene(1)
    hashes = perceptual_hashes([picture, change(picture)])  # type: ignore[operator]
    assert hamming_distances(hashes, hashes)[0, 1] <= 4


def test_other_pictures_differ_in_many_bits() -> None:
    hashes = perceptual_hashes([scene(seed) for seed in range(20)])
    distances = hamming_distances(hashes, hashes)[~np.eye(20, dtype=bool)]
    assert distances.min() > 12


def test_no_pictures_have_no_hashes() -> None:
    assert perceptual_hashes([]).shape == (0,)


def decoded(content: bytes) -> RGBImage:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def coloured(seed: int) -> RGBImage:
    return np.asarray(np.random.default_rng(seed).integers(0, 256, (192, 192, 3)), dtype=np.uint8)


@pytest.mark.parametrize("count", [0, 1, 7, 90, 600])
def test_a_sheet_stays_small_however_much_is_on_it(count: int) -> None:
    # Noise is the worst there is to compress.
    content = sheet_of_tiles([Tile(coloured(seed), str(seed)) for seed in range(count)])
    assert len(content) <= MAX_BYTES
    assert decoded(content).shape[1] <= WIDTH_PX


def test_a_sheet_shows_pictures_in_their_colours_and_order() -> None:
    red, blue = np.zeros((50, 50, 3), np.uint8), np.zeros((50, 50, 3), np.uint8)
    red[..., 0], blue[..., 2] = 255, 255
    sheet = decoded(sheet_of_rows([Row([Tile(red), Tile(blue)], "a row")], 2))
    middle = sheet.shape[0] // 2
    left, right = sheet[middle, WIDTH_PX // 4], sheet[middle, 3 * WIDTH_PX // 4]
    assert left.argmax() == 0
    assert right.argmax() == 2


def test_a_picture_comes_back_in_its_colours(tmp_path: Path) -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[..., 0] = 200
    (tmp_path / "red.jpg").write_bytes(encode_jpeg(picture))
    assert np.abs(read_picture(tmp_path / "red.jpg").astype(int) - picture).max() <= 3


@pytest.mark.parametrize("content", [None, b"", b"not a picture"])
def test_a_missing_or_broken_picture_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "face.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FramecurateError, match=r"face\.jpg is missing or is no picture"):
        read_picture(path)
