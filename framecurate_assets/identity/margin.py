"""How much nearer a face is to its person than to the next one."""

from __future__ import annotations

import polars as pl


def margin() -> pl.Expr:
    """1 - distance / rival_distance, as a share; null where either is not known, and where both are 0.

    Computed from the columns distance and rival_distance, Euclidean.
    """
    # 0 / 0 is no margin, and Polars would take NaN for more than any number.
    return (1 - pl.col("distance").cast(pl.Float64) / pl.col("rival_distance")).fill_nan(None)
