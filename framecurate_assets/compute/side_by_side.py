"""Waiting for many things at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TypeVar

from framecurate_assets.compute.compute import Compute

Item = TypeVar("Item")
Made = TypeVar("Made")


def threads_for(compute: Compute) -> int:
    """Threads that keep all workers busy: each waits for one thing, and one more has work ready for whoever is free."""
    return compute.workers + 1 if compute.workers > 1 else 1


def in_order_of_completion(
    make: Callable[[Item], Made], items: Sequence[Item], threads: int
) -> Iterator[tuple[Item, Callable[[], Made]]]:
    """Make something of each item, in threads that take the items in their order.

    A single thread is the caller's own, and makes nothing before it is asked for.

    Yields:
        Each item, and what gives the result or raises what making it raised.
    """
    if threads == 1:
        yield from ((item, partial(make, item)) for item in items)
        return
    with ThreadPoolExecutor(threads) as pool:
        futures = {pool.submit(make, item): item for item in items}
        try:
            yield from ((futures[future], future.result) for future in as_completed(futures))
        finally:
            pool.shutdown(cancel_futures=True)
