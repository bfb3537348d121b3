"""A file is taken in whole, or said why not; it is judged before it is copied."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from framecurate_assets.intake.intake import Intake
from framecurate_assets.intake.take_in import over_budget, take_in
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source, content_sha256, identify
from framecurate_assets.web.manners import HostGate
from framecurate_tests.video.clips import numbered_pictures, write_clip


def policy(shorter_side_px: int = 144) -> Policy:
    return Policy.model_validate({"video": {"min_shorter_side_px": shorter_side_px}})


def take(source: Source, folder: Path, shorter_side_px: int = 144) -> Intake:
    asked_for = policy(shorter_side_px)
    return take_in(source, folder, asked_for, HostGate(asked_for.download))


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
    intake = take(source, folder)
    assert (intake.status, intake.reason, intake.title) == ("ready", None, "My clip")
    assert intake.file == folder / f"{source.video_id}.mp4"
    assert intake.file.samefile(clip)  # no second copy
    assert (intake.bytes, intake.sha256) == (clip.stat().st_size, content_sha256(clip))
    assert intake.facts
    assert (intake.facts.width, intake.facts.height, intake.facts.frame_count) == (256, 144, 10)


def test_taking_it_in_again_changes_nothing_and_leaves_nothing_beside_it(clip: Path, folder: Path) -> None:
    source = identify(str(clip))
    assert take(source, folder) == take(source, folder)
    assert names_in(folder) == [f"{source.video_id}.mp4"]


def test_half_a_copy_of_a_killed_process_is_replaced(clip: Path, folder: Path) -> None:
    source = identify(str(clip))
    folder.mkdir(parents=True)
    (folder / f".{source.video_id}.mp4.unfinished").write_bytes(b"half")
    assert take(source, folder).status == "ready"
    assert names_in(folder) == [f"{source.video_id}.mp4"]


def test_where_no_link_can_be_made_the_file_is_copied(
    clip: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_disk(*paths: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_disk)
    intake = take(identify(str(clip)), folder)
    assert intake.file
    assert not intake.file.samefile(clip)
    assert intake.file.read_bytes() == clip.read_bytes()


def changed(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("happens", "reason", "is_known"),
    [
        (Path.unlink, "is no longer there. Put it back, or remove it from the sources.", False),
        (changed, "has changed since it was added. Add it again: it is another video now.", True),
    ],
)
def test_a_file_that_is_not_the_one_that_was_added_fails(
    clip: Path, folder: Path, happens: Callable[[Path], None], reason: str, is_known: bool
) -> None:
    source = identify(str(clip))
    happens(clip)
    intake = take(source, folder)
    # What was read stays what it is; what was not there may be there next time.
    sha256 = content_sha256(clip) if is_known else None
    assert intake == Intake("failed", f"{clip} {reason}", sha256=sha256, title="My clip")
    assert names_in(folder) == []


def test_a_file_that_is_no_video_fails_with_the_hash_of_what_was_read(tmp_path: Path, folder: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    intake = take(identify(str(text)), folder)
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
    intake = take(identify(str(clip)), folder, shorter_side_px)
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
