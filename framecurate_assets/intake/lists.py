"""Reading the playlists, channels and feeds that are due."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import DownloadPolicy, Policy
from framecurate_assets.sources.listings import is_due, record, record_fault
from framecurate_assets.sources.source_list import ListSource
from framecurate_assets.web.lists import expand_list


def read_due_lists(lake: Lake, policy: Policy, lists: Sequence[ListSource], within_s: float | None = None) -> list[str]:
    """Record what the lists name now; return what went wrong, one sentence a list.

    Args:
        lake: where it is recorded.
        policy: how sites are asked, and how often a list is read.
        lists: of the sources.
        within_s: seconds after which no more is waited for; None: as long as `policy.download` allows. A list that
            does not answer in time is recorded when it does, and it is due again if it never does.
    """
    now = datetime.now(UTC)
    due = [a_list for a_list in lists if is_due(lake, a_list, policy.automation.list_refresh_s, now)]
    threads = ThreadPoolExecutor(policy.download.per_host)
    longest_s = min(policy.download.max_fetch_s, within_s or policy.download.max_fetch_s)
    settings = policy.download.model_copy(update={"max_fetch_s": longest_s})
    readings = {a_list.url: threads.submit(_read, lake, settings, a_list, now) for a_list in due}
    wait(readings.values(), timeout=within_s)
    threads.shutdown(wait=False, cancel_futures=True)
    faults = {url: _fault(reading) for url, reading in readings.items()}
    return [f"{url}: {fault}" for url, fault in faults.items() if fault]


def _fault(reading: Future[str]) -> str:
    """What went wrong with a list; an empty text: nothing."""
    is_over = reading.done() and not reading.cancelled()
    return reading.result() if is_over else "it did not answer in time, and is read again"


def _read(lake: Lake, settings: DownloadPolicy, a_list: ListSource, now: datetime) -> str:
    """Record one list; an empty text, or what went wrong."""
    try:
        record(lake, a_list, expand_list(a_list.url, a_list.limit, settings), now)
    except FramecurateError as error:
        fault = str(error)
    except Exception as error:
        # A bug that one list brings to light must not keep the others from being read.
        fault = f"{type(error).__name__}: {error}"
    else:
        return ""
    record_fault(lake, a_list, fault, now)
    return fault
