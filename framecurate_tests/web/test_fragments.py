from __future__ import annotations

import time
from pathlib import Path

import pytest

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.download import download
from framecurate_assets.web.faults import WebError
from framecurate_assets.web.look_up import look_up
from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import Site, cut, redirect, serve_file

VIDEO_ID = "generic-list-01234567"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "videos"


def test_a_dash_manifest_is_fetched_piece_by_piece(
    www: Path, site: Site, folder: Path, settings: DownloadPolicy
) -> None:
    whole = _write_dash(www)
    remote = look_up(f"{site.url}/film.mpd", 1080, settings)
    assert (remote.width, remote.height, remote.duration_s) == (854, 480, 4)
    assert not any(path.endswith(".m4s") for path in site.requests)
    assert download(f"{site.url}/film.mpd", folder, VIDEO_ID, 1080, settings).path.read_bytes() == whole


def test_the_pieces_of_a_dash_manifest_are_not_fetched_twice(
    www: Path, site: Site, folder: Path, settings: DownloadPolicy
) -> None:
    whole = _write_dash(www)
    site.behave("/3.m4s", cut(100))
    with pytest.raises(WebError):
        download(f"{site.url}/film.mpd", folder, VIDEO_ID, 1080, settings)
    site.requests.clear()
    site.behave("/3.m4s", serve_file)
    assert download(f"{site.url}/film.mpd", folder, VIDEO_ID, 1080, settings).path.read_bytes() == whole
    assert [path for path in site.requests if path.endswith(".m4s")] == ["/3.m4s", "/4.m4s"]


def test_a_playlist_that_is_too_long_is_refused_before_any_piece(
    www: Path, site: Site, settings: DownloadPolicy
) -> None:
    _write_dash(www)
    with pytest.raises(WebError, match="lasts 4 seconds, and 3 are allowed"):
        look_up(f"{site.url}/film.mpd", 1080, settings.model_copy(update={"max_duration_s": 3.0}))


@pytest.mark.parametrize("piece", ["http://127.0.0.2:1/0.ts", "/away", "file:///etc/passwd", "ftp://127.0.0.1/0.ts"])
def test_a_playlist_leads_nowhere_that_its_page_may_not(
    www: Path, site: Site, folder: Path, settings: DownloadPolicy, piece: str
) -> None:
    site.behave("/away", redirect("http://127.0.0.2:1/0.ts"))
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXTINF:1,", piece, "#EXT-X-ENDLIST"]
    (www / "list.m3u8").write_text("\n".join(lines))
    with pytest.raises(WebError) as raised:
        download(
            f"{site.url}/list.m3u8",
            folder,
            VIDEO_ID,
            1080,
            settings.model_copy(update={"only_hosts": ("127.0.0.1",)}),
        )
    assert raised.value.outcome == "permanent"
    assert list(folder.iterdir()) == []


def test_the_limit_of_bytes_holds_for_all_pieces_together(
    www: Path, site: Site, folder: Path, settings: DownloadPolicy
) -> None:
    whole = _write_dash(www)
    with pytest.raises(WebError, match="has more than") as raised:
        download(
            f"{site.url}/film.mpd",
            folder,
            VIDEO_ID,
            1080,
            settings.model_copy(update={"max_bytes": len(whole) // 2}),
        )
    assert raised.value.outcome == "permanent"
    assert list(folder.iterdir()) == []
    assert "/4.m4s" not in site.requests


def test_a_piece_that_would_fill_the_memory_is_given_up(
    www: Path, site: Site, folder: Path, settings: DownloadPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framecurate_assets.web.download.MAX_FRAGMENT_BYTES", 1_000)
    _write_dash(www)
    with pytest.raises(WebError, match="has a piece of more than 1000 bytes"):
        download(f"{site.url}/film.mpd", folder, VIDEO_ID, 1080, settings)
    assert list(folder.iterdir()) == []


def test_the_rate_of_a_host_is_shared_by_its_fetches(
    www: Path, site: Site, folder: Path, settings: DownloadPolicy
) -> None:
    content = write_clip(www / "clip.mp4", numbered_pictures(60), options={"crf": "0"}).read_bytes()
    rate = len(content) * 2
    started = time.monotonic()
    download(
        f"{site.url}/clip.mp4",
        folder,
        VIDEO_ID,
        1080,
        settings.model_copy(update={"max_bytes_per_s": rate, "per_host": 2}),
    )
    # Each of the two may use a half of the rate, at which this file takes a second.
    assert time.monotonic() - started > 0.8


def _write_dash(www: Path) -> bytes:
    """A manifest of a video in an initial and four further pieces; gives what they are together."""
    content = write_clip(www / "film.mp4", numbered_pictures(30, 854, 480)).read_bytes()
    step = len(content) // 5 + 1
    for number in range(5):
        (www / f"{number}.m4s").write_bytes(content[number * step : (number + 1) * step])
    (www / "film.mpd").write_text(
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT4S"><Period><AdaptationSet mimeType="video/mp4">'
        '<SegmentTemplate initialization="0.m4s" media="$Number$.m4s" startNumber="1" duration="1" timescale="1"/>'
        '<Representation id="v" bandwidth="100000" width="854" height="480" codecs="avc1.64001f"/>'
        "</AdaptationSet></Period></MPD>"
    )
    return content
