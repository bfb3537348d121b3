from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecurate_assets.video.plan import (
    Frames,
    Grid,
    Mode,
    choose_frames,
    has_key_frame_in_each_cell,
)


def even_frames(count: int, fps: float = 30.0, key_every: int = 10**6, reference_every: int = 1) -> Frames:
    numbers = np.arange(count)
    return Frames(numbers / fps, numbers % key_every == 0, numbers % reference_every == 0)


def grid_over(frames: Frames, frames_per_section: int = 30) -> Grid:
    return Grid(0.0, float(frames.pts_s[-1]) + 1 / 30, frames_per_section)


@pytest.mark.parametrize("mode", ["exact", "nearest"])
@pytest.mark.parametrize(
    ("count", "key_every"),
    [
        (18_000, 150),  # ten minutes: key frames everywhere
        (5_400, 150),  # three minutes: key frames near some targets
        (282, 1_000),  # nine seconds in one group of pictures
        (91, 30),  # hardly more frames than cells
    ],
)
def test_each_cell_of_an_even_video_gives_one_frame(mode: Mode, count: int, key_every: int) -> None:
    frames = even_frames(count, key_every=key_every)
    grid = grid_over(frames)
    choices = choose_frames(frames, grid, mode)
    on_screen_until = (frames.pts_s + 1 / 30)[[choice.index for choice in choices]]
    starts = grid.start_s + np.arange(90) * grid.spacing_s
    assert (on_screen_until > starts).all()
    assert (frames.pts_s[[choice.index for choice in choices]] < starts + grid.spacing_s).all()
    assert [choice.section for choice in choices] == ["front"] * 30 + ["middle"] * 30 + ["end"] * 30


def test_exact_takes_the_frame_on_the_screen_at_the_middle_of_the_cell() -> None:
    frames = even_frames(9_000, key_every=150)
    taken = [choice.index for choice in choose_frames(frames, grid_over(frames), "exact")]
    # 100 frames a cell: its middle is frame 50 of each.
    assert taken == [100 * cell + 50 for cell in range(90)]


@pytest.mark.parametrize(
    ("is_key", "is_reference", "expected"),
    [
        ([5], [0, 2, 4, 6, 8], 15),  # the key frame of the cell, though a reference frame is nearer
        ([1, 6, 9], [], 16),  # of several key frames the one nearest to the middle
        ([], [0, 1, 2, 3], 12),  # no key frame: the first reference half a cell after the frame before
        ([], [0, 1, 9], 15),  # references too close to the frame before, or after the middle: the exact frame
    ],
)
def test_nearest_takes_the_cheapest_frame_of_a_cell(is_key: list[int], is_reference: list[int], expected: int) -> None:
    # Cells of ten frames: the first one gives frame 7, and the middle of the second is frame 15.
    numbers = np.arange(30)
    keys = np.isin(numbers, [7, *(10 + offset for offset in is_key)])
    references = np.isin(numbers, [10 + offset for offset in is_reference])
    choices = choose_frames(Frames(numbers / 1.0, keys, references), Grid(0.0, 30.0, 1), "nearest")
    assert [choice.index for choice in choices][:2] == [7, expected]


@pytest.mark.parametrize(
    ("count", "sections"),
    [
        (1, [0, 1, 0]),  # its only frame is on the screen in the middle of the video
        (40, [13, 14, 13]),
        (90, [30, 30, 30]),
    ],
)
def test_a_video_with_no_more_frames_than_cells_gives_each_once(count: int, sections: list[int]) -> None:
    frames = even_frames(count)
    choices = choose_frames(frames, grid_over(frames), "nearest")
    assert [choice.index for choice in choices] == list(range(count))
    named = [choice.section for choice in choices]
    assert [named.count(section) for section in ("front", "middle", "end")] == sections


def test_a_frame_that_stays_on_the_screen_is_not_taken_twice() -> None:
    # 95 frames in the first second, then one every twelve seconds: most targets fall on five frames.
    frames = Frames(np.append(np.arange(95) / 100, 1 + 12.0 * np.arange(5)), np.ones(100, bool), np.ones(100, bool))
    for mode in ("exact", "nearest"):
        choices = choose_frames(frames, Grid(0.0, 61.0, 30), mode)
        assert [choice.index for choice in choices] == list(range(10, 100))
        # The section says where a frame is, not for which target it was taken.
        assert [choice.section for choice in choices] == ["front"] * 86 + ["middle"] * 2 + ["end"] * 2


@given(
    gaps=st.lists(st.floats(0.002, 30.0), min_size=1, max_size=80),
    seed=st.integers(0, 2**16),
    frames_per_section=st.integers(1, 12),
)
def test_any_video_gives_as_many_frames_as_wanted_or_all(gaps: list[float], seed: int, frames_per_section: int) -> None:
    pts_s = np.cumsum(gaps) - gaps[0]
    flags = np.random.default_rng(seed).random((2, len(gaps))) < 0.3
    frames, grid = Frames(pts_s, flags[0], flags[1]), Grid(0.0, float(pts_s[-1]) + 0.04, frames_per_section)
    for mode in ("exact", "nearest"):
        taken = [choice.index for choice in choose_frames(frames, grid, mode)]
        assert len(taken) == min(len(gaps), grid.cells)
        assert all(before < after for before, after in pairwise(taken))


@pytest.mark.parametrize(
    ("key_times", "expected"),
    [
        ([0.5, 1.5, 2.5], True),
        ([0.0, 1.0, 2.0], True),  # a cell owns its start
        ([0.5, 1.5, 3.0], False),  # and not its end
        ([0.5, 0.6, 2.5], False),
        ([], False),
    ],
)
def test_key_frames_alone_suffice_only_if_each_cell_has_one(key_times: list[float], expected: bool) -> None:
    always = np.ones(len(key_times), bool)
    assert has_key_frame_in_each_cell(Frames(np.array(key_times), always, always), Grid(0.0, 3.0, 1)) is expected
