from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from framecurate_assets.intake.attempts import attempt_row, is_due, resting_hosts
from framecurate_assets.intake.intake import Intake
from framecurate_assets.lake.tables import FETCH_ATTEMPTS
from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.sources.source import Source

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
POLICY = DownloadPolicy(first_wait_s=100, longest_wait_s=1_000, attempts=6, pause_s=50)


def source(number: int = 1) -> Source:
    return Source(f"https://Example.org/{number}.mp4", f"generic-{number}", "url")


def tries(*intakes: Intake, number: int = 1) -> pl.DataFrame:
    """The row after some tries, each at the time that the one before asked for."""
    former, now = FETCH_ATTEMPTS.empty(), NOW
    for intake in intakes:
        former = FETCH_ATTEMPTS.from_rows([attempt_row(source(number), intake, former, now, POLICY)])
        now = former["next_attempt_at"][0] or now
    return former


PASSING = Intake("failed", "It timed out.", outcome="passing", bytes_fetched=7)
PAUSED = Intake("failed", "Too many requests.", outcome="paused", retry_after_s=600.0)


def wait_s(row: pl.DataFrame) -> float | None:
    next_attempt_at = row["next_attempt_at"][0]
    return None if next_attempt_at is None else (next_attempt_at - row["last_attempt_at"][0]).total_seconds()


def test_the_waits_double_up_to_the_longest_and_then_it_is_given_up() -> None:
    waits = [wait_s(tries(*[PASSING] * count)) for count in range(1, 7)]
    for wait, expected in zip(waits[:5], (100, 200, 400, 800, 1_000), strict=True):
        assert wait is not None
        assert 0.75 * expected <= wait <= 1.25 * expected
    assert waits[5] is None
    assert tries(*[PASSING] * 6)["attempts"].to_list() == [6]


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({wait_s(tries(PASSING, number=number)) for number in range(20)}) == 20


@pytest.mark.parametrize(
    "intake",
    [Intake("ready"), Intake("rejected", "Too small."), Intake("failed", "It is gone.", outcome="permanent")],
)
def test_what_was_settled_is_not_tried_again(intake: Intake) -> None:
    row = tries(PASSING, intake).row(0, named=True)
    assert (row["next_attempt_at"], row["attempts"], row["reason"]) == (None, 2, intake.reason)


def test_a_success_starts_the_count_anew() -> None:
    assert tries(PASSING, PASSING, Intake("ready"), PASSING)["attempts"].to_list() == [1]


def test_a_host_is_left_alone_for_as_long_as_it_asks() -> None:
    row = tries(PAUSED)
    assert wait_s(row) == 600
    assert resting_hosts(row, NOW) == {"example.org": 600}
    assert resting_hosts(row, NOW + timedelta(seconds=600)) == {}


def test_a_url_that_was_not_asked_since_its_host_rests_loses_no_try() -> None:
    spared = Intake("failed", "It rests.", outcome="paused", was_tried=False, retry_after_s=60.0)
    row = tries(PASSING, spared).row(0, named=True)
    assert row["attempts"] == 1
    assert row["next_attempt_at"] > row["last_attempt_at"]
    first = tries(spared).row(0, named=True)
    assert (first["attempts"], first["last_attempt_at"], first["next_attempt_at"]) == (0, None, NOW + timedelta(0, 60))


def test_only_a_time_that_has_come_is_due() -> None:
    assert is_due(NOW, NOW)
    assert not is_due(NOW + timedelta(seconds=1), NOW)
    assert not is_due(None, NOW)
