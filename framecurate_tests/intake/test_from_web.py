"""A URL is judged before it is fetched, fetched once, and says for how long its host wants to be left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from framecurate_assets.intake.from_web import Fetched
from framecurate_assets.intake.intake import Intake
from framecurate_assets.intake.take_in import take_in
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source, content_sha256, identify
from framecurate_assets.web.manners import HostGate
from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import Site, status

POLICY = Policy.model_validate(
    {"video": {"min_shorter_side_px": 144}, "download": {"allow_private_hosts": True, "gap_s": 0, "pause_s": 90}}
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "www"
    folder.mkdir()
    with Site(folder) as site:
        yield site


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    return tmp_path / "data" / "videos"


@pytest.fixture
def gate() -> HostGate:
    return HostGate(POLICY.download)


def source_at(site: Site, name: str = "clip.mp4") -> Source:
    return identify(f"{site.url}/{name}")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*")) if folder.exists() else []


def test_a_url_is_fetched_and_probed(site: Site, videos: Path, gate: HostGate) -> None:
    clip = write_clip(site.folder / "clip.mp4", numbered_pictures(10))
    source = source_at(site)
    intake = take_in(source, videos, POLICY, gate)
    assert (intake.status, intake.outcome, intake.file) == ("ready", "ok", videos / f"{source.video_id}.mp4")
    assert intake.sha256 == content_sha256(clip)
    assert intake.bytes_fetched >= clip.stat().st_size


def cut_short(path: Path) -> None:
    path.write_bytes(write_clip(path, numbered_pictures(30)).read_bytes()[:-900])


@pytest.mark.parametrize(
    ("make", "status", "reason"),
    [
        (lambda path: write_clip(path, numbered_pictures(3, 160, 90)), "rejected", "160x90: the shorter side has 90"),
        (cut_short, "rejected", "cannot be known before it is fetched"),
        (lambda path: None, "failed", "404"),
    ],
    ids=["too small", "its index is missing", "not there"],
)
def test_of_a_url_that_is_not_good_enough_nothing_is_kept(
    site: Site, videos: Path, gate: HostGate, make: Callable[[Path], object], status: str, reason: str
) -> None:
    make(site.folder / "clip.mp4")
    intake = take_in(source_at(site), videos, POLICY, gate)
    assert intake.status == status
    assert reason in str(intake.reason)
    assert (intake.file, intake.sha256) == (None, None)
    assert names_in(videos) == []


def test_a_refused_video_costs_its_header(site: Site, videos: Path, gate: HostGate) -> None:
    clip = write_clip(site.folder / "clip.mp4", numbered_pictures(30, 160, 90))
    with clip.open("ab") as file:
        file.truncate(20_000_000)
    intake = take_in(source_at(site), videos, POLICY, gate)
    assert intake.status == "rejected"
    assert intake.bytes_fetched < 100_000
    # What is on its way when the connection is closed counts as sent.
    assert site.bytes_sent < 1_000_000


def test_a_host_that_says_too_many_requests_is_left_alone(site: Site, videos: Path, gate: HostGate) -> None:
    write_clip(site.folder / "clip.mp4", numbered_pictures(3))
    site.behave("/busy.mp4", status(429, Retry_After="600"))
    refused = take_in(source_at(site, "busy.mp4"), videos, POLICY, gate)
    assert (refused.status, refused.outcome, refused.retry_after_s) == ("failed", "paused", 600)

    spared = take_in(source_at(site), videos, POLICY, gate)
    assert (spared.status, spared.outcome, spared.was_tried) == ("failed", "paused", False)
    assert spared.retry_after_s is not None
    assert 500 < spared.retry_after_s <= 600
    assert "left alone" in str(spared.reason)
    assert site.requests["/clip.mp4"] == []


def test_a_video_of_a_host_that_rests_does_not_wait_for_a_turn(site: Site, videos: Path) -> None:
    an_hour_apart = HostGate(POLICY.download.model_copy(update={"gap_s": 3600}))
    with an_hour_apart.turn("127.0.0.1"):
        an_hour_apart.pause("127.0.0.1", 600)
    intakes: list[Intake] = []
    # In a thread of its own, so that the test fails where it would wait.
    waiting = Thread(
        target=lambda: intakes.append(take_in(source_at(site), videos, POLICY, an_hour_apart)), daemon=True
    )
    waiting.start()
    waiting.join(30)
    assert [intake.was_tried for intake in intakes] == [False]


class TestWhatWasFetchedBefore:
    @pytest.fixture
    def clip(self, site: Site) -> Path:
        return write_clip(site.folder / "clip.mp4", numbered_pictures(3))

    @pytest.fixture
    def first(self, site: Site, videos: Path, gate: HostGate, clip: Path) -> Intake:
        intake = take_in(source_at(site), videos, POLICY, gate)
        site.requests.clear()
        return intake

    @pytest.fixture
    def fetched(self, first: Intake) -> Fetched:
        assert first.file
        assert first.sha256
        return Fetched(first.file, first.sha256, first.title, first.uploader, first.licence)

    def test_is_not_fetched_again(
        self, site: Site, videos: Path, gate: HostGate, first: Intake, fetched: Fetched
    ) -> None:
        again = take_in(source_at(site), videos, POLICY, gate, fetched)
        assert again == replace(first, bytes_fetched=0)
        assert not site.requests

    def test_is_judged_by_todays_policy(
        self, site: Site, videos: Path, gate: HostGate, first: Intake, fetched: Fetched
    ) -> None:
        stricter = Policy.model_validate({"video": {"min_shorter_side_px": 145}})
        assert take_in(source_at(site), videos, stricter, gate, fetched).status == "rejected"
        assert not site.requests
        assert names_in(videos) == []

    def test_is_fetched_again_if_it_was_damaged(
        self, site: Site, videos: Path, gate: HostGate, first: Intake, fetched: Fetched, clip: Path
    ) -> None:
        fetched.file.write_bytes(b"damaged")
        again = take_in(source_at(site), videos, POLICY, gate, fetched)
        assert (again.status, again.sha256) == ("ready", content_sha256(clip))
