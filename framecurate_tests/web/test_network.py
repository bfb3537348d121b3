from __future__ import annotations

import gzip
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from framecurate_assets.errors import FramecurateError
from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.answers import MAX_PAGE_BYTES
from framecurate_assets.web.download import download
from framecurate_assets.web.faults import WebError
from framecurate_assets.web.look_up import look_up
from framecurate_assets.web.site import open_site
from framecurate_assets.web.traffic import Traffic
from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import Exchange, Site, drip, redirect, status, zeros

VIDEO_ID = "generic-clip-01234567"
COOKIES = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tsecret\n"


def test_redirects_without_end_come_to_one(site: Site, settings: DownloadPolicy) -> None:
    url = site.behave("/a", redirect("/b"))
    site.behave("/b", redirect("/a"))
    with pytest.raises(WebError) as raised:
        look_up(url, 1080, settings)
    assert raised.value.outcome == "permanent"
    assert sum(len(asked) for asked in site.requests.values()) < 20


def test_a_chain_of_ever_new_redirects_comes_to_an_end(site: Site, settings: DownloadPolicy) -> None:
    def further(exchange: Exchange) -> None:
        number = int(exchange.site_path.rpartition("/")[2]) + 1
        path = f"/chain/{number}"
        site.behave(path, further)
        redirect(path)(exchange)

    with pytest.raises(WebError) as raised:
        look_up(site.behave("/chain/0", further), 1080, settings)
    assert raised.value.outcome == "permanent"
    assert sum(len(asked) for asked in site.requests.values()) < 20


def test_a_password_is_not_taken_to_another_host(www: Path, site: Site, settings: DownloadPolicy) -> None:
    with Site(www) as other:
        write_clip(www / "clip.mp4", numbered_pictures(10))
        there = site.behave("/there.mp4", redirect(f"{other.url}/clip.mp4")).replace("http://", "http://me:secret@")
        with open_site(settings) as session:
            session.read_range(there, 0, 100, {})
        assert site.requests["/there.mp4"][0]["Authorization"].startswith("Basic ")
        assert "Authorization" not in other.requests["/clip.mp4"][0]


def test_a_password_in_a_url_is_not_shown(site: Site, settings: DownloadPolicy) -> None:
    url = site.behave("/clip.mp4", status(404)).replace("http://", "http://me:secret@")
    with pytest.raises(WebError) as raised:
        look_up(url, 1080, settings)
    assert "secret" not in str(raised.value)


def test_cookies_are_sent_to_their_host_and_never_written_back(
    tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy
) -> None:
    file = tmp_path / "cookies.txt"
    file.write_text(COOKIES)
    settings = settings.model_copy(update={"cookies_file": file})
    site.behave("/clip.mp4", redirect(f"http://localhost:{site.port}/elsewhere.mp4"))
    write_clip(www / "elsewhere.mp4", numbered_pictures(10))
    look_up(f"{site.url}/clip.mp4", 1080, settings)
    assert all(headers["Cookie"] == "session=secret" for headers in site.requests["/clip.mp4"])
    assert not any("Cookie" in headers for headers in site.requests["/elsewhere.mp4"])
    assert file.read_text() == COOKIES


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, r"cannot be read: No such file"),
        (b"session=secret", r"line 1 has no 7 fields"),
        (b'[{"name": "session"}]', r"line 1 has no 7 fields"),
        (b"127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tsecret\n", r"its first line does not say so"),
        (b"\xff\xfe\x00", r"it is not text"),
    ],
)
def test_a_cookies_file_of_no_use_is_said_to_be(
    tmp_path: Path, settings: DownloadPolicy, content: bytes | None, problem: str
) -> None:
    file = tmp_path / "cookies.txt"
    if content is not None:
        file.write_bytes(content)
    settings = settings.model_copy(update={"cookies_file": file})
    with pytest.raises(FramecurateError, match=problem) as raised:
        look_up("http://127.0.0.1:1/clip.mp4", 1080, settings)
    assert not isinstance(raised.value, WebError)
    assert raised.value.remedy


def test_a_proxy_comes_from_the_settings_and_from_nowhere_else(
    www: Path, site: Site, settings: DownloadPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(10, 854, 480))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert look_up(f"{site.url}/clip.mp4", 1080, settings).height == 480
    with Site(www) as proxy:
        through = settings.model_copy(update={"proxy": proxy.url})
        assert look_up("http://nowhere.test/clip.mp4", 1080, through).height == 480
        assert {headers["Host"] for headers in proxy.requests["/clip.mp4"]} == {"nowhere.test"}


@pytest.mark.parametrize("proxy", ["proxy:3128", "ftp://proxy", "https://", "garbage"])
def test_a_proxy_that_is_none_is_said_to_be(settings: DownloadPolicy, proxy: str) -> None:
    with pytest.raises(FramecurateError, match=r"Mend download\.proxy") as raised:
        look_up("http://127.0.0.1:1/clip.mp4", 1080, settings.model_copy(update={"proxy": proxy}))
    assert not isinstance(raised.value, WebError)


def test_compressed_pages_are_read_within_bounds(www: Path, site: Site, settings: DownloadPolicy) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(10, 854, 480))
    html = b"<html><video src='/clip.mp4'></video></html>"
    assert look_up(site.behave("/small", _gzipped(html)), 1080, settings).height == 480
    assert site.requests["/small"][0]["Accept-Encoding"] == "identity"
    bomb = html + bytes(MAX_PAGE_BYTES * 4)
    with pytest.raises(WebError, match="has a page of more than") as raised:
        look_up(site.behave("/bomb", _gzipped(bomb)), 1080, settings)
    assert raised.value.outcome == "permanent"


