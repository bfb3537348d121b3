from __future__ import annotations

import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.quality import composite, frontality, sharpness


def _floats(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(
    ("angles", "expected"),
    [
        ((0, 0, 0), 1.0),
        ((30, 0, 0), 1 - 45 / 270),
        ((-30, 0, 0), 1 - 45 / 270),  # to either side alike
        ((0, -25, 0), 1 - 25 / 270),
        ((0, 0, 40), 1 - 20 / 270),
        ((10, 20, 30), 1 - 50 / 270),
        ((90, 90, 180), 0.0),  # never below 0
    ],
)
def test_frontality(angles: tuple[float, float, float], expected: float) -> None:
    assert frontality(np.array([angles], dtype=np.float32))[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("sharp", "frontal", "score", "ratio", "expected"),
    [
        (500, 1, 1, 0.2, 1.0),
        (5000, 1, 1, 0.9, 1.0),  # sharper and larger than that counts no more
        (250, 0, 0, 0, 0.15),
        (0, 0.8, 0, 0, 0.28),
        (0, 0, 0.6, 0, 0.15),
        (0, 0, 0, 0.1, 0.05),
    ],
)
def test_composite(sharp: float, frontal: float, score: float, ratio: float, expected: float) -> None:
    assert composite(_floats(sharp), _floats(frontal), _floats(score), _floats(ratio))[0] == pytest.approx(expected)


def test_what_was_not_measured_is_never_a_number() -> None:
    nothing = float("nan")
    assert np.isnan(frontality(np.array([[nothing, 0, 0]], dtype=np.float32)))[0]
    one = _floats(1)
    for place in range(4):
        values = [one, one, one, one]
        values[place] = _floats(nothing)
        assert np.isnan(composite(*values))[0]


def test_sharpness_is_the_variance_of_the_laplacian_at_128_px() -> None:
    crop = np.zeros((512, 512, 3), dtype=np.uint8)
    crop[256:260, 256:260] = 100  # one pixel at 128x128: -4 x 100 there, 100 at its four neighbours
    assert sharpness(crop) == pytest.approx((400**2 + 4 * 100**2) / 128**2, rel=1e-6)
    assert sharpness(np.full((512, 512, 3), 90, dtype=np.uint8)) == 0


def test_blur_lowers_sharpness_and_size_does_not(astronaut: RGBImage) -> None:
    box = np.array([178, 68, 274, 178])
    values = [
        sharpness(crop_face(np.asarray(cv2.GaussianBlur(astronaut, (0, 0), sigma), dtype=np.uint8), box))
        for sigma in (0.3, 1, 2, 4)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > 2 * values[2] > 4 * values[3]
    larger = np.asarray(cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    assert sharpness(crop_face(larger, 3 * box)) == pytest.approx(values[0], rel=0.15)
