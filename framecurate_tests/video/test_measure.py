from __future__ import annotations

import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.video.measure import measure_frame


def textured(height: int = 512, width: int = 910, seed: int = 1) -> RGBImage:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    grey = cv2.GaussianBlur(noise, (0, 0), 2).astype(np.float64)
    stretched = (grey - grey.min()) / (grey.max() - grey.min()) * 255
    return np.repeat(stretched.astype(np.uint8)[:, :, None], 3, axis=2)


def blurred(picture: RGBImage, radius: float) -> RGBImage:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), radius), dtype=np.uint8)


def scaled(picture: RGBImage, width: int, height: int) -> RGBImage:
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def test_values_are_those_of_the_definitions() -> None:
    picture = textured()  # already 512 px high: nothing is scaled
    grey = picture[:, :, 0].astype(np.float64)
    padded = np.pad(grey, 1, mode="reflect")
    laplacian = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:] - 4 * grey
    down = np.pad(grey, 1, mode="reflect")
    smooth_rows = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    smooth_columns = down[:-2] + 2 * down[1:-1] + down[2:]
    gradient = np.hypot(smooth_columns[:, 2:] - smooth_columns[:, :-2], smooth_rows[2:] - smooth_rows[:-2])
    shares = np.bincount(picture[:, :, 0].ravel(), minlength=256) / grey.size
    found = measure_frame(picture)
    assert found.sharpness == pytest.approx(laplacian.var())
    assert found.brightness == pytest.approx(grey.mean())
    assert found.contrast == pytest.approx(grey.std())
    assert found.edge_strength == pytest.approx(gradient.mean())
    assert found.entropy == pytest.approx(-sum(share * np.log2(share) for share in shares if share))


def test_a_flat_picture_has_brightness_and_nothing_else() -> None:
    found = measure_frame(np.full((720, 1280, 3), 77, dtype=np.uint8))
    assert (found.sharpness, found.brightness, found.contrast, found.edge_strength, found.entropy) == (0, 77, 0, 0, 0)


def test_two_equal_halves_carry_one_bit() -> None:
    picture = np.zeros((512, 512, 3), dtype=np.uint8)
    picture[:, 256:] = 255
    found = measure_frame(picture)
    assert (found.entropy, found.brightness, found.contrast) == (1.0, 127.5, 127.5)


def test_blur_lowers_sharpness_and_edges_but_not_brightness() -> None:
    sharp, soft = measure_frame(textured()), measure_frame(blurred(textured(), 3))
    assert soft.sharpness < sharp.sharpness / 4
    assert soft.edge_strength < sharp.edge_strength / 1.5
    assert soft.brightness == pytest.approx(sharp.brightness, abs=1)


def test_the_same_scene_measures_alike_in_every_resolution() -> None:
    # Unscaled, sharpness would differ fivefold.
    scene = blurred(np.kron(textured(270, 480), np.ones((4, 4, 1), dtype=np.uint8)), 5)
    large, small = measure_frame(scene), measure_frame(scaled(scene, 1280, 720))
    assert large.sharpness == pytest.approx(small.sharpness, rel=0.25)
    assert large.edge_strength == pytest.approx(small.edge_strength, rel=0.05)


def test_hashes_tell_scenes_apart_and_forgive_a_change_of_size_and_light() -> None:
    scene = textured(540, 960)
    darker = (scaled(scene, 480, 270) * 0.8).astype(np.uint8)
    first, same, other = (measure_frame(picture).phash for picture in (scene, darker, textured(540, 960, seed=2)))
    assert (first ^ same).bit_count() <= 6
    assert (first ^ other).bit_count() >= 16
    assert 0 <= first < 2**64


def test_values_do_not_depend_on_where_the_picture_lies_in_memory() -> None:
    picture = textured(720, 1280)
    held, found = [], set()
    for size in range(1, 40_000, 2_000):
        held.append(np.zeros(size, dtype=np.uint8))  # moves what is allocated next
        found.add(measure_frame(picture.copy()))
    assert len(found) == 1


@pytest.mark.parametrize("size", [(1, 1), (1281, 721), (17, 4000)])
def test_any_size_can_be_measured(size: tuple[int, int]) -> None:
    width, height = size
    assert measure_frame(np.full((height, width, 3), 9, dtype=np.uint8)).brightness == 9
