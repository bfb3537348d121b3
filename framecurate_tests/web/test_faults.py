from __future__ import annotations

import time
from email.utils import formatdate
from pathlib import Path

import pytest
from yt_dlp.networking.exceptions import IncompleteRead, TransportError
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.classify import web_error
from framecurate_assets.web.download import download
from framecurate_assets.web.faults import WebError, one_line
from framecurate_assets.web.look_up import look_up
from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import Exchange, Site, page, status

URL = "https://example.org/watch"


@pytest.mark.parametrize(
    ("code", "outcome", "remedy"),
    [
        (401, "permanent", "cookies"),
        (403, "permanent", "cookies"),
        (404, "permanent", "browser"),
        (410, "permanent", "browser"),
        (451, "permanent", "browser"),
        (408, "passing", "later"),
        (500, "passing", "later"),
        (503, "passing", "later"),
        (429, "paused", "left alone"),
    ],
)
def test_a_status_says_whether_another_try_is_worth_it(
    site: Site, settings: DownloadPolicy, code: int, outcome: str, remedy: str
) -> None:
    with pytest.raises(WebError, match=f"HTTP Error {code}") as raised:
        look_up(site.behave("/clip.mp4", status(code)), 1080, settings)
    assert raised.value.outcome == outcome
    assert remedy in raised.value.remedy
    assert raised.value.bytes_fetched > 0
    assert raised.value.retry_after_s is None


@pytest.mark.parametrize("code", [429, 503])
def test_how_long_a_host_wants_to_be_left_alone_is_told(site: Site, settings: DownloadPolicy, code: int) -> None:
    for said in ("120", formatdate(time.time() + 120, usegmt=True)):
        site.requests.clear()
        with pytest.raises(WebError) as raised:
            look_up(site.behave("/clip.mp4", status(code, Retry_After=said)), 1080, settings)
        assert raised.value.outcome == "paused"
        assert raised.value.retry_after_s == pytest.approx(120, abs=5)
        assert len(site.requests["/clip.mp4"]) == 1  # not asked again at once


@pytest.mark.parametrize("said", ["soon", "-5", "", "٣"])
def test_a_wait_that_makes_no_sense_is_none(site: Site, settings: DownloadPolicy, said: str) -> None:
    with pytest.raises(WebError) as raised:
        look_up(site.behave("/clip.mp4", status(429, Retry_After=said.encode().decode("latin-1"))), 1080, settings)
    assert raised.value.outcome == "paused"
    assert raised.value.retry_after_s is None


def test_too_many_requests_for_a_fragment_stops_at_once(
    tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy
) -> None:
    write_clip(www / "0.ts", numbered_pictures(10))
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,", "0.ts", "#EXTINF:1,", "1.ts", "#EXT-X-ENDLIST"]
    (www / "list.m3u8").write_text("\n".join(lines))
    site.behave("/1.ts", status(429, Retry_After="7"))
    with pytest.raises(WebError) as raised:
        download(f"{site.url}/list.m3u8", tmp_path / "videos", "id", 1080, settings)
    assert (raised.value.outcome, raised.value.retry_after_s) == ("paused", 7)
    assert len(site.requests["/1.ts"]) == 1


@pytest.mark.parametrize("tells_by_header", [True, False])
def test_a_challenge_of_cloudflare_is_a_bot_wall(site: Site, settings: DownloadPolicy, tells_by_header: bool) -> None:
    def challenge(exchange: Exchange) -> None:
        exchange.start(403, {"cf-mitigated": "challenge"} if tells_by_header else {"Content-Type": "text/html"})
        exchange.send(b"<html><title>Attention Required! | Cloudflare</title></html>")

    with pytest.raises(WebError) as raised:
        look_up(site.behave("/clip.mp4", challenge), 1080, settings)
    assert raised.value.outcome == "paused"
    assert "impersonat" not in str(raised.value)
    assert "cookies_file" in raised.value.remedy


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("Sign in to confirm you’re not a bot. Use --cookies for the authentication", "paused"),
        ("Please solve the captcha to continue", "paused"),
        ("Private video. Sign in if you've been granted access to this video", "permanent"),
        ("This video is private", "permanent"),
        ("Video unavailable. This video has been removed by the uploader", "permanent"),
        ("This video is no longer available because the account has been terminated", "permanent"),
        ("Join this channel to get access to members-only content like this video", "permanent"),
        ("This video is only available for registered users. Use --cookies", "permanent"),
        ("This video is DRM protected", "permanent"),
        ("The uploader has not made this video available in your country", "permanent"),
        ("Premieres in 3 hours", "permanent"),
        ("No video could be found in this tweet", "permanent"),
        ("Unable to extract player response", "passing"),
        ("", "passing"),
    ],
)
def test_what_sites_say_is_sorted(message: str, outcome: str) -> None:
    error = DownloadError(f"ERROR: [site] abc: {message}", (None, ExtractorError(message, expected=True), None))
    fault = web_error(URL, error, 5)
    assert fault.outcome == outcome
    assert fault.problem.startswith(f"{URL} gives no video: ")
    assert "--" not in str(fault)
    assert fault.remedy


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TransportError(cause=TimeoutError("timed out")), "passing"),
        (TransportError(cause=ConnectionResetError(104, "Connection reset by peer")), "passing"),
        (IncompleteRead(10, 90), "passing"),
        (OSError(28, "No space left on device"), "passing"),
        (GeoRestrictedError("This video is not available from your location"), "permanent"),
        (UnsupportedError(URL), "permanent"),
        (DownloadError("ERROR: [download] Got error: HTTP Error 404: Not Found"), "permanent"),
        (DownloadError("ERROR: [download] Got error: HTTP Error 500: Oops. Giving up after 3 retries"), "passing"),
        (RecursionError("maximum recursion depth exceeded"), "passing"),
        (KeyError("formats"), "passing"),
    ],
)
def test_what_is_raised_is_sorted(error: Exception, outcome: str) -> None:
    assert web_error(URL, error, 0).outcome == outcome


def test_a_name_that_nobody_knows_may_come_back(settings: DownloadPolicy) -> None:
    with pytest.raises(WebError) as raised:
        look_up("http://no-such-host.invalid/clip.mp4", 1080, settings)
    assert raised.value.outcome == "passing"


def test_a_full_disk_stops_before_and_is_passing(
    tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy
) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(60), options={"crf": "0"})
    full = settings.model_copy(update={"keep_free_bytes": 10**18})
    with pytest.raises(WebError, match="does not fit on the disk") as raised:
        download(f"{site.url}/clip.mp4", tmp_path / "videos", "id", 1080, full)
    assert raised.value.outcome == "passing"
    assert "Free some space" in raised.value.remedy
    assert not list((tmp_path / "videos").glob("*"))


def test_a_page_that_is_no_page_is_one_sentence(site: Site, settings: DownloadPolicy) -> None:
    with pytest.raises(WebError) as raised:
        look_up(site.behave("/odd", page("<html>" + "\x00\x1b[31m" * 100)), 1080, settings)
    assert "\n" not in str(raised.value)
    assert str(raised.value).isprintable()


def test_text_from_sites_is_made_fit_to_show() -> None:
    assert one_line("a\x1b[31mb\r\nc\t\u202ed", 300) == "ab c d"
    assert one_line("x" * 400, 300) == "x" * 299 + "…"
