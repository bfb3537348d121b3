from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.download import download
from framecurate_assets.web.faults import WebError
from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import (
    Behaviour,
    Exchange,
    Site,
    at_first,
    cut,
    drip,
    heedless_of_changes,
    serve_file,
    status,
    without_ranges,
)

VIDEO_ID = "generic-clip-01234567"
UNFINISHED = f".{VIDEO_ID}.unfinished"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "videos"


@pytest.fixture
def clip(www: Path) -> bytes:
    """About 300 kB: more than what looking at its header fetches."""
    return write_clip(www / "clip.mp4", numbered_pictures(60), options={"crf": "0"}).read_bytes()


def test_a_transfer_that_breaks_off_goes_on_in_the_same_try(
    site: Site, folder: Path, clip: bytes, settings: DownloadPolicy
) -> None:
    url = site.behave("/clip.mp4", _cut_transfers(len(clip) // 2))
    assert download(url, folder, VIDEO_ID, 1080, settings).path.read_bytes() == clip
    assert [path.name for path in folder.iterdir()] == [f"{VIDEO_ID}.mp4"]
    assert f"bytes={len(clip) // 2}-" in _ranges(site)


@pytest.mark.parametrize("code", [500, 502, 503])
def test_a_server_error_that_passes_costs_no_try(
    site: Site, folder: Path, clip: bytes, settings: DownloadPolicy, code: int
) -> None:
    url = site.behave("/clip.mp4", at_first(status(code)))
    assert download(url, folder, VIDEO_ID, 1080, settings).path.read_bytes() == clip


def test_the_next_try_goes_on_where_the_last_one_broke_off(
    site: Site, folder: Path, clip: bytes, settings: DownloadPolicy
) -> None:
    url = _leave_half(site, folder, clip, settings)
    assert [path.name for path in folder.iterdir()] == [UNFINISHED]
    assert not list((folder / UNFINISHED).glob("*.mp4"))
    site.requests.clear()
    site.behave("/clip.mp4", serve_file)
    assert download(url, folder, VIDEO_ID, 1080, settings).path.read_bytes() == clip
    assert [path.name for path in folder.iterdir()] == [f"{VIDEO_ID}.mp4"]
    assert _ranges(site)[-1] == f"bytes={len(clip) // 2}-"


@pytest.mark.parametrize("server", [serve_file, heedless_of_changes])
def test_a_file_that_changed_is_not_glued_to_the_part_of_another(
    site: Site, www: Path, folder: Path, clip: bytes, settings: DownloadPolicy, server: Behaviour
) -> None:
    url = _leave_half(site, folder, clip, settings)
    changed = bytearray(clip)
    changed[1_000] ^= 0xFF  # in the half that was fetched; as long as before
    (www / "clip.mp4").write_bytes(changed)
    os.utime(www / "clip.mp4", (1_000_000_000, 1_000_000_000))
    site.behave("/clip.mp4", server)
    assert download(url, folder, VIDEO_ID, 1080, settings).path.read_bytes() == changed


def test_a_file_that_changes_during_the_transfer_is_not_glued_either(
    site: Site, www: Path, folder: Path, clip: bytes, settings: DownloadPolicy
) -> None:
    changed = bytes(clip[:1000]) + bytes(reversed(clip[1000:]))
    changes: list[bytes] = []

    def change_when_cut(exchange: Exchange) -> None:
        if _is_transfer(exchange) and not changes:
            cut(len(clip) // 2)(exchange)
            (www / "clip.mp4").write_bytes(changed)
            os.utime(www / "clip.mp4", (1_000_000_000, 1_000_000_000))
            changes.append(changed)
        else:
            serve_file(exchange)

    url = site.behave("/clip.mp4", change_when_cut)
    assert download(url, folder, VIDEO_ID, 1080, settings).path.read_bytes() in (clip, changed)


def test_a_file_of_another_size_than_was_looked_at_is_not_taken(
    site: Site, www: Path, folder: Path, clip: bytes, settings: DownloadPolicy
) -> None:
    def change_at_the_transfer(exchange: Exchange) -> None:
        if _is_transfer(exchange):
            (www / "clip.mp4").write_bytes(clip + b"more")
        serve_file(exchange)

    with pytest.raises(WebError, match=f"gave {len(clip) + 4} bytes instead of the {len(clip)}") as raised:
        download(site.behave("/clip.mp4", change_at_the_transfer), folder, VIDEO_ID, 1080, settings)
    assert raised.value.outcome == "passing"
    assert list(folder.iterdir()) == []


def test_without_ranges_a_broken_transfer_starts_anew(
    site: Site, folder: Path, clip: bytes, settings: DownloadPolicy
) -> None:
    url = _leave_half(site, folder, clip, settings)
    site.behave("/clip.mp4", without_ranges)
    assert download(url, folder, VIDEO_ID, 1080, settings).path.read_bytes() == clip


def test_a_file_that_is_gone_at_the_next_try_leaves_nothing(
    site: Site, folder: Path, clip: bytes, settings: DownloadPolicy
) -> None:
    url = _leave_half(site, folder, clip, settings)
    site.behave("/clip.mp4", status(404))
    with pytest.raises(WebError):
        download(url, folder, VIDEO_ID, 1080, settings)
    assert list(folder.iterdir()) == []


def test_a_server_that_never_sends_what_it_declares_is_given_up(
    site: Site, folder: Path, clip: bytes, settings: DownloadPolicy
) -> None:
    url = site.behave("/clip.mp4", lambda exchange: (cut(0) if _is_transfer(exchange) else serve_file)(exchange))
    with pytest.raises(WebError) as raised:
        download(url, folder, VIDEO_ID, 1080, settings)
    assert raised.value.outcome == "passing"
    assert not list(folder.glob("*.mp4"))


def test_the_fragments_of_a_playlist_are_not_fetched_twice(
    site: Site, www: Path, folder: Path, settings: DownloadPolicy
) -> None:
    whole = _write_playlist(www, 6)
    site.behave("/4.ts", cut(1_000))
    url = f"{site.url}/list.m3u8"
    with pytest.raises(WebError) as raised:
        download(url, folder, VIDEO_ID, 1080, settings)
    assert raised.value.outcome == "passing"
    site.requests.clear()
    site.behave("/4.ts", serve_file)
    assert download(url, folder, VIDEO_ID, 1080, settings).path.read_bytes() == whole
    assert [path for path in site.requests if path.endswith(".ts")] == ["/4.ts", "/5.ts"]


def test_a_playlist_that_changed_starts_anew(site: Site, www: Path, folder: Path, settings: DownloadPolicy) -> None:
    _write_playlist(www, 6)
    site.behave("/4.ts", cut(1_000))
    with pytest.raises(WebError):
        download(f"{site.url}/list.m3u8", folder, VIDEO_ID, 1080, settings)
    site.behave("/4.ts", serve_file)
    whole = _write_playlist(www, 7, first_picture=100)
    assert download(f"{site.url}/list.m3u8", folder, VIDEO_ID, 1080, settings).path.read_bytes() == whole


@pytest.mark.parametrize("appended", [b"", b"half a fragment that was being added"])
def test_a_killed_process_leaves_what_the_next_one_goes_on_from(
    site: Site, www: Path, folder: Path, settings: DownloadPolicy, appended: bytes
) -> None:
    whole = _write_playlist(www, 6)
    site.behave("/4.ts", drip(0.05))
    url = f"{site.url}/list.m3u8"
    process = subprocess.Popen([sys.executable, "-c", _DOWNLOAD, url, str(folder), VIDEO_ID])
    try:
        for _ in range(600):
            if site.requests["/4.ts"] or process.poll() is not None:
                break
            site.asked.wait(0.1)
            site.asked.clear()
        while site.sent["/4.ts"] < 20 and process.poll() is None:
            site.asked.wait(0.05)
    finally:
        process.kill()
        process.wait()
    part = folder / UNFINISHED / "video.mp4.part"
    with part.open("ab") as file:
        file.write(appended)
    site.requests.clear()
    site.behave("/4.ts", serve_file)
    assert download(url, folder, VIDEO_ID, 1080, settings).path.read_bytes() == whole
    # The fragment before the one that was being fetched may not have been noted yet.
    assert {path for path in site.requests if path.endswith(".ts")} <= {"/3.ts", "/4.ts", "/5.ts"}


def test_two_processes_do_not_write_into_one_file(
    site: Site, www: Path, folder: Path, settings: DownloadPolicy
) -> None:
    _write_playlist(www, 2)
    seen: list[WebError] = []

    def try_meanwhile(done: int, total: int | None) -> None:
        if not seen:
            with pytest.raises(WebError, match="is being fetched by another process") as raised:
                download(f"{site.url}/list.m3u8", folder, VIDEO_ID, 1080, settings)
            seen.append(raised.value)

    download(f"{site.url}/list.m3u8", folder, VIDEO_ID, 1080, settings, progress=try_meanwhile)
    assert [error.outcome for error in seen] == ["passing"]
    assert [path.name for path in folder.iterdir()] == [f"{VIDEO_ID}.mp4"]


_DOWNLOAD = """
import sys
from pathlib import Path
from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.download import download
download(sys.argv[1], Path(sys.argv[2]), sys.argv[3], 1080, DownloadPolicy(allow_private_hosts=True, keep_free_bytes=0))
"""


def _leave_half(site: Site, folder: Path, clip: bytes, settings: DownloadPolicy) -> str:
    """A try that has fetched a half and could not go on. Gives the URL."""
    url = site.behave("/clip.mp4", _cut_transfers(len(clip) // 2, then=_refuse_transfers))
    with pytest.raises(WebError) as raised:
        download(url, folder, VIDEO_ID, 1080, settings)
    assert raised.value.outcome == "paused"
    assert (folder / UNFINISHED / "video.mp4.part").stat().st_size == len(clip) // 2
    return url


def _refuse_transfers(exchange: Exchange) -> None:
    (status(429) if _is_transfer(exchange) else serve_file)(exchange)


def _cut_transfers(after: int, then: Behaviour = serve_file) -> Behaviour:
    """The first transfer is cut; the others are as `then` says."""
    transfers: list[Exchange] = []

    def answer(exchange: Exchange) -> None:
        if _is_transfer(exchange):
            transfers.append(exchange)
        behaviour = cut(after) if transfers == [exchange] else then
        (behaviour if _is_transfer(exchange) else serve_file)(exchange)

    return answer


def _is_transfer(exchange: Exchange) -> bool:
    """Whether this is the fetching of the file, after the extractor's request and the reading of the header."""
    wanted = exchange.headers.get("Range", "")
    return "If-Range" in exchange.headers or wanted.endswith("-")


def _ranges(site: Site) -> list[str]:
    return [headers.get("Range", "") for headers in site.requests["/clip.mp4"]]


def _write_playlist(www: Path, count: int, first_picture: int = 0) -> bytes:
    """A playlist of fragments; gives what they are together."""
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1"]
    whole = b""
    for number in range(count):
        pictures = itertools.islice(numbered_pictures(first_picture + 12), first_picture, None)
        whole += write_clip(www / f"{number}.ts", pictures).read_bytes()
        lines += ["#EXTINF:1,", f"{number}.ts?token={os.urandom(4).hex()}"]
    (www / "list.m3u8").write_text("\n".join([*lines, "#EXT-X-ENDLIST", ""]))
    return whole
