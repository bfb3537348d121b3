"""Waiting for many things at the same time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
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
) -> Generator[tuple[Item, Callable[[], Made]], None, None]:
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
            # What was given out is not kept, or the results of all items would be in memory at the end.
            yield from ((futures.pop(future), future.result) for future in as_completed(list(futures)))
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def breaking_off(compute: Compute | None) -> Iterator[None]:
    """Break off what is under way when the block is left by an error or by Ctrl-C, before anybody waits for it."""
    try:
        yield
    except BaseException:
        if compute:
            compute.close()
        raise
