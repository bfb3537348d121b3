"""What went wrong at a site, in one sentence, and whether it may pass."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Literal

from yt_dlp.networking.exceptions import RequestError

from framecurate_assets.errors import FramecurateError

Outcome = Literal["passing", "paused", "permanent"]
"""passing: worth another try. paused: the whole host wants to be left alone. permanent: no try will help."""


class WebError(FramecurateError):
    """A URL from which no video could be had."""

    def __init__(
        self,
        problem: str,
        remedy: str = "",
        *,
        outcome: Outcome,
        retry_after_s: float | None = None,
        bytes_fetched: int = 0,
    ) -> None:
        super().__init__(problem, remedy)
        self.outcome: Outcome = outcome
        """Whether another try is worth it."""
        self.retry_after_s = retry_after_s
        """Seconds for which the host asked to be left alone; None where it did not say."""
        self.bytes_fetched = bytes_fetched
        """What the try has cost."""


class GivenUpError(RequestError):  # type: ignore[misc] # yt-dlp has no types
    """A request that framecurate itself gave up.

    It is of yt-dlp's own kind, so that it comes through yt-dlp as it is; not of the kind that yt-dlp tries again.
    """

    def __init__(self, problem: str, remedy: str, outcome: Outcome, retry_after_s: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        """What the address does, such as "is a live stream"."""
        self.remedy = remedy
        self.outcome: Outcome = outcome
        self.retry_after_s = retry_after_s


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """What `Retry-After` says, as seconds from now: it may be so many seconds, or a time."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def shown(url: str) -> str:
    """A URL as it may be shown: without a password, without control characters, and not endless."""
    return one_line(re.sub(r"(?<=//)[^/?#]*@", "", url), longest=300)


def one_line(text: str, longest: int) -> str:
    """Text from a site, fit to be shown: one line, nothing that a terminal obeys, at most so many characters."""
    printable = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    printable = "".join(letter if letter.isprintable() else " " for letter in printable)
    printable = " ".join(printable.split())
    return printable if len(printable) <= longest else printable[: longest - 1].rstrip() + "…"


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, the last first."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        exc_info = getattr(current, "exc_info", None) or (None, None)
        waiting += [getattr(current, "cause", None), exc_info[1], getattr(current, "reason", None)]
        waiting += [current.__cause__, current.__context__]
