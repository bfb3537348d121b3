"""Three short clips, and a data folder in which they were brought up to date: made once, copied by who changes it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from framecurate_assets.compute.here import WORKERS_VARIABLE
from framecurate_assets.demo.clips import ASTRONAUT, GROUP, Clip, View, make_clips
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.resources import SilentProgress
from framecurate_tests.end_to_end.data_folders import bring_up_to_date, data_folder

# Tests run in as many processes as there are cores: pipelines start no further ones, unless that is what is tested.
os.environ[WORKERS_VARIABLE] = "1"


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: a test of the daemon waits for clocks most of the time."""
    return (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Clips:
    """Paths of the clips, 20 frames a second."""

    astronaut: Path
    """1280x720, 2 s, one woman."""
    group: Path
    """1280x720, 2.4 s, several people, of whom one is seen well enough."""
    small: Path
    """854x480: to be refused."""

    @property
    def all(self) -> list[Path]:
        return [self.astronaut, self.group, self.small]


CLIPS = (
    Clip("astronaut", ASTRONAUT, (1280, 720), (View(0, 0.45, 0.28, 0.9), View(2, 0.44, 0.24, 0.6))),
    Clip("group", GROUP, (1280, 720), (View(0, 0.14, 0.36, 0.28), View(2.4, 0.26, 0.27, 0.30))),
    Clip("small", ASTRONAUT, (854, 480), (View(0, 0.45, 0.28, 0.9), View(0.5, 0.44, 0.24, 0.7))),
)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    place = made_once("clips", tmp_path_factory, lambda place: make_clips(place, SilentProgress(), CLIPS))
    return Clips(*(place / f"{clip.name}.mp4" for clip in CLIPS))


@pytest.fixture(autouse=True)
def own_dagster_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test sets ends with it: opening a data folder points this variable at it."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)


@pytest.fixture(scope="session")
def finished_once(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Not to be changed: see `finished`."""

    def make(place: Path) -> None:
        assert bring_up_to_date(data_folder(place, clips.all)).failed_checks == {}

    return DataFolder(made_once("finished", tmp_path_factory, make))


@pytest.fixture
def finished(finished_once: DataFolder, tmp_path: Path) -> DataFolder:
    """All three clips, up to date; a copy to work on."""
    shutil.copytree(finished_once.root, tmp_path / "data")
    return DataFolder(tmp_path / "data")


def made_once(name: str, tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], object]) -> Path:
    """A folder that the first of the test processes makes which needs it; the others wait, and use it too."""
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    place, done = common / name, common / f"{name}.done"
    with (common / f"{name}.lock").open("w") as lock, pytest.MonkeyPatch.context() as environment:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            environment.delenv("DAGSTER_HOME", raising=False)
            make(place)
            done.touch()
    return place
