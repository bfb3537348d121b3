"""A run that is limited to the people in photos."""

from pathlib import Path

import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import bring_up_to_date, rows_of, video_id
from framecurate_tests.end_to_end.in_process import Terminal
from framecurate_tests.reference.photos import astronaut_picture, photo, six_people_picture


@pytest.fixture
def framecurate(finished: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys, finished.root)


def shown(folder: DataFolder) -> set[str]:
    """The videos of which pictures are in the dataset."""
    return {str(row["video_id"]) for row in rows_of(folder, "person_selections")}


def test_a_run_for_photos_selects_only_the_people_in_them(
    framecurate: Terminal, finished: DataFolder, clips: Clips, tmp_path: Path
) -> None:
    of_astronaut = photo(tmp_path / "photo.jpg", astronaut_picture())
    everybody = shown(finished)
    assert everybody == {video_id(clips.astronaut), video_id(clips.group)}

    assert framecurate("run", "--reference", of_astronaut).code == 0
    assert shown(finished) == {video_id(clips.astronaut)}
    assert "Everything was up to date." in framecurate("run", "--reference", of_astronaut).messages

    # The man on the left of the six takes the place of the astronaut in the file.
    photo(of_astronaut, six_people_picture()[200:460, 0:240])
    assert framecurate("run", "--reference", of_astronaut).code == 0
    assert shown(finished) == {video_id(clips.group)}

    # Without photos everybody is selected again.
    bring_up_to_date(finished)
    assert shown(finished) == everybody


def test_photos_may_stand_in_the_policy(finished: DataFolder, clips: Clips) -> None:
    photo(finished.root / "photo.jpg", astronaut_picture())
    policy = finished.policy_file.read_text(encoding="utf-8")
    finished.policy_file.write_text(f"{policy}\nselection: {{only_like: [photo.jpg]}}\n", encoding="utf-8")
    bring_up_to_date(finished)
    assert shown(finished) == {video_id(clips.astronaut)}


def test_a_photo_of_somebody_else_leaves_the_dataset_as_it_was(
    framecurate: Terminal, finished: DataFolder, tmp_path: Path
) -> None:
    everybody = shown(finished)
    stranger = photo(tmp_path / "stranger.jpg", six_people_picture()[30:260, 850:1080])
    answer = framecurate("run", "--reference", stranger)
    assert answer.code == 2
    assert f"looks like {stranger}" in answer.messages
    assert shown(finished) == everybody
