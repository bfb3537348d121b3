"""Cutting a frame into pictures of the detector's size, large enough for the smallest face wanted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray, RGBImage

TILE_PX = 192
"""Side of the detector's input."""

FACES_ACROSS = 10
"""Sides of the smallest face wanted that make the side of a tile. In one that is 13 faces wide a tenth of such
faces are missed; in one that is 8 wide hardly more are found, in more time."""

OVERLAP = 0.19
"""Share of its side that a tile has in common with the next one: nearly two of the smallest faces wanted. A quarter
found no face more."""

WIDE_ENOUGH = 0.4
"""Share of the frame's longer side from which tiles are so wide that faces which their overlap does not hold show
well in the whole frame. After narrower ones the frame is cut once more, into tiles of twice the side."""


@dataclass(frozen=True)
class Tile:
    """A part of a frame, scaled to the detector's input."""

    picture: RGBImage
    """Shape (TILE_PX, TILE_PX, 3), with black bars where the frame is narrower than that."""

    scale: FloatArray
    """Shape (2,): pixels of the tile for one pixel of the frame, in x and y."""

    offset: FloatArray
    """Shape (2,): where in the tile the frame's top left corner lies, x and y; negative for later tiles."""

    limits: FloatArray
    """Shape (4,): x1, y1, x2, y2 in pixels of the tile; infinite on the sides where the frame itself ends."""

    def to_frame(self, points: FloatArray) -> FloatArray:
        """Points in pixels of the tile, shape (..., 2) -> in pixels of the frame."""
        return np.asarray((points - self.offset) / self.scale, dtype=np.float32)

    def holds_whole(self, corners: FloatArray) -> npt.NDArray[np.bool_]:
        """Which boxes, shape (n, 2, 2) in pixels of the tile, are not cut by an edge that has frame beyond it."""
        inside = (corners[:, 0] >= self.limits[:2]) & (corners[:, 1] <= self.limits[2:])
        return np.asarray(inside.all(axis=1))


def tiles(frame: RGBImage, smallest_face_px: int) -> Iterator[Tile]:
    """The whole frame as one tile, then square tiles that overlap.

    The tiles' side is at most `FACES_ACROSS` times the smallest face wanted, and at most the frame's shorter side.
    Where the frame's longer side is no more than that many faces, the whole frame is all there is.
    """
    height, width = frame.shape[:2]
    longer_side = max(height, width)
    yield from _cut(frame, longer_side)
    side = FACES_ACROSS * smallest_face_px
    while side < longer_side:
        # A frame narrower than one of the smallest faces has none, so its tiles need not be that narrow.
        yield from _cut(frame, min(side, max(min(height, width), smallest_face_px)))
        if side >= WIDE_ENOUGH * longer_side:
            return
        side *= 2


def _cut(frame: RGBImage, side: int) -> Iterator[Tile]:
    """Tiles of at most this side that cover the frame, as few as the overlap allows."""
    height, width = frame.shape[:2]
    overlap = OVERLAP * side
    rows, columns = (max(1, math.ceil((length - overlap) / (side - overlap))) for length in (height, width))
    # The smallest tiles of which that many cover the frame with that overlap: they show the most.
    smallest = max((height + (rows - 1) * overlap) / rows, (width + (columns - 1) * overlap) / columns)
    scale = TILE_PX / smallest
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Averaging over the area when shrinking: with bilinear samples a fifth fewer small ones are found.
    scaled = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    for top in _starts(size[1], rows):
        for left in _starts(size[0], columns):
            part = scaled[top : top + TILE_PX, left : left + TILE_PX]
            part_height, part_width = part.shape[:2]
            bar_x, bar_y = (TILE_PX - part_width) // 2, (TILE_PX - part_height) // 2
            picture = np.zeros((TILE_PX, TILE_PX, 3), dtype=np.uint8)
            picture[bar_y : bar_y + part_height, bar_x : bar_x + part_width] = part
            yield Tile(
                picture=picture,
                scale=np.array([size[0] / width, size[1] / height], dtype=np.float32),
                offset=np.array([bar_x - left, bar_y - top], dtype=np.float32),
                limits=np.array(
                    [
                        0 if left else -np.inf,
                        0 if top else -np.inf,
                        part_width if left + part_width < size[0] else np.inf,
                        part_height if top + part_height < size[1] else np.inf,
                    ],
                    dtype=np.float32,
                ),
            )


def _starts(length: int, count: int) -> list[int]:
    """Where tiles begin along a side of this length: evenly spread."""
    return [round(start) for start in np.linspace(0, max(0, length - TILE_PX), count).tolist()]
