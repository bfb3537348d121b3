"""Turning stored pictures upright: phones store them as the sensor lies and say how to turn them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame

from framecurate_assets.arrays import RGBImage


@dataclass(frozen=True)
class Orientation:
    """What makes a stored picture upright: rows and columns are swapped first, then each may be reversed."""

    is_transposed: bool
    reverses_rows: bool
    reverses_columns: bool

    @property
    def rotation_deg(self) -> int:
        """Clockwise turn, 0, 90, 180 or 270; a mirrored picture counts as turned, then mirrored left to right."""
        return 90 * self.is_transposed + 180 * self.reverses_rows

    def upright_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the stored picture -> of the upright one."""
        return (height, width) if self.is_transposed else (width, height)

    def upright(self, stored: RGBImage) -> RGBImage:
        """The stored picture, shape (height, width, 3), turned upright and contiguous in memory."""
        picture = stored.transpose(1, 0, 2) if self.is_transposed else stored
        picture = picture[::-1] if self.reverses_rows else picture
        picture = picture[:, ::-1] if self.reverses_columns else picture
        return np.ascontiguousarray(picture)


def orientation(frame: VideoFrame) -> Orientation:
    """How a decoded frame lies, from the display matrix that the container gives it.

    The matrix (a b u, c d v, x y w) moves a stored point to x' = a x + c y, y' = b x + d y; only right angles
    and mirrors are meant in practice, so the signs tell all. Source: ISO/IEC 14496-12, track header box.
    """
    display_matrix = cast("SideData | None", frame.side_data.get("DISPLAYMATRIX"))
    if display_matrix is None:
        return Orientation(is_transposed=False, reverses_rows=False, reverses_columns=False)
    a, b, _, c, d = np.frombuffer(bytes(display_matrix), dtype=np.int32)[:5].tolist()
    if abs(b) > abs(a):
        return Orientation(is_transposed=True, reverses_rows=b < 0, reverses_columns=c < 0)
    return Orientation(is_transposed=False, reverses_rows=d < 0, reverses_columns=a < 0)


class UprightPictures:
    """Turns the frames of one video into upright pictures, with the colour matrix that the stream names.

    PyAV ties a frame whose side data was looked at to itself: it stays in memory (25 MB at 2160p) until Python seeks
    such knots, which ninety frames do not bring about. So only one frame of each rotation is asked how it lies.
    """

    def __init__(self) -> None:
        self._orientations: dict[int, Orientation] = {}

    def picture(self, frame: VideoFrame) -> RGBImage:
        """A decoded frame as a picture, shape (height, width, 3), uint8, RGB, upright."""
        if frame.rotation not in self._orientations:
            self._orientations[frame.rotation] = orientation(frame)
        stored: RGBImage = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
        return self._orientations[frame.rotation].upright(stored)
