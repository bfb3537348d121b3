"""Looking into a video at any time: the frame that is shown then, whatever the file is like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from framecurate_assets.video.footage import Footage
from framecurate_tests.video.clips import MILLISECOND, number_in, numbered_pictures, write_clip
from framecurate_tests.video.test_sampling import FORMATS


# Frames after the key frames of an intra refresh are not intact for a while, and so left out.
@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"intra refresh"}))
def test_every_format_gives_the_frame_that_is_shown_at_a_time(tmp_path: Path, name: str) -> None:
    ending, settings = FORMATS[name]
    footage = Footage(write_clip(tmp_path / f"clip{ending}", numbered_pictures(200), **settings))
    assert len(footage) == 200
    # Out of order, across groups of pictures, and just before the next frame is shown.
    times_s = [4.25, 0.0, 4.05, 2.51, 6.66, (104 - 0.1) / 30]
    numbers = [footage.shown_at(time_s) for time_s in times_s]
    assert numbers == [127, 0, 121, 75, 199, 103]
    for _ in range(2):  # it may be looked into again
        found = [
            (number, number_in(picture)) for number, picture in footage.decode(n for n in numbers if n is not None)
        ]
        assert found == [(number, number) for number in (0, 75, 103, 121, 127, 199)]


def test_nothing_is_shown_before_the_first_frame_and_after_the_last(tmp_path: Path) -> None:
    footage = Footage(write_clip(tmp_path / "clip.mp4", numbered_pictures(30)))
    assert [footage.shown_at(time_s) for time_s in (-0.01, 0.0, 0.99, 1.0)] == [None, 0, 29, None]


def test_frames_count_by_when_they_are_shown_not_by_how_many_came_before(tmp_path: Path) -> None:
    pts = np.cumsum(np.random.default_rng(5).integers(5, 200, 100)).tolist()
    footage = Footage(write_clip(tmp_path / "uneven.mp4", numbered_pictures(100), pts=pts, time_base=MILLISECOND))
    times_s = (np.array(pts) - pts[0]) / 1000
    assert [footage.pts_s(number) for number in range(100)] == pytest.approx(times_s)
    wanted = [footage.shown_at(time_s) for time_s in (1.0, 1.2, 1.4)]
    assert wanted == (np.searchsorted(times_s, [1.0, 1.2, 1.4], side="right") - 1).tolist()
    assert [number_in(picture) for _, picture in footage.decode(n for n in wanted if n is not None)] == wanted
