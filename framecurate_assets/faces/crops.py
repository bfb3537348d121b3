"""Cutting faces out of a frame."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray, RGBImage

CROP_PX = 512
"""Side of a face's crop."""

MARGIN = 0.3
"""Room left on every side of the box, over the width of the box."""


def crop_face(frame: RGBImage, box: npt.ArrayLike) -> RGBImage:
    """The square around a face that `crop_squares` gives, scaled to 512x512 with its aspect kept.

    Where the frame ends its outermost pixels are repeated.

    Args:
        frame: shape (height, width, 3), uint8, RGB.
        box: x1, y1, x2, y2 in pixels of the frame; some of it lies in the frame.

    Returns:
        Shape (512, 512, 3), uint8, RGB.
    """
    return cut_square(frame, crop_squares(np.asarray(box, dtype=np.float32)[None])[0], CROP_PX)


def crop_squares(boxes: FloatArray) -> FloatArray:
    """The square that a face's crop shows: the box with its margin, the shorter side grown, the centre kept.

    Args:
        boxes: shape (n, 4), x1, y1, x2, y2.

    Returns:
        Shape (n, 4), x1, y1, x2, y2, not clipped to the frame.
    """
    widths = boxes[:, 2] - boxes[:, 0]
    heights = boxes[:, 3] - boxes[:, 1]
    sides = np.maximum(widths, heights) + 2 * MARGIN * widths
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([centres - sides[:, None] / 2, centres + sides[:, None] / 2], axis=1)


def padding_shares(boxes: FloatArray, widths: FloatArray, heights: FloatArray) -> FloatArray:
    """How far a face's crop reaches beyond its frame, over the side of the crop: that part of it is invented.

    Args:
        boxes: shape (n, 4), x1, y1, x2, y2.
        widths: shape (n,), of the frames, px.
        heights: shape (n,), of the frames, px.

    Returns:
        Shape (n,), 0..1, of the side with the most; NaN where a number is missing.
    """
    squares = crop_squares(boxes)
    beyond = [-squares[:, 0], -squares[:, 1], squares[:, 2] - widths, squares[:, 3] - heights]
    sides = squares[:, 2] - squares[:, 0]
    return np.asarray(np.maximum(np.max(beyond, axis=0), 0) / np.where(sides > 0, sides, np.nan), dtype=np.float32)


def cut_square(frame: RGBImage, square: FloatArray, side_px: int) -> RGBImage:
    """A square part of a frame at another size; where the frame ends its outermost pixels are repeated.

    Args:
        frame: shape (height, width, 3), uint8, RGB.
        square: x1, y1, x2, y2 in pixels of the frame, taken to the nearest pixel; some of it lies in the frame.
        side_px: side of the result.

    Returns:
        Shape (side_px, side_px, 3), uint8, RGB.
    """
    height, width = frame.shape[:2]
    side = max(1, round(float(square[2] - square[0])))
    left, top = round(float(square[0])), round(float(square[1]))
    right, bottom = left + side, top + side
    inside = frame[max(0, top) : bottom, max(0, left) : right]
    borders = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    picture = cv2.copyMakeBorder(inside, *borders, borderType=cv2.BORDER_REPLICATE)
    shrinks = side > side_px
    resized = cv2.resize(picture, (side_px, side_px), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return np.asarray(resized, dtype=np.uint8)