def test_an_endless_page_is_given_up(site: Site, settings: DownloadPolicy) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.start(200, {"Content-Type": "text/html"})
        exchange.send(b"<html>")
        while not exchange.server.is_closing.is_set():
            exchange.send(b" " * 16_384)

    with pytest.raises(WebError, match="has a page of more than"):
        look_up(site.behave("/endless", endless), 1080, settings)
    assert site.sent["/endless"] < 2 * MAX_PAGE_BYTES


@pytest.mark.parametrize("declared", [None, 100])
def test_a_video_without_end_is_given_up_at_the_limit(
    tmp_path: Path, site: Site, settings: DownloadPolicy, declared: int | None
) -> None:
    settings = settings.model_copy(update={"max_bytes": 3_000_000})
    folder = tmp_path / "videos"
    url = site.behave("/clip.mp4", zeros(10_000_000_000, declared))
    if declared is None:
        with pytest.raises(WebError, match="has more than 3000000 bytes") as raised:
            download(url, folder, VIDEO_ID, 1080, settings)
        assert raised.value.outcome == "permanent"
        assert list(folder.iterdir()) == []
    else:
        # What was declared is all that is taken.
        assert download(url, folder, VIDEO_ID, 1080, settings).path.stat().st_size == declared
    assert site.bytes_sent < 5_000_000


def test_a_slow_drip_is_given_up_soon(www: Path, site: Site, settings: DownloadPolicy) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(10))
    url = site.behave("/clip.mp4", drip(0.01))
    too_slow = pytest.raises(WebError, match=r"sends only \d+ bytes a second")
    with open_site(settings, window_s=0.3) as session, too_slow as raised, session.faults_of(url):
        session.read_range(url, 0, 100_000, {})
    assert raised.value.outcome == "passing"
    assert raised.value.bytes_fetched < 3_000


def test_headers_that_drip_are_given_up_soon(site: Site, settings: DownloadPolicy) -> None:
    def slow_headers(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while not exchange.server.is_closing.wait(0.01):
            exchange.wfile.write(b"X")

    too_slow = pytest.raises(WebError, match=r"sends only \d+ bytes a second")
    with open_site(settings, window_s=0.3) as session, too_slow:
        session.extract(site.behave("/page", slow_headers))


def test_silence_is_given_up_after_the_timeout(site: Site, settings: DownloadPolicy) -> None:
    url = site.behave("/page", _say_nothing)
    with pytest.raises(WebError, match="timed out") as raised:
        look_up(url, 1080, settings.model_copy(update={"timeout_s": 0.3}))
    assert raised.value.outcome == "passing"
    assert len(site.requests["/page"]) == 1


def test_a_session_that_takes_too_long_is_given_up(settings: DownloadPolicy) -> None:
    now = [0.0]
    traffic = Traffic(settings.model_copy(update={"max_fetch_s": 60}), clock=lambda: now[0])
    traffic.check_time()
    now[0] = 61.0
    with pytest.raises(Exception, match="takes longer than 60 seconds"):
        traffic.check_time()


def test_the_speed_is_an_average_over_thirty_seconds_of_waiting(settings: DownloadPolicy) -> None:
    traffic = Traffic(settings.model_copy(update={"min_bytes_per_s": 2_000}))
    traffic.arrived(10, 29.0)
    traffic.arrived(60_000, 1.0)
    traffic.arrived(10, 29.0)
    with pytest.raises(Exception, match="sends only 1 bytes a second"):
        traffic.arrived(30, 1.0)
    assert traffic.bytes_fetched == 60_050


def test_no_program_is_started(tmp_path: Path, www: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where yt-dlp would hand over: encryption that it can't undo, and a script to run."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("ffmpeg", "ffprobe", "avconv", "deno", "node", "aria2c", "phantomjs"):
        (programs / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/started\necho {name} version 7.0\n")
        (programs / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    settings = DownloadPolicy(allow_private_hosts=True, keep_free_bytes=0)
    write_clip(www / "0.ts", numbered_pictures(10))
    for name, line in {"sample": "METHOD=SAMPLE-AES", "aes": "METHOD=AES-128"}.items():
        (www / f"{name}.m3u8").write_text(
            f'#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:{line},URI="0.ts"\n#EXTINF:1,\n0.ts\n#EXT-X-ENDLIST\n'
        )
        with pytest.raises(WebError):
            download(f"{site.url}/{name}.m3u8", tmp_path / "videos", VIDEO_ID, 1080, settings)
    assert not (tmp_path / "started").exists()


def test_every_byte_is_counted(www: Path, site: Site, settings: DownloadPolicy) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(30))
    with open_site(settings) as session:
        answer = session.read_range(f"{site.url}/clip.mp4", 10, 1_000, {"Accept-Encoding": "gzip"})
        assert (len(answer.content), answer.is_partial) == (1_000, True)
        assert answer.total_size == (www / "clip.mp4").stat().st_size
        assert 1_000 < session.bytes_fetched < 2_000
    assert site.requests["/clip.mp4"][0]["Accept-Encoding"] == "identity"


def test_sessions_in_threads_do_not_meet(www: Path, site: Site, settings: DownloadPolicy) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(10, 854, 480))
    heights: list[int | None] = []
    threads = [
        threading.Thread(target=lambda: heights.append(look_up(f"{site.url}/clip.mp4", 1080, settings).height))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heights == [480] * 4


def _gzipped(content: bytes) -> Callable[[Exchange], None]:
    compressed = gzip.compress(content)

    def answer(exchange: Exchange) -> None:
        exchange.start(200, {"Content-Type": "text/html", "Content-Encoding": "gzip"})
        exchange.send(compressed)

    return answer


def _say_nothing(exchange: Exchange) -> None:
    exchange.server.is_closing.wait(10)
