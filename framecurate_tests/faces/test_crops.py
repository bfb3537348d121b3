from __future__ import annotations

import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.crops import crop_face, crop_squares, cut_square


def _gradient(width: int, height: int) -> RGBImage:
    """Red grows to the right and green downwards, so that a pixel's colour says where it comes from."""
    frame = np.zeros((height, width, 3), dtype=np.uint8)
    frame[:, :, 0] = np.linspace(0, 255, width)[None, :]
    frame[:, :, 1] = np.linspace(0, 255, height)[:, None]
    return frame


@pytest.mark.parametrize(
    ("box", "square"),
    [
        ((100, 100, 200, 200), (70, 70, 230, 230)),  # 30 % of the width on every side
        ((100, 100, 200, 240), (50, 70, 250, 270)),  # taller than wide: the width grows, the centre stays
        ((100, 100, 240, 200), (58, 38, 282, 262)),  # wider than tall: the height grows
        ((0, 0, 10, 10), (-3, -3, 13, 13)),  # beyond the frame: not clipped
    ],
)
def test_the_square_around_a_box(box: tuple[float, ...], square: tuple[float, ...]) -> None:
    assert np.allclose(crop_squares(np.array([box], dtype=np.float32))[0], square)


@pytest.mark.parametrize("box", [(400, 300, 500, 420), (400, 300, 1100, 1000)], ids=["enlarged", "shrunk"])
def test_a_crop_shows_the_square_upright_and_undistorted(box: tuple[float, ...]) -> None:
    frame = _gradient(1920, 1080)
    crop = crop_face(frame, box)
    assert crop.shape == (512, 512, 3)
    x1, y1, x2, y2 = crop_squares(np.array([box], dtype=np.float32))[0]
    for across, down in ((0.02, 0.02), (0.5, 0.5), (0.98, 0.1)):
        red, green, _ = crop[int(down * 511), int(across * 511)].tolist()
        assert abs(red - 255 * (x1 + across * (x2 - x1)) / 1919) < 3
        assert abs(green - 255 * (y1 + down * (y2 - y1)) / 1079) < 3


@pytest.mark.parametrize(
    ("box", "padded", "inner"),
    [
        ((0, 200, 100, 300), np.s_[:, :90], np.s_[256, 120]),  # left
        ((540, 200, 640, 300), np.s_[:, 425:], np.s_[256, 390]),  # right
        ((200, 0, 300, 100), np.s_[:90, :], np.s_[120, 256]),  # top
        ((200, 380, 300, 480), np.s_[425:, :], np.s_[390, 256]),  # bottom
    ],
)
def test_where_the_frame_ends_its_edge_is_repeated(
    box: tuple[float, ...], padded: tuple[slice, slice], inner: tuple[int, int]
) -> None:
    frame = np.random.default_rng(0).integers(60, 200, (480, 640, 3), dtype=np.uint8)
    frame[:, :3] = frame[:, -3:] = (250, 0, 0)
    frame[:3, :] = frame[-3:, :] = (250, 0, 0)
    crop = crop_face(frame, box)
    assert np.abs(crop[padded].astype(int) - (250, 0, 0)).max() < 30
    assert np.abs(crop[inner].astype(int) - (250, 0, 0)).max() > 60


def test_a_face_larger_than_the_frame_still_makes_a_crop() -> None:
    assert crop_face(_gradient(64, 48), (0, 0, 64, 48)).shape == (512, 512, 3)
    assert crop_face(np.full((1, 1, 3), 7, dtype=np.uint8), (0, 0, 1, 1)).max() == 7


def test_cutting_at_the_size_that_it_has_changes_no_pixel() -> None:
    frame = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    part = cut_square(frame, np.array([100, 50, 164, 114], dtype=np.float32), 64)
    assert np.array_equal(part, frame[50:114, 100:164])
