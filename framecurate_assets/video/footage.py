"""A video that is looked into at any time: the frame that is shown then, and no more decoded than it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from framecurate_assets.arrays import RGBImage
from framecurate_assets.video.container import open_video
from framecurate_assets.video.decode import RunDecoder
from framecurate_assets.video.packets import list_frames
from framecurate_assets.video.runs import decoding_runs
from framecurate_assets.video.upright import UprightPictures

HALF_A_MILLISECOND = 0.0005
"""Times in tables are frames' own times, rounded nowhere, but sums of them are: a frame counts as shown this early."""


class Footage:
    """The frames of a video by their number in the order in which they are shown, from 0."""

    def __init__(self, path: Path) -> None:
        """Read which frames there are.

        Raises:
            UnreadableVideoError: the file is no video, or cut off.
        """
        self._path = path
        with open_video(path) as video:
            self._table = list_frames(video)
        shown = np.flatnonzero(self._table.is_shown)
        self._positions = shown[np.argsort(self._table.pts[shown], kind="stable")]
        ticks = self._table.pts[self._positions] - self._table.start
        self._pts_s = ticks * float(self._table.time_base)

    def __len__(self) -> int:
        return len(self._positions)

    def pts_s(self, number: int) -> float:
        """When a frame is shown, in seconds from the start of the first."""
        return float(self._pts_s[number])

    def shown_at(self, time_s: float) -> int | None:
        """The frame on the screen at a time, in seconds; None before the first and after the last."""
        number = int(np.searchsorted(self._pts_s, time_s + HALF_A_MILLISECOND, side="right")) - 1
        return number if number >= 0 and time_s < self._table.duration_s else None

    def decode(self, numbers: Iterable[int]) -> Iterator[tuple[int, RGBImage]]:
        """Frames with their pictures, shape (height, width, 3), upright, in the order in which they are shown.

        What cannot be decoded intact is left out.
        """
        by_pts = {int(self._table.pts[self._positions[number]]): number for number in numbers}
        wanted = [int(self._positions[number]) for number in by_pts.values()]
        with open_video(self._path) as video:
            decoder, pictures = RunDecoder(video), UprightPictures()
            for decoded in chain.from_iterable(map(decoder.decode, decoding_runs(self._table, wanted))):
                if decoded.pts in by_pts:
                    yield by_pts[decoded.pts], pictures.picture(decoded.frame)
