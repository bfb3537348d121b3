"""What is known of a video's frames before one is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class FrameTable:
    """Frames of a video as parallel arrays of shape (n,), in the order in which they are stored and decoded."""

    number: npt.NDArray[np.int64]
    """The place of each frame among all that are stored, from 0: a table of key frames lists only some of them."""

    pts: npt.NDArray[np.int64]
    """When each frame is shown, in ticks."""

    dts: npt.NDArray[np.int64]
    """When each frame is decoded, in ticks: what identifies it after a seek."""

    size: npt.NDArray[np.int64]
    """Bytes that each frame takes in the file."""

    is_key: npt.NDArray[np.bool_]
    """Whether it decodes without any other frame."""

    is_reference: npt.NDArray[np.bool_]
    """Whether other frames are decoded from it, so that it has to be decoded in any case."""

    is_shown: npt.NDArray[np.bool_]
    """Whether it can be asked for: not where an edit list hides it, what it is decoded from is not in the file,
    or an earlier frame is shown in the same millisecond."""

    stored: int
    """How many frames the file has, listed or not."""

    start: int
    """When the first frame is shown, in ticks."""

    end: int
    """When the last frame has been shown, in ticks."""

    time_base: Fraction
    """Seconds in a tick."""

    pixels: int
    """Of one picture."""

    @property
    def duration_s(self) -> float:
        """Seconds from the start of the first frame to the end of the last."""
        return self.seconds(self.end)

    def seconds(self, ticks: int) -> float:
        """A time of the stream, in ticks -> seconds from the start of its first frame."""
        return (ticks - self.start) * float(self.time_base)
