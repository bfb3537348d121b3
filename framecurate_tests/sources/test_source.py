from __future__ import annotations

import hashlib
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.source import content_sha256, identify
from framecurate_assets.sources.url_ids import is_known_list, list_id


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("identifying a source used the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


SAME_VIDEO = [
    [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=abc&t=10",  # the short form, with tracking
        "https://m.youtube.com/watch?feature=share&v=dQw4w9WgXcQ#t=4",
        "https://www.youtube.com/shorts/dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLx1234567890123&index=2",  # opened from a playlist
        "HTTPS://WWW.YouTube.com/watch?v=dQw4w9WgXcQ",
        "  https://www.youtube.com/watch?v=dQw4w9WgXcQ  ",
    ],
    ["https://vimeo.com/76979871?utm_source=x", "https://player.vimeo.com/video/76979871"],
    [  # the first part of a video is what its address means without a part
        "https://www.bilibili.com/video/BV1xx411c7mD",
        "https://www.bilibili.com/video/BV1xx411c7mD/?p=1&vd_source=abc",
    ],
    ["https://www.bilibili.com/video/BV1xx411c7mD?p=2", "https://www.bilibili.com/video/BV1xx411c7mD?t=3&p=2"],
    ["https://twitter.com/user/status/1234567890123456789", "https://x.com/user/status/1234567890123456789?s=20"],
    # Of an unknown site only the spelling of scheme, host and port, and a jump to a second, are of no account.
    ["https://example.com/a/clip.mp4", "https://Example.COM:443/a/clip.mp4#t=3"],
]

OTHER_VIDEOS = [
    "https://www.youtube.com/watch?v=dqw4w9wgxcq",  # ids of this site differ by case
    "https://example.com/b/clip.mp4",  # another folder
    "https://example.com/a/clip.mp4?v=2",
    "https://example.com/a/clip.webm",
    "https://example.com/#/video/1",
    "https://example.com/#/video/2",
    "https://example.com:8443/a/clip.mp4",
    "https://commons.wikimedia.org/wiki/File:Test_A.webm",
    "https://commons.wikimedia.org/wiki/File:Test-A.webm",  # alike once other characters are replaced
]


def test_spellings_of_one_video_share_an_id_and_no_two_videos_do() -> None:
    ids = [{identify(url).video_id for url in spellings} for spellings in SAME_VIDEO]
    assert [len(found) for found in ids] == [1] * len(SAME_VIDEO)
    everything = [next(iter(found)) for found in ids] + [identify(url).video_id for url in OTHER_VIDEOS]
    assert len(set(everything)) == len(everything)
    assert all(re.fullmatch(r"[a-z0-9_-]+", video_id) for video_id in everything)


@pytest.mark.parametrize(
    ("url", "video_id"),
    [
        ("https://vimeo.com/76979871", "vimeo-76979871"),  # nothing is lost: no hash
        ("https://www.dailymotion.com/video/x5kesuj", "dailymotion-x5kesuj"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube-dqw4w9wgxcq-d165de6b"),  # capitals are
        ("https://example.com/a/clip.mp4", "generic-clip-3a4d1639"),  # the name is not the video
        ("https://example.com/", "generic-0f115db0"),
    ],
)
def test_ids_stay_what_they_are(url: str, video_id: str) -> None:
    # They name files and partitions of lakes that exist: a change here loses them.
    source = identify(url)
    assert (source.video_id, source.kind, source.source) == (video_id, "url", url)


def test_a_very_long_name_makes_no_very_long_id() -> None:
    ids = {identify(f"https://example.com/{'x' * 300}{n}.mp4").video_id for n in range(2)}
    assert len(ids) == 2
    assert max(map(len, ids)) < 100


def test_a_file_is_known_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mp4").write_bytes(b"content")
    (tmp_path / "Copy of A.mp4").write_bytes(b"content")
    (tmp_path / "b.mp4").write_bytes(b"other")
    sha256 = hashlib.sha256(b"content").hexdigest()
    source = identify(str(tmp_path / "a.mp4"))
    assert (source.video_id, source.kind) == (f"file-{sha256[:12]}", "file")
    assert content_sha256(tmp_path / "a.mp4") == sha256
    assert identify(str(tmp_path / "Copy of A.mp4")).video_id == source.video_id
    assert identify(str(tmp_path / "b.mp4")).video_id != source.video_id
    monkeypatch.chdir(tmp_path)
    assert identify("a.mp4").source == str((tmp_path / "a.mp4").resolve())


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("no/such/clip.mp4", "does not exist"),
        ("www.youtube.com/watch?v=dQw4w9WgXcQ", "does not exist. Check its spelling; a URL starts with https://"),
        (".", "is a folder with"),
        ("ftp://example.com/clip.mp4", "not a web address"),
        ("file:///etc/passwd", "not a web address"),
        ("https://", "not a web address"),
        ("https://[::1/clip.mp4", "not a web address"),
        ("https://example.com:99999/clip.mp4", "not a web address"),
    ],
)
def test_bad_sources_are_refused_with_the_remedy(source: str, problem: str) -> None:
    with pytest.raises(FramecurateError, match=problem) as raised:
        identify(source)
    assert raised.value.remedy


@pytest.mark.parametrize(("start_s", "end_s"), [(-1.0, None), (5.0, 5.0), (5.0, 2.0), (float("nan"), None)])
def test_a_clip_that_cannot_be_is_refused(start_s: float, end_s: float | None) -> None:
    with pytest.raises(FramecurateError, match=r"^The clip of https://vimeo\.com/76979871 goes from"):
        identify("https://vimeo.com/76979871", clip_start_s=start_s, clip_end_s=end_s)


@pytest.mark.parametrize(
    ("url", "is_list"),
    [
        ("https://www.youtube.com/playlist?list=PLx1234567890123456", True),
        ("https://www.youtube.com/@somebody/videos", True),
        ("https://vimeo.com/channels/staffpicks", True),
        ("https://space.bilibili.com/123/video", True),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLx1234567890123456", False),  # a video, opened from one
        ("https://vimeo.com/76979871", False),
        ("https://example.com/feed.xml", False),  # nobody can tell from the address
    ],
)
def test_a_list_is_known_by_its_address_where_the_site_is_known(url: str, is_list: bool) -> None:
    assert is_known_list(url) == is_list
    assert re.fullmatch(r"list-[a-z0-9_-]+", list_id(url))


def test_ids_of_lists_differ_with_their_addresses_and_not_with_the_spelling() -> None:
    urls = ["https://example.com/feed.xml", "https://example.com/other/feed.xml", "https://www.youtube.com/@somebody"]
    assert len({list_id(url) for url in (*urls, "https://www.youtube.com/@somebody/shorts")}) == 4
    assert list_id("HTTPS://Example.COM:443/feed.xml") == list_id(urls[0]) == "list-feed-7a775db7"
