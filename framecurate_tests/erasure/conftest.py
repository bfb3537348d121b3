"""Data folders from which somebody is to be erased, or was: made once, copied by who changes them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from framecurate_assets.demo.clips import GROUP, Clip, View, make_clips
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.resources import SilentProgress
from framecurate_tests.conftest import Clips, made_once
from framecurate_tests.end_to_end.data_folders import bring_up_to_date, data_folder, video_id
from framecurate_tests.erasure.forgetting import forget, person_in_part

CLIPS = (
    Clip("to_the_right", GROUP, (1280, 720), (View(0, 0.30, 0.38, 0.50), View(3, 0.72, 0.40, 0.5))),
    Clip("to_the_left", GROUP, (1280, 720), (View(0, 0.70, 0.38, 0.52), View(3, 0.35, 0.40, 0.5))),
)


@pytest.fixture(scope="session")
def crowd_once(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Not to be changed: see `crowd`."""

    def make(place: Path) -> None:
        panned = make_clips(place, SilentProgress(), CLIPS)
        folder = data_folder(place / "data", [clips.astronaut, *panned])
        assert bring_up_to_date(folder).failed_checks == {}

    return DataFolder(made_once("crowd", tmp_path_factory, make) / "data")


@pytest.fixture
def crowd(crowd_once: DataFolder, tmp_path: Path) -> DataFolder:
    """Three people: one alone in a clip, and two who share some frames of both others. A copy to work on."""
    return copy(crowd_once, tmp_path)


@pytest.fixture(scope="session")
def sealed_once(crowd_once: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Not to be changed: see `sealed`."""

    def make(place: Path) -> None:
        folder = copy(crowd_once, place)
        assert forget(person_in_part(folder), folder).failed_checks == {}

    return DataFolder(made_once("sealed", tmp_path_factory, make) / "data")


@pytest.fixture
def sealed(sealed_once: DataFolder, tmp_path: Path) -> DataFolder:
    """The crowd after a person who was in part of two clips was erased. A copy to work on."""
    return copy(sealed_once, tmp_path)


@pytest.fixture(scope="session")
def without_astronaut_once(
    finished_once: DataFolder, clips: Clips, tmp_path_factory: pytest.TempPathFactory
) -> DataFolder:
    """Not to be changed: see `without_astronaut`."""
    astronaut = video_id(clips.astronaut)

    def make(place: Path) -> None:
        folder = copy(finished_once, place)
        # What a download that was interrupted left.
        unfinished = folder.videos / f".{astronaut}.unfinished"
        unfinished.mkdir()
        (unfinished / "video.part").write_bytes(b"half")
        # What a check that was killed left; another process has its number by now.
        question = folder.root / ".questions.1.0f.unfinished"
        question.mkdir()
        (question / "face_candidates.parquet").write_bytes(astronaut.encode())
        folder.sources_file.write_text("# mine\n" + folder.sources_file.read_text() + "# the end\n")
        assert forget(astronaut, folder).failed_checks == {}

    return DataFolder(made_once("without_astronaut", tmp_path_factory, make) / "data")


@pytest.fixture
def without_astronaut(without_astronaut_once: DataFolder, tmp_path: Path) -> DataFolder:
    """The three clips of `finished` after the astronaut's was erased. A copy to work on."""
    return copy(without_astronaut_once, tmp_path)


def copy(folder: DataFolder, place: Path) -> DataFolder:
    return DataFolder(shutil.copytree(folder.root, place / "data"))
