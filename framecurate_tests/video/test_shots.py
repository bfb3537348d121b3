from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.cuts import find_cuts, shots_between
from framecurate_assets.video.sampling import sample_frames
from framecurate_assets.video.shots import shot_feature, shot_numbers
from framecurate_tests.video.clips import MILLISECOND, write_clip

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
    return shot_numbers([shot_feature(frame) for frame in frames], [False] * len(frames))


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


@cache
def closer_view() -> list[RGBImage]:
    """Four seconds at 30 frames a second: a room, and from 1.8 s on the same room seen from nearer."""
    room = scene(1, 10)
    return [view(room, n, 0) for n in range(54)] + [view(room, 200 + n, 100, 1.3) for n in range(66)]


def sampled_shots(path: Path) -> list[tuple[float, int]]:
    """Time and shot of nine frames, about half a second apart."""
    frames = list(sample_frames(path, SamplingPolicy(frames_per_section=3)))
    features = [shot_feature(frame.image) for frame in frames]
    numbers = shot_numbers(features, [frame.follows_forced_key for frame in frames])
    return [(frame.pts_s, number) for frame, number in zip(frames, numbers, strict=True)]


@pytest.mark.parametrize(
    ("ending", "keys", "every", "is_found"),
    [
        (".mp4", {54}, "250", True),
        (".mkv", {54}, "250", True),  # its index lists no frames
        (".mp4", {30, 54, 60, 90}, "250", True),  # a grid that goes on after the cut
        (".mp4", set(), "27", False),  # an encoder that looks for no cuts says nothing about them
    ],
)
def test_a_key_frame_off_the_regular_interval_tells_of_a_cut_between_pictures_that_look_alike(
    tmp_path: Path, ending: str, keys: set[int], every: str, is_found: bool
) -> None:
    path = tmp_path / f"clip{ending}"
    shots = sampled_shots(write_clip(path, closer_view(), options={"g": every}, forced_keys=keys))
    assert [number for _, number in shots] == [int(is_found and pts_s >= 1.799) for pts_s, _ in shots]


def test_key_frames_anywhere_are_no_cuts_where_nothing_changes(tmp_path: Path) -> None:
    room = closer_view()[:54]
    path = write_clip(tmp_path / "clip.mp4", room, options={"g": "250"}, forced_keys={7, 20, 41})
    assert {number for _, number in sampled_shots(path)} == {0}


def test_full_finds_a_cut_at_the_frame_that_is_shown_first(tmp_path: Path) -> None:
    cuts = find_cuts(write_clip(tmp_path / "clip.mp4", closer_view()))
    assert cuts == pytest.approx([1.8])
    assert shots_between(cuts, [0.0, 1.79, 1.8, 3.9]) == [0, 0, 1, 1]


def test_full_goes_by_presentation_time_and_looks_at_the_clip_alone(tmp_path: Path) -> None:
    pts = np.cumsum(np.random.default_rng(5).integers(20, 50, 120)).tolist()
    path = write_clip(tmp_path / "uneven.mkv", closer_view(), pts=pts, time_base=MILLISECOND)
    cut_s = (pts[54] - pts[0]) / 1000
    assert find_cuts(path) == pytest.approx([cut_s], abs=0.001)
    assert find_cuts(path, cut_s + 0.1) == find_cuts(path, None, cut_s - 0.1) == []


def test_full_refuses_a_video_of_which_a_part_cannot_be_decoded(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "torn.mp4", closer_view())
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 3)
    path.write_bytes(content)
    with pytest.raises(UnreadableVideoError, match="not every frame can be decoded"):
        find_cuts(path)


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
