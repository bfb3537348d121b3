"""Two faces of one frame that are one person: which pairs of tracks they are in."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from framecurate_assets.identity.same_frame import images_of_others


@pytest.mark.parametrize(
    ("apart", "images"),
    [
        ([0.1, 0.1, 0.1], [(0, 1)]),
        ([0.1, 0.1, 0.9], [(0, 1)]),  # the typical distance decides, over all frames that show both
        ([0.1, 0.9, 0.9], []),
        ([0.9, 0.9, 0.9], []),
    ],
)
def test_a_picture_is_told_by_all_frames_that_show_both(apart: list[float], images: list[tuple[int, int]]) -> None:
    # Track 1 comes first in every second frame, and a stranger, track 2, is in each.
    tracks = np.array([0, 1, 2, 1, 0, 2, 0, 1, 2])
    frames = np.repeat(np.arange(3), 3)
    descriptors = np.zeros((9, 2), dtype=np.float32)
    descriptors[tracks == 1, 0] = apart
    descriptors[tracks == 2, 1] = 5
    boxes = pl.DataFrame({"x1": [0.0] * 9, "y1": [0.0] * 9, "x2": [50.0] * 9, "y2": [50.0] * 9})
    found = images_of_others(boxes, descriptors, tracks, frames, distance=0.52)
    assert [tuple(pair) for pair in found.tolist()] == images
