"""When a URL that could not be fetched is worth another try, and which hosts are left alone until when."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from framecurate_assets.intake.intake import Intake
from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.sources.source import Source, host_of

ASKED_UNDER = "framecurate.download_policy"
"""Metadata key of a stored row: fingerprint of the settings under which it was tried."""

JITTER = 0.25
"""Part of a wait by which it is lengthened or shortened, so that what failed together does not come back together."""


def is_due(next_attempt_at: datetime | None, now: datetime) -> bool:
    """Whether a try is due; one that was given no time never is by itself."""
    return next_attempt_at is not None and next_attempt_at <= now


def attempt_row(
    source: Source, intake: Intake, former: pl.DataFrame, now: datetime, policy: DownloadPolicy
) -> dict[str, Any]:
    """The row of fetch_attempts after a try.

    Args:
        source: a URL.
        intake: what came of it.
        former: the row before, or none.
        now: the time of the try.
        policy: how many tries, and how long between them.
    """
    before = former.row(0, named=True) if former.height else {}
    went_wrong_before = before.get("outcome") in ("passing", "paused")
    attempts = (before["attempts"] if went_wrong_before else 0) + intake.was_tried
    return {
        "video_id": source.video_id,
        "source": source.source,
        "host": host_of(source.source),
        "outcome": intake.outcome,
        "attempts": attempts,
        "last_attempt_at": now if intake.was_tried else before.get("last_attempt_at"),
        "next_attempt_at": _next_attempt_at(source.video_id, intake, attempts, now, policy),
        "bytes_fetched": intake.bytes_fetched,
        "reason": intake.reason,
    }


def resting_hosts(attempts: pl.DataFrame, now: datetime) -> dict[str, float]:
    """The hosts that asked to be left alone, and the seconds for which they still are.

    Args:
        attempts: rows of fetch_attempts.
        now: today.
    """
    paused = attempts.filter((pl.col("outcome") == "paused") & (pl.col("next_attempt_at") > now))
    until = paused.group_by("host").agg(pl.col("next_attempt_at").max()).sort("host")
    return {host: (time - now).total_seconds() for host, time in until.iter_rows()}


def _next_attempt_at(
    video_id: str, intake: Intake, attempts: int, now: datetime, policy: DownloadPolicy
) -> datetime | None:
    if intake.outcome not in ("passing", "paused"):
        return None
    if not intake.was_tried:
        return now + timedelta(seconds=intake.retry_after_s or 0)
    if attempts >= policy.attempts:
        return None
    first_s = policy.pause_s if intake.outcome == "paused" else policy.first_wait_s
    wait_s = min(first_s * 2 ** (attempts - 1), policy.longest_wait_s) * _jitter(video_id, attempts)
    return now + timedelta(seconds=max(wait_s, intake.retry_after_s or 0))


def _jitter(video_id: str, attempts: int) -> float:
    """A factor around 1 that differs from video to video and from try to try, and is the same if computed again."""
    digest = hashlib.sha256(f"{video_id} {attempts}".encode()).digest()
    return 1 + JITTER * (2 * int.from_bytes(digest[:4], "big") / 2**32 - 1)
