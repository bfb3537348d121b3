from __future__ import annotations

from pathlib import Path

import pytest

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.video.probe import probe
from framecurate_assets.web.download import download
from framecurate_assets.web.faults import WebError
from framecurate_assets.web.look_up import SIZE_NOT_STATED, look_up, preferring
from framecurate_assets.web.site import open_site
from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import Site, page

VIDEO_ID = "generic-clip-01234567"


def test_a_video_arrives_whole_under_its_id(tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy) -> None:
    content = write_clip(www / "My holiday: 100%.mp4", numbered_pictures(30)).read_bytes()
    folder = tmp_path / "%(title)s 100%"
    seen: list[tuple[int, int | None]] = []
    fetched = download(
        f"{site.url}/My%20holiday:%20100%25.mp4",
        folder,
        VIDEO_ID,
        1080,
        settings,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert fetched.path == folder / f"{VIDEO_ID}.mp4"
    assert fetched.path.read_bytes() == content
    assert fetched.remote.title == "My holiday: 100%"
    assert fetched.bytes_fetched > fetched.remote.bytes_fetched > 0
    assert [path.name for path in folder.iterdir()] == [f"{VIDEO_ID}.mp4"]
    assert sorted(tmp_path.iterdir()) == [folder, www]
    assert seen[-1] == (len(content), len(content))


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
    tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy, sizes: list[str], expected: tuple[int, int]
) -> None:
    write_hls(www, sizes)
    remote = look_up(f"{site.url}/master.m3u8", 1080, settings)
    assert (remote.width, remote.height) == expected
    assert not any(path.endswith(".ts") for path in site.requests)
    fetched = download(f"{site.url}/master.m3u8", tmp_path, VIDEO_ID, 1080, settings)
    assert (fetched.remote.width, fetched.remote.height) == expected
    assert [path for path in site.requests if path.endswith(".ts")] == [f"/{expected[0]}x{expected[1]}.ts"]
    assert probe(fetched.path).codec == "h264"


@pytest.mark.parametrize(
    ("silent", "with_sound", "expected"),
    [
        ("1280x720", "1920x1080", "both.m3u8"),  # sound is put up with for a better picture
        ("1920x1080", "1280x720", "silent.m3u8"),
        ("1280x720", "1280x720", "silent.m3u8"),  # and not fetched without need
    ],
)
def test_the_picture_alone_is_fetched_where_it_is_as_good(
    www: Path, site: Site, settings: DownloadPolicy, silent: str, with_sound: str, expected: str
) -> None:
    (www / "master.m3u8").write_text(
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="sound.m3u8"\n'
        f'#EXT-X-STREAM-INF:BANDWIDTH=1000000,RESOLUTION={silent},CODECS="avc1.64001f",AUDIO="a"\nsilent.m3u8\n'
        f'#EXT-X-STREAM-INF:BANDWIDTH=1000000,RESOLUTION={with_sound},CODECS="avc1.64001f,mp4a.40.2"\nboth.m3u8\n'
    )
    with open_site(settings, **preferring(1080)) as session:
        answer = session.extract(f"{site.url}/master.m3u8")
    assert answer["url"] == f"{site.url}/{expected}"


def test_a_playlist_that_tells_no_size_leaves_it_unknown(www: Path, site: Site, settings: DownloadPolicy) -> None:
    write_hls(www, ["640x360"])
    remote = look_up(f"{site.url}/640x360.m3u8", 1080, settings)
    assert (remote.width, remote.height) == (None, None)
    assert remote.size_unknown == SIZE_NOT_STATED


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("gone.mp4", "gives no video: Unable to download webpage: HTTP Error 404"),
        ("empty.html", "gives no video: Unsupported URL"),
        ("two.html", "is a list of videos"),
        ("live.m3u8", "is a live stream"),
    ],
)
def test_what_is_no_single_video_is_refused_in_one_clean_sentence(
    tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy, path: str, problem: str
) -> None:
    site.behave("/empty.html", page("<html><body>Nothing to see</body></html>"))
    site.behave("/two.html", page("<html><video src='a.mp4'></video><video src='b.mp4'></video></html>"))
    (www / "live.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n1.ts\n")  # no end is stated
    for name in ("a.mp4", "b.mp4", "1.ts"):
        write_clip(www / name, numbered_pictures(10))
    folder = tmp_path / "videos"
    for attempt in (
        lambda: look_up(f"{site.url}/{path}", 1080, settings),
        lambda: download(f"{site.url}/{path}", folder, VIDEO_ID, 1080, settings),
    ):
        with pytest.raises(WebError, match=problem) as raised:
            attempt()
        assert raised.value.outcome == "permanent"
        assert str(raised.value).startswith(f"{site.url}/{path}")
        assert raised.value.remedy
        for noise in ("ERROR", "report", "yt-dlp", "caused by", "\x1b", "\n", "[generic]"):
            assert noise not in str(raised.value)
    assert list(folder.iterdir()) == []
    assert not any(asked.endswith((".ts", "a.mp4", "b.mp4")) for asked in site.requests)


def test_a_site_that_does_not_answer_is_told_so(settings: DownloadPolicy) -> None:
    with pytest.raises(WebError, match=r"gives no video: .*refused") as raised:
        look_up("http://127.0.0.1:1/clip.mp4", 1080, settings)
    assert raised.value.outcome == "passing"


def test_what_a_killed_download_of_another_kind_left_is_removed(
    tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy
) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(30))
    left = tmp_path / "videos" / f".{VIDEO_ID}.abc.unfinished"
    left.mkdir(parents=True)
    (left / "video.mp4").write_bytes(b"half")
    download(f"{site.url}/clip.mp4", tmp_path / "videos", VIDEO_ID, 1080, settings)
    assert [path.name for path in (tmp_path / "videos").iterdir()] == [f"{VIDEO_ID}.mp4"]


def test_a_hostile_title_makes_no_path(tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy) -> None:
    write_clip(www / "clip.mp4", numbered_pictures(30))
    title = "../../x\x1b[31m " + "long " * 2_000
    site.behave("/watch", page(f"<html><title>{title}</title><video src='clip.mp4'></video></html>"))
    folder = tmp_path / "videos"
    assert download(f"{site.url}/watch", folder, VIDEO_ID, 1080, settings).path == folder / f"{VIDEO_ID}.mp4"
    assert sorted(tmp_path.iterdir()) == [folder, www]
    assert [path.name for path in folder.iterdir()] == [f"{VIDEO_ID}.mp4"]


def test_nothing_is_written_anywhere_else(
    tmp_path: Path, www: Path, site: Site, settings: DownloadPolicy, monkeypatch: pytest.MonkeyPatch
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
    assert download(f"{site.url}/clip.mp4", tmp_path / "videos", VIDEO_ID, 1080, settings).path.exists()
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["config"]


def write_hls(www: Path, sizes: list[str]) -> None:
    """A master playlist of several sizes, each of one fragment."""
    master = "#EXTM3U\n"
    for size in sizes:
        master += f"#EXT-X-STREAM-INF:BANDWIDTH=1000000,RESOLUTION={size}\n{size}.m3u8\n"
        (www / f"{size}.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{size}.ts\n#EXT-X-ENDLIST\n")
        write_clip(www / f"{size}.ts", numbered_pictures(30))
    (www / "master.m3u8").write_text(master)
