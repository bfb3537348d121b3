"""A short sequence of a person: consecutive samples of one shot."""

from __future__ import annotations

import numpy as np
import polars as pl

from framecurate_assets.policy import SelectionPolicy
from framecurate_assets.selection.times import microseconds, microseconds_of


def choose_temporal(faces: pl.DataFrame, policy: SelectionPolicy) -> list[int]:
    """Choose `policy.temporal` consecutive faces of one person, or none.

    They come from one video and one shot, each from another frame, neighbours at most `max_temporal_gap_s`
    apart. Of all such windows the one with the best mean composite is taken, the earliest of equals; windows in
    which one track runs through are preferred to all others.

    Args:
        faces: columns frame_id, video_id, shot, track_id, pts_s, composite; one person.
        policy: how many, and how close.

    Returns:
        Row numbers in the order of time; empty where no window is long enough.
    """
    if policy.temporal == 0:
        return []
    ordered = (
        faces.with_row_index("row")
        .sort("video_id", "shot", "pts_s", "composite", "row", descending=[False, False, False, True, False])
        .unique("frame_id", keep="first", maintain_order=True)
    )
    for together in (["video_id", "shot", "track_id"], ["video_id", "shot"]):
        best: tuple[float, list[int]] = (-np.inf, [])
        for run in ordered.partition_by(together, maintain_order=True):
            found = _best_window(run, policy)
            if found is not None and found[0] > best[0]:
                best = found
        if best[1]:
            return best[1]
    return []


def _best_window(run: pl.DataFrame, policy: SelectionPolicy) -> tuple[float, list[int]] | None:
    """Mean composite and rows of the best window of one run of faces in the order of time."""
    if run.height < policy.temporal:
        return None
    gaps = np.diff(microseconds(run["pts_s"]))
    breaks = np.append(0, np.cumsum(gaps > microseconds_of(policy.max_temporal_gap_s)))
    last = policy.temporal - 1
    unbroken = breaks[last:] == breaks[: run.height - last]
    windows = np.lib.stride_tricks.sliding_window_view(run["composite"].to_numpy().astype(np.float64), policy.temporal)
    means = np.where(unbroken, windows.mean(axis=1), -np.inf)
    start = int(np.argmax(means))
    if not unbroken[start]:
        return None
    return float(means[start]), run["row"].slice(start, policy.temporal).to_list()
