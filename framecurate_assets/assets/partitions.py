"""One partition a video, and runs of many of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import dagster as dg

from framecurate_assets.assets.describe import RUN_SIZE
from framecurate_assets.sources.source import Source

videos = dg.DynamicPartitionsDefinition(name="videos")
"""Keys are video ids; whatever reads the list of sources registers them."""

CHUNK = 10_000
"""Partitions that are registered at a time: SQLite takes no more values in one statement."""

INGESTION_TAG = "framecurate/ingestion"
"""Tag of the runs that the schedule and the inbox request: they make only what is missing or stale."""


def register_videos(instance: dg.DagsterInstance, sources: Sequence[Source]) -> None:
    """Make every source a partition; those that are one already stay where they are."""
    known = set(instance.get_dynamic_partitions(str(videos.name)))
    fresh = [source.video_id for source in sources if source.video_id not in known]
    for start in range(0, len(fresh), CHUNK):
        instance.add_dynamic_partitions(str(videos.name), fresh[start : start + CHUNK])


def range_tags(first: str, last: str) -> dict[str, str]:
    """What tells Dagster that a run is of the partitions from one to another, in the order of their registration."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def ranges(
    order: Sequence[str], wanted: Collection[str], passable: Collection[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """The wanted partitions as ranges of neighbours, none longer than one run should be.

    Args:
        order: all partitions, as Dagster orders them.
        wanted: those that the ranges have to hold. Sets, if there are many.
        passable: those that may lie between them in a range, so that a few ranges do for scattered videos.

    Yields:
        The first and the last partition of each range; both are wanted.
    """
    first = last = None
    for place, key in enumerate(order):
        ends = first is not None and (place - first == RUN_SIZE or (key not in wanted and key not in passable))
        if first is not None and last is not None and ends:
            yield order[first], order[last]
            first = None
        if key in wanted:
            first = place if first is None else first
            last = place
    if first is not None and last is not None:
        yield order[first], order[last]
