from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.sampling import sample_frames
from framecurate_assets.video.shots import shot_feature, shot_numbers

MEDIA = Path(__file__).parents[3] / "shared" / "media"


def scene(seed: int, hue: int) -> RGBImage:
    """A picture larger than a frame, of large soft patches around one hue, to pan and zoom over."""
    patches = np.random.default_rng(seed).uniform(0, 1, (9, 16, 3)).astype(np.float32)
    soft = cv2.resize(patches, (1600, 900), interpolation=cv2.INTER_LINEAR)
    hsv = np.stack([hue + 25 * soft[:, :, 0], 60 + 120 * soft[:, :, 1], 40 + 200 * soft[:, :, 2]], axis=2)
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), dtype=np.uint8)


def view(picture: RGBImage, left: int, top: int, zoom: float = 1.0) -> RGBImage:
    width, height = int(1280 / zoom), int(720 / zoom)
    part = picture[top : top + height, left : left + width]
    return np.asarray(cv2.resize(part, (640, 360), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def shots_of(frames: list[RGBImage]) -> list[int]:
    return shot_numbers([shot_feature(frame) for frame in frames])


def test_a_number_for_each_frame_one_more_after_each_cut() -> None:
    kitchen, garden = scene(1, 10), scene(2, 60)
    frames = [view(kitchen, 10 * n, 0) for n in range(5)] + [view(garden, 10 * n, 0) for n in range(4)]
    assert shots_of([*frames, view(kitchen, 0, 90)]) == [0] * 5 + [1] * 4 + [2]


@pytest.mark.parametrize(
    "frames",
    [
        [view(scene(1, 10), 40 * n, 0) for n in range(8)],  # a pan
        [view(scene(1, 10), 0, 0, 1 + n / 10) for n in range(8)],  # a zoom
        [(view(scene(1, 10), 0, 0) * (1 - n / 10)).astype(np.uint8) for n in range(6)],  # it grows dark
        [np.full((360, 640, 3), 16, dtype=np.uint8)] * 3,  # nothing to see at all
    ],
)
def test_movement_and_light_are_no_cuts(frames: list[RGBImage]) -> None:
    assert shots_of(frames) == [0] * len(frames)


def test_black_before_the_first_picture_is_another_shot() -> None:
    black = np.zeros((360, 640, 3), dtype=np.uint8)
    assert shots_of([black, black, view(scene(1, 10), 0, 0)]) == [0, 0, 1]


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, [0])])
def test_no_frames_and_one(count: int, expected: list[int]) -> None:
    assert shots_of([view(scene(1, 10), 0, 0)] * count) == expected


@pytest.mark.skipif(not MEDIA.exists(), reason="../shared/media is not there")
@pytest.mark.parametrize(
    ("name", "shots", "every"),
    [
        ("hamilton.mp4", 4, 1),
        ("s18.mp4", 1, 20),  # a camera that moves, samples two seconds apart
        ("s32.mp4", 1, 20),
        ("s32.mp4", 1, 60),  # four seconds apart
        ("d13.mp4", 1, 20),
        ("d3.mp4", 1, 20),  # a head that turns and laughs
        ("d0.mp4", 1, 20),
        ("fp_video.mp4", 1, 20),  # a walking crowd
    ],
)
def test_real_clips(name: str, shots: int, every: int) -> None:
    frames = list(sample_frames(MEDIA / name, SamplingPolicy()))[::every]
    numbers = shots_of([frame.image for frame in frames])
    assert sorted(set(numbers)) == list(range(shots))
    if name == "hamilton.mp4":
        cuts = [
            frame.pts_s
            for frame, before, after in zip(frames[1:], numbers, numbers[1:], strict=False)
            if before != after
        ]
        assert cuts == pytest.approx([0.73, 2.77, 7.04], abs=0.15)
