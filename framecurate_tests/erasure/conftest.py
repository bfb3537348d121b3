"""A data folder with several people, two of whom share some frames of two clips and not others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from framecurate_assets.demo.clips import GROUP, Clip, View, make_clips
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.resources import SilentProgress
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import bring_up_to_date, data_folder


@pytest.fixture(scope="session")
def crowd_once(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Not to be changed: see `crowd`."""
    panned = make_clips(
        tmp_path_factory.mktemp("crowd_clips"),
        SilentProgress(),
        [
            Clip("to_the_right", GROUP, (1280, 720), (View(0, 0.30, 0.38, 0.50), View(3, 0.72, 0.40, 0.5))),
            Clip("to_the_left", GROUP, (1280, 720), (View(0, 0.70, 0.38, 0.52), View(3, 0.35, 0.40, 0.5))),
        ],
    )
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DAGSTER_HOME", raising=False)
        folder = data_folder(tmp_path_factory.mktemp("crowd") / "data", [clips.astronaut, *panned])
        outcome = bring_up_to_date(folder)
    assert outcome.failed_checks == {}
    return folder


@pytest.fixture
def crowd(crowd_once: DataFolder, tmp_path: Path) -> DataFolder:
    """Three people: one alone in a clip, and two who are in both others. A copy to work on."""
    shutil.copytree(crowd_once.root, tmp_path / "data")
    return DataFolder(tmp_path / "data")
