"""Pictures that look the same, found without comparing each with each."""

from __future__ import annotations

import numpy as np
import polars as pl

HASHES = {"phash": pl.UInt64(), "other": pl.UInt64()}


def alike_hashes(hashes: pl.Series, bits: int) -> pl.DataFrame:
    """All pairs of hashes that differ in fewer than some bits, both ways round, and each hash with itself.

    Cut into `bits` blocks, two such hashes agree in at least one whole block: the differing bits are fewer than the
    blocks. So only hashes that agree in a block are compared.

    Args:
        hashes: 64-bit hashes.
        bits: 0..64; with 0 and 1 only equal ones are alike.

    Returns:
        Columns `HASHES`.
    """
    values = np.unique(hashes.to_numpy())
    pairs = [np.column_stack([values, values])]
    for block in range(bits):
        # Every so many-th bit: the bits of a hash are not equally telling, and so each block gets some that are.
        mask = np.uint64(sum(1 << bit for bit in range(block, 64, bits)))
        order = np.argsort(values & mask, kind="stable")
        sorted_values, keys = values[order], values[order] & mask
        offset, at = 1, np.arange(len(keys))
        while True:
            at = at[at + offset < len(keys)]
            at = at[keys[at] == keys[at + offset]]
            if not at.size:
                break
            one, other = sorted_values[at], sorted_values[at + offset]
            near = np.bitwise_count(one ^ other) < bits
            found = np.column_stack([one[near], other[near]])
            pairs += [found, found[:, ::-1]]
            offset += 1
    return pl.DataFrame(np.concatenate(pairs), HASHES).unique()
