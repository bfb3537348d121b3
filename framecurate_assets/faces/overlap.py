"""How much of another face a face's crop shows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.faces.crops import crop_squares


def other_face_shares(boxes: FloatArray, frame_ids: pl.Series) -> FloatArray:
    """For every face the largest share of another face's box, in the same frame, that lies in this one's crop.

    Args:
        boxes: shape (n, 4), x1, y1, x2, y2 in pixels; NaN where a side is missing.
        frame_ids: the frame of each face, of length n.

    Returns:
        Shape (n,), 0..1: 0 where a face is alone in its frame, NaN where a box of the frame is missing or empty.
    """
    of, other = _pairs(frame_ids)
    squares, others = crop_squares(boxes)[of], boxes[other]
    sides = np.minimum(squares[:, 2:], others[:, 2:]) - np.maximum(squares[:, :2], others[:, :2])
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    shares = np.maximum(sides, 0).prod(axis=1) / np.where(areas > 0, areas, np.nan)
    largest = np.zeros(len(boxes), dtype=np.float32)
    with np.errstate(invalid="ignore"):  # NaN is meant to win
        np.maximum.at(largest, of, shares.astype(np.float32))
    return largest


def _pairs(frame_ids: pl.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Row numbers of all ordered pairs of different faces in one frame, as two arrays of one length."""
    rows = pl.DataFrame({"frame_id": frame_ids, "row": np.arange(len(frame_ids))})
    pairs = rows.join(rows, on="frame_id", suffix="_other").filter(pl.col("row") != pl.col("row_other"))
    return pairs["row"].to_numpy(), pairs["row_other"].to_numpy()
