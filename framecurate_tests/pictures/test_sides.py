"""Two sides of a sheet stay on their sides, with the words between them."""

import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.pictures.sheets import GAP_PX, MAX_BYTES, WIDTH_PX, Sides, Tile, sheet_of_sides


def colour(red: int, green: int, blue: int) -> Tile:
    return Tile(np.full((60, 60, 3), (red, green, blue), np.uint8), "words")


def decoded(content: bytes) -> RGBImage:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


@pytest.mark.parametrize("left", [1, 3, 9])
def test_the_sides_stand_left_and_right_of_a_gap(left: int) -> None:
    red, blue = [colour(255, 0, 0)] * left, [colour(0, 0, 255)]
    sheet = decoded(sheet_of_sides([Sides(red, blue, "score 0.87", "heading")], columns=3)).astype(int)
    is_red = (sheet[..., 0] > 200) & (sheet[..., 2] < 90)
    is_blue = (sheet[..., 2] > 200) & (sheet[..., 0] < 90)
    side = (WIDTH_PX - GAP_PX) // 2
    tile = side // 3
    # More than there are columns are left out.
    assert is_red.any(axis=0).sum() == pytest.approx(tile * min(left, 3), rel=0.05)
    assert not is_red[:, side:].any()
    assert not is_blue[:, : side + GAP_PX].any()
    assert is_blue.any(axis=0).sum() == pytest.approx(tile, rel=0.05)
    gap = sheet[:, side : side + GAP_PX]
    # The line down the middle, and wider than it the words.
    assert (gap.min(axis=2) < 128).any(axis=0).sum() > 20


def test_a_sheet_of_sides_stays_small() -> None:
    noise = [Tile(np.random.default_rng(seed).integers(0, 256, (192, 192, 3), np.uint8)) for seed in range(10)]
    content = sheet_of_sides([Sides(noise[:5], noise[5:])] * 24)
    assert len(content) <= MAX_BYTES


def test_no_sides_give_an_empty_strip() -> None:
    assert decoded(sheet_of_sides([])).shape[1] == WIDTH_PX
