from __future__ import annotations

import os
from pathlib import Path

import pytest

from framecurate_assets.lake.deaths import MOST_DEATHS, DeadlyVideoError, marked
from framecurate_assets.lake.folder import DataFolder


def die_within(folder: DataFolder, video_id: str) -> None:
    """A process that makes a video and is gone before it is done, as with `kill -9` or a crash of a decoder."""
    child = os.fork()
    if child == 0:
        with marked(folder, "sampled_frames", video_id):
            os._exit(1)
    os.waitpid(child, 0)


def test_a_video_on_which_the_program_keeps_dying_is_given_up_and_no_other(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    for _ in range(MOST_DEATHS):
        with marked(folder, "sampled_frames", "healthy"):
            pass
        die_within(folder, "deadly")
    with pytest.raises(DeadlyVideoError, match="died 3 times"), marked(folder, "sampled_frames", "deadly"):
        pytest.fail("it was made once more")
    with marked(folder, "detected_faces", "deadly"), marked(folder, "sampled_frames", "healthy"):
        pass


def test_what_was_given_up_may_be_tried_again(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    for _ in range(MOST_DEATHS):
        die_within(folder, "deadly")
    with pytest.raises(DeadlyVideoError), marked(folder, "sampled_frames", "deadly"):
        pass
    with marked(folder, "sampled_frames", "deadly"):
        pass


def test_an_error_is_no_death(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    for _ in range(MOST_DEATHS + 1):
        with pytest.raises(KeyboardInterrupt), marked(folder, "sampled_frames", "broken"):
            raise KeyboardInterrupt
    assert list((tmp_path / ".begun").iterdir()) == []
