from __future__ import annotations

from pathlib import Path

import pytest

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.faults import WebError
from framecurate_assets.web.look_up import look_up
from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import Site, as_type, page, without_ranges, zeros

REFUSED_BYTES = 1_000_000
"""What looking at a video that is then refused may cost."""


@pytest.fixture
def large_480p(www: Path) -> Path:
    """A video of 480p whose header comes first, and 30 MB of it."""
    return _padded(www / "clip.mp4", faststart=True)


def test_the_header_of_a_file_is_read_and_no_more(site: Site, large_480p: Path, settings: DownloadPolicy) -> None:
    remote = look_up(f"{site.url}/clip.mp4", 1080, settings)
    assert (remote.width, remote.height, remote.size_unknown) == (854, 480, None)
    assert remote.duration_s == pytest.approx(1, abs=0.05)
    assert remote.bytes == large_480p.stat().st_size
    assert (remote.title, remote.uploader, remote.licence) == ("clip", None, None)
    assert 0 < remote.bytes_fetched < REFUSED_BYTES
    assert site.bytes_sent < REFUSED_BYTES


def test_a_header_at_the_end_is_read_there(site: Site, www: Path, settings: DownloadPolicy) -> None:
    file = _padded(www / "clip.mp4", faststart=False)
    remote = look_up(f"{site.url}/clip.mp4", 1080, settings)
    assert (remote.width, remote.height, remote.bytes) == (854, 480, file.stat().st_size)
    assert site.bytes_sent < REFUSED_BYTES


def test_without_ranges_the_start_is_read(site: Site, large_480p: Path, settings: DownloadPolicy) -> None:
    remote = look_up(site.behave("/clip.mp4", without_ranges), 1080, settings)
    assert (remote.width, remote.height) == (854, 480)
    assert site.bytes_sent < REFUSED_BYTES


def test_a_header_that_is_out_of_reach_is_said_to_be(site: Site, www: Path, settings: DownloadPolicy) -> None:
    _padded(www / "clip.mp4", faststart=False)
    remote = look_up(site.behave("/clip.mp4", without_ranges), 1080, settings)
    assert (remote.width, remote.height) == (None, None)
    assert remote.size_unknown
    assert site.bytes_sent < REFUSED_BYTES


CLAIMS = {
    "video element": "<video width='1920' height='1080' src='clip.mp4'></video>",
    "open graph": '<meta property="og:video" content="{url}/clip.mp4"><meta property="og:video:height" content="1080">'
    '<meta property="og:video:width" content="1920"><meta property="og:video:type" content="video/mp4">',
    "json-ld": '<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "VideoObject", '
    '"name": "A film", "contentUrl": "{url}/clip.mp4", "width": 1920, "height": 1080, "duration": "PT9S"}}</script>',
}


@pytest.mark.parametrize("html", CLAIMS.values(), ids=list(CLAIMS))
def test_the_file_is_believed_and_not_the_page(
    site: Site, large_480p: Path, settings: DownloadPolicy, html: str
) -> None:
    site.behave("/watch", page(f"<html><title>A film</title><body>{html.format(url=site.url)}</body></html>"))
    remote = look_up(f"{site.url}/watch", 1080, settings)
    assert (remote.width, remote.height) == (854, 480)
    assert (remote.title or "").startswith("A film")
    assert remote.duration_s == pytest.approx(1, abs=0.05)
    assert site.bytes_sent < REFUSED_BYTES


@pytest.mark.parametrize("kind", ["text/html", "application/pdf", "image/png", "application/json"])
def test_what_is_no_video_by_its_type_is_refused(
    site: Site, large_480p: Path, settings: DownloadPolicy, kind: str
) -> None:
    with pytest.raises(WebError) as raised:
        look_up(site.behave("/clip.mp4", as_type(kind)), 1080, settings)
    assert raised.value.outcome == "permanent"
    assert site.bytes_sent < REFUSED_BYTES


def test_what_is_too_long_is_refused_before_it_is_fetched(
    site: Site, large_480p: Path, settings: DownloadPolicy
) -> None:
    with pytest.raises(WebError, match=r"lasts 1 seconds, and 0\.5 are allowed") as raised:
        look_up(f"{site.url}/clip.mp4", 1080, settings.model_copy(update={"max_duration_s": 0.5}))
    assert raised.value.outcome == "permanent"
    assert site.bytes_sent < REFUSED_BYTES


def test_what_is_too_large_is_refused_before_it_is_fetched(
    site: Site, large_480p: Path, settings: DownloadPolicy
) -> None:
    with pytest.raises(WebError, match="has more than 20000000 bytes") as raised:
        look_up(f"{site.url}/clip.mp4", 1080, settings.model_copy(update={"max_bytes": 20_000_000}))
    assert raised.value.outcome == "permanent"
    assert raised.value.bytes_fetched > 0
    assert site.bytes_sent < REFUSED_BYTES


@pytest.mark.parametrize("declared", [None, 1_000])
def test_ten_gigabytes_of_nothing_are_not_fetched(site: Site, settings: DownloadPolicy, declared: int | None) -> None:
    remote = look_up(site.behave("/clip.mp4", zeros(10_000_000_000, declared)), 1080, settings)
    assert (remote.width, remote.height) == (None, None)
    assert site.bytes_sent < REFUSED_BYTES


def test_a_hostile_title_does_no_harm(site: Site, large_480p: Path, settings: DownloadPolicy) -> None:
    title = "../../x\x1b[31m\n%(title)s " + "long " * 2_000
    site.behave("/watch", page(f"<html><title>{title}</title><video src='clip.mp4'></video></html>"))
    remote = look_up(f"{site.url}/watch", 1080, settings)
    assert remote.title is not None
    assert remote.title.startswith("../../x")
    assert len(remote.title) <= 300
    assert remote.title.isprintable()


def _padded(path: Path, *, faststart: bool) -> Path:
    """A clip made 30 MB longer by a box that players jump over, before its header or at its end."""
    movflags = {"movflags": "faststart"} if faststart else {}
    content = write_clip(path, numbered_pictures(30, 854, 480), container_options=movflags).read_bytes()
    free = (30_000_000).to_bytes(4, "big") + b"free" + bytes(30_000_000 - 8)
    # The samples' positions count from the start of the file: the box goes behind them.
    header = len(content) if faststart else content.rindex(b"moov") - 4
    path.write_bytes(content[:header] + free + content[header:])
    return path
