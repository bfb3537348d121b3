from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from framecurate_assets.video.probe import probe
from framecurate_assets.web.download import DownloadError, download, look_up
from framecurate_tests.video.clips import numbered_pictures, write_clip

VIDEO_ID = "generic-clip-01234567"


class Site(SimpleHTTPRequestHandler):
    """Serves a folder; what ends in .short breaks off in the middle; remembers what it was asked for."""

    requests: list[str]

    def do_GET(self) -> None:
        self.requests.append(self.path)
        if not self.path.endswith(".short.mp4"):
            super().do_GET()
            return
        content = Path(self.translate_path(self.path)).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])

    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def www(tmp_path: Path) -> Path:
    folder = tmp_path / "www"
    folder.mkdir()
    return folder


@pytest.fixture
def site(www: Path) -> Iterator[str]:
    Site.requests = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Site, directory=str(www)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_video_arrives_whole_under_its_id(tmp_path: Path, www: Path, site: str) -> None:
    content = write_clip(www / "My holiday: 100%.mp4", numbered_pictures(30)).read_bytes()
    folder = tmp_path / "%(title)s 100%"
    seen: list[tuple[int, int | None]] = []
    fetched = download(
        f"{site}/My%20holiday:%20100%25.mp4",
        folder,
        VIDEO_ID,
        1080,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert fetched.path == folder / f"{VIDEO_ID}.mp4"
    assert fetched.path.read_bytes() == content
    assert fetched.facts.title == "My holiday: 100%"
    assert [path.name for path in folder.iterdir()] == [f"{VIDEO_ID}.mp4"]
    assert sorted(tmp_path.iterdir()) == [folder, www]
    assert seen[-1] == (len(content), len(content))


def test_looking_up_fetches_no_video(www: Path, site: str) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(300), options={"crf": "1"})
    facts = look_up(f"{site}/clip.mp4", 1080)
    # Such a file says nothing of itself but its name; what is not known is not made up.
    assert (facts.title, facts.uploader, facts.licence) == ("clip", None, None)
    assert (facts.width, facts.height, facts.duration_s) == (None, None, None)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        (["640x360", "1280x720", "1920x1080", "3840x2160"], (1920, 1080)),
        (["720x1280", "1080x1920", "2160x3840"], (1080, 1920)),  # upright: the shorter side counts
        (["640x360"], (640, 360)),
        (["2560x1440", "3840x2160"], (2560, 1440)),  # all are larger than asked for
    ],
)
def test_the_best_size_within_the_limit_is_fetched(
    tmp_path: Path, www: Path, site: str, sizes: list[str], expected: tuple[int, int]
) -> None:
    master = "#EXTM3U\n"
    for size in sizes:
        master += f"#EXT-X-STREAM-INF:BANDWIDTH=1000000,RESOLUTION={size}\n{size}.m3u8\n"
        (www / f"{size}.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{size}.ts\n#EXT-X-ENDLIST\n")
        write_clip(www / f"{size}.ts", numbered_pictures(30))
    (www / "master.m3u8").write_text(master)
    facts = look_up(f"{site}/master.m3u8", 1080)
    assert (facts.width, facts.height) == expected
    fetched = download(f"{site}/master.m3u8", tmp_path, VIDEO_ID, 1080)
    assert fetched.facts == facts
    assert [path for path in Site.requests if path.endswith(".ts")] == [f"/{expected[0]}x{expected[1]}.ts"]
    assert probe(fetched.path).codec == "h264"


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("gone.mp4", "gives no video: Unable to download webpage: HTTP Error 404"),
        ("empty.html", "gives no video: Unsupported URL"),
        ("two.html", "is a list of videos"),
        ("live.m3u8", "is a live stream"),
    ],
)
def test_what_is_no_single_video_is_refused_in_one_clean_sentence(
    tmp_path: Path, www: Path, site: str, page: str, problem: str
) -> None:
    (www / "empty.html").write_text("<html><body>Nothing to see</body></html>")
    (www / "two.html").write_text("<html><video src='a.mp4'></video><video src='b.mp4'></video></html>")
    (www / "live.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n1.ts\n")  # no end is stated
    for name in ("a.mp4", "b.mp4", "1.ts"):
        write_clip(www / name, numbered_pictures(10))
    folder = tmp_path / "videos"
    for attempt in (
        lambda: look_up(f"{site}/{page}", 1080),
        lambda: download(f"{site}/{page}", folder, VIDEO_ID, 1080),
    ):
        with pytest.raises(DownloadError, match=problem) as raised:
            attempt()
        assert str(raised.value).startswith(f"{site}/{page}")
        assert raised.value.remedy
        for noise in ("ERROR", "report", "yt-dlp", "caused by", "\x1b", "\n", "[generic]"):
            assert noise not in str(raised.value)
    assert list(folder.iterdir()) == []
    assert not any(path.endswith((".ts", "a.mp4", "b.mp4")) for path in Site.requests)


def test_a_site_that_does_not_answer_is_told_so(tmp_path: Path, site: str) -> None:
    with pytest.raises(DownloadError, match=r"gives no video: .*refused"):
        look_up("http://127.0.0.1:1/clip.mp4", 1080)


def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path, www: Path, site: str) -> None:
    write_clip(www / "clip.short.mp4", numbered_pictures(30))
    with pytest.raises(DownloadError, match="gives no video"):
        download(f"{site}/clip.short.mp4", tmp_path / "videos", VIDEO_ID, 1080)
    assert list((tmp_path / "videos").iterdir()) == []


def test_what_a_killed_download_left_is_removed(tmp_path: Path, www: Path, site: str) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(30))
    left = tmp_path / "videos" / f".{VIDEO_ID}.abc.unfinished"
    left.mkdir(parents=True)
    (left / "video.mp4").write_bytes(b"half")
    download(f"{site}/clip.mp4", tmp_path / "videos", VIDEO_ID, 1080)
    assert [path.name for path in (tmp_path / "videos").iterdir()] == [f"{VIDEO_ID}.mp4"]


def test_nothing_is_written_anywhere_else(
    tmp_path: Path, www: Path, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".config" / "yt-dlp").mkdir(parents=True)
    # A person's own settings for yt-dlp are theirs: these would put the file elsewhere under its title.
    (home / ".config" / "yt-dlp" / "config").write_text(f"-o {home}/%(title)s.%(ext)s\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(home)
    write_clip(www / "clip.mp4", numbered_pictures(30))
    assert download(f"{site}/clip.mp4", tmp_path / "videos", VIDEO_ID, 1080).path.exists()
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["config"]
