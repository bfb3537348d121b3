"""A video is taken in whole, or said why not; what is asked for is judged before it is copied or fetched."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from framecurate_assets.intake.take_in import Intake, over_budget, take_in
from framecurate_assets.policy import VideoPolicy
from framecurate_assets.sources.source import content_sha256, identify
from framecurate_tests.video.clips import numbered_pictures, write_clip

POLICY = VideoPolicy(min_shorter_side_px=144)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "videos"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """256x144."""
    return write_clip(tmp_path / "My clip.MP4", numbered_pictures(10))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*")) if folder.exists() else []


def test_a_file_is_linked_under_its_id_and_stays_where_it_was(clip: Path, folder: Path) -> None:
    source = identify(str(clip))
    intake = take_in(source, folder, POLICY)
    assert (intake.status, intake.reason, intake.title) == ("ready", None, "My clip")
    assert intake.file == folder / f"{source.video_id}.mp4"
    assert intake.file.samefile(clip)  # no second copy
    assert (intake.bytes, intake.sha256) == (clip.stat().st_size, content_sha256(clip))
    assert intake.facts
    assert (intake.facts.width, intake.facts.height, intake.facts.frame_count) == (256, 144, 10)


def test_taking_it_in_again_changes_nothing_and_leaves_nothing_beside_it(clip: Path, folder: Path) -> None:
    source = identify(str(clip))
    assert take_in(source, folder, POLICY) == take_in(source, folder, POLICY)
    assert names_in(folder) == [f"{source.video_id}.mp4"]


def test_half_a_copy_of_a_killed_process_is_replaced(clip: Path, folder: Path) -> None:
    source = identify(str(clip))
    folder.mkdir(parents=True)
    (folder / f".{source.video_id}.mp4.unfinished").write_bytes(b"half")
    assert take_in(source, folder, POLICY).status == "ready"
    assert names_in(folder) == [f"{source.video_id}.mp4"]


def test_where_no_link_can_be_made_the_file_is_copied(
    clip: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_disk(*paths: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_disk)
    intake = take_in(identify(str(clip)), folder, POLICY)
    assert intake.file
    assert not intake.file.samefile(clip)
    assert intake.file.read_bytes() == clip.read_bytes()


def changed(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (Path.unlink, "is no longer there. Put it back, or remove it from the sources."),
        (changed, "has changed since it was added. Add it again: it is another video now."),
    ],
)
def test_a_file_that_is_not_the_one_that_was_added_fails(
    clip: Path, folder: Path, happens: Callable[[Path], None], reason: str
) -> None:
    source = identify(str(clip))
    happens(clip)
    intake = take_in(source, folder, POLICY)
    # Nothing is known of its content, so that it is looked at again next time.
    assert intake == Intake("failed", f"{clip} {reason}", title="My clip")
    assert names_in(folder) == []


def test_a_file_that_is_no_video_fails_with_the_hash_of_what_was_read(tmp_path: Path, folder: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    intake = take_in(identify(str(text)), folder, POLICY)
    assert intake.status == "failed"
    assert intake.reason == "text.mp4 is not a video file. Give the path of a video file."
    assert intake.sha256 == content_sha256(text)
    assert names_in(folder) == []


@pytest.mark.parametrize(
    ("display", "shorter_side_px", "status"),
    [
        (None, 144, "ready"),  # as many as are asked for
        (None, 145, "rejected"),
        ((-90, False, False), 144, "ready"),  # upright it is 144x256
        ((-90, False, False), 145, "rejected"),
    ],
)
def test_the_shorter_upright_side_decides(
    tmp_path: Path, folder: Path, display: tuple[float, bool, bool] | None, shorter_side_px: int, status: str
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_pictures(3), display=display)
    intake = take_in(identify(str(clip)), folder, VideoPolicy(min_shorter_side_px=shorter_side_px))
    assert intake.status == status
    assert intake.facts
    if status == "rejected":
        size = "144x256" if display else "256x144"
        assert intake.reason == f"{size}: the shorter side has 144 px, and 145 are asked for."
        assert (intake.file, names_in(folder)) == (None, [])


def test_over_budget_says_how_much_is_spent() -> None:
    intake = over_budget(1_000_500, 1_000_000)
    assert intake.status == "over_budget"
    assert intake.reason == "The candidates of other videos take 1000500 of 1000000 bytes."


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the files in tmp_path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_url_is_fetched_and_probed(tmp_path: Path, folder: Path, site: str) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_pictures(10))
    source = identify(f"{site}/clip.mp4")
    intake = take_in(source, folder, POLICY)
    assert (intake.status, intake.file) == ("ready", folder / f"{source.video_id}.mp4")
    assert intake.sha256 == content_sha256(clip)


@pytest.mark.parametrize(
    ("make", "status", "reason"),
    [
        (
            lambda path: write_clip(path, numbered_pictures(3, 160, 90)),
            "rejected",
            "160x90: the shorter side has 90 px",
        ),
        # Cut off on its way: what was fetched is of no use.
        (
            lambda path: path.write_bytes(write_clip(path, numbered_pictures(30)).read_bytes()[:-900]),
            "failed",
            "holds no video",
        ),
        (lambda path: None, "failed", "404"),
    ],
    ids=["too small", "cut off", "not there"],
)
def test_of_a_url_that_is_not_good_enough_nothing_is_kept(
    tmp_path: Path, folder: Path, site: str, make: Callable[[Path], object], status: str, reason: str
) -> None:
    make(tmp_path / "clip.mp4")
    intake = take_in(identify(f"{site}/clip.mp4"), folder, POLICY)
    assert intake.status == status
    assert reason in str(intake.reason)
    # It is fetched again next time: the site may have a whole one by then.
    assert (intake.file, intake.sha256) == (None, None)
    assert names_in(folder) == []
