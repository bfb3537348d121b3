from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from framecurate_assets.video.frame_table import FrameTable
from framecurate_assets.video.runs import decoding_runs

KEY_FRAME_BYTES, FRAME_BYTES, PICTURE_BYTES = 9_000, 500, 1_000


def stored_frames(pts: list[int], keys: list[int], unreferenced: tuple[int, ...] = ()) -> FrameTable:
    numbers = np.arange(len(pts))
    return FrameTable(
        number=numbers,
        pts=np.array(pts),
        dts=numbers,
        size=np.where(np.isin(numbers, keys), KEY_FRAME_BYTES, FRAME_BYTES),
        is_key=np.isin(numbers, keys),
        is_reference=~np.isin(numbers, unreferenced),
        is_shown=np.ones(len(pts), dtype=np.bool_),
        stored=len(pts),
        start=min(pts),
        end=max(pts) + 1,
        time_base=Fraction(1, 30),
        pixels=50_000,
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([1, 3], [(0, (1, 3))]),  # one group of pictures, one run
        ([4], [(4, (4,))]),  # a key frame is decoded alone
        ([1, 7], [(0, (1,)), (4, (7,))]),  # two groups
        ([5], [(0, (5,))]),  # shown before its key frame: decoded from the group before
        ([4, 5], [(0, (4, 5))]),  # and then its key frame comes along
        ([1, 4, 5, 7], [(0, (1, 4, 5, 7))]),  # and the rest of its group
        ([5, 7, 9], [(0, (5, 7)), (8, (9,))]),
    ],
)
def test_runs_start_at_the_key_frame_that_a_frame_is_decoded_from(
    wanted: list[int], expected: list[tuple[int, tuple[int, ...]]]
) -> None:
    # Stored order. Frame 4 is a key frame of an open group of pictures: 5 and 6 are shown before it.
    table = stored_frames([0, 3, 1, 2, 6, 4, 5, 7, 8, 9], keys=[0, 4, 8])
    assert [(run.first, run.wanted) for run in decoding_runs(table, wanted)] == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([0], KEY_FRAME_BYTES + PICTURE_BYTES),
        # Of frames 1 to 4 two are decoded, 2 and 4: none refers to 1 and 3.
        ([4], KEY_FRAME_BYTES + 2 * FRAME_BYTES + 3 * PICTURE_BYTES),
        ([3, 4], KEY_FRAME_BYTES + 3 * FRAME_BYTES + 4 * PICTURE_BYTES),
    ],
)
def test_a_run_costs_the_bytes_and_the_pixels_that_are_decoded(wanted: list[int], expected: int) -> None:
    table = stored_frames(list(range(20)), keys=[0, 10], unreferenced=(1, 3, 5))
    assert [run.cost for run in decoding_runs(table, wanted)] == [expected]
