"""Times as whole microseconds: in floating point 0.6 - 0.4 is less than 0.2, and 6.2 - 1.2 more than 5."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

MICROSECONDS = 1_000_000


def microseconds(seconds: pl.Series) -> npt.NDArray[np.int64]:
    """Presentation times in whole microseconds, shape (n,)."""
    return np.round(seconds.to_numpy() * MICROSECONDS).astype(np.int64)


def microseconds_of(seconds: float) -> int:
    """A duration in whole microseconds."""
    return round(seconds * MICROSECONDS)
