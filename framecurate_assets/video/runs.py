"""What has to be decoded for some frames of a video: runs of stored frames, each from a key frame on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from framecurate_assets.video.frame_table import FrameTable

PIXELS_FOR_A_BYTE = 50
"""Pixels of a picture that cost as much to decode as a byte of the file. In five H.264 clips of 720p and 1080p a frame
took 0.07 to 0.10 ms for each thousand bytes and 1.0 to 1.8 ms for each million pixels."""


@dataclass(frozen=True)
class Run:
    """Frames that are decoded in one go, by their positions in the order in which frames are stored."""

    first: int
    """The key frame to start from."""

    wanted: tuple[int, ...]
    """The frames to take, increasing; the last one ends the run."""

    first_dts: int
    """When the key frame is decoded, in ticks: what identifies it after a seek."""

    seek_to: int
    """A time in ticks of which FFmpeg finds this key frame as the last one before."""

    cost: float
    """About what decoding takes, as many bytes: what the file has of each decoded frame, and what its pixels add."""


def decoding_runs(table: FrameTable, wanted: Iterable[int]) -> list[Run]:
    """What has to be decoded for the wanted frames: at most one run for each group of pictures.

    A frame that is stored after a key frame and shown before it (an open group of pictures) is decoded from
    frames of the group before: its run starts there, and what follows in its own group joins that run.

    Args:
        table: frames of a video.
        wanted: positions in the table of frames that are shown at or after the first key frame.
    """
    keys = np.flatnonzero(table.is_key)
    runs: list[tuple[int, tuple[int, ...]]] = []
    for position in sorted(wanted):
        own = int(np.searchsorted(keys, position, side="right")) - 1
        while own > 0 and table.pts[keys[own]] > table.pts[position]:
            own -= 1
        first = int(keys[own])
        joined: tuple[int, ...] = (position,)
        while runs and first <= runs[-1][1][-1]:
            earlier_first, earlier_wanted = runs.pop()
            first, joined = min(first, earlier_first), earlier_wanted + joined
        runs.append((first, joined))
    return [
        Run(first, joined, int(table.dts[first]), _seek_to(table, keys, first), _cost(table, first, joined))
        for first, joined in runs
    ]


def _seek_to(table: FrameTable, keys: np.ndarray, first: int) -> int:
    # FFmpeg looks for the last key frame that is shown before the time it is given. All frames of this group are
    # stored, and this key frame is shown, before the next key frame is stored.
    later = int(np.searchsorted(keys, first, side="right"))
    return int(table.dts[keys[later]]) - 1 if later < len(keys) else table.end


def _cost(table: FrameTable, first: int, wanted: tuple[int, ...]) -> float:
    decoded = slice(first, wanted[-1] + 1)
    is_decoded = table.is_reference[decoded].copy()
    is_decoded[np.array(wanted) - first] = True
    return float((table.size[decoded][is_decoded] + table.pixels / PIXELS_FOR_A_BYTE).sum())
