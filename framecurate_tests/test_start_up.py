"""Commands answer at once: what takes long to load is loaded only by those who need it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from framecurate_assets.assets.partitions import videos
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.dagster_serving import is_served
from framecurate_assets.lake.folder import DataFolder
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import video_id

SLOW = ("dagster", "scipy", "yt_dlp", "mediapipe", "onnxruntime", "dlib")

SERVE = """
import sys
from pathlib import Path
from framecurate_assets.dagster_serving import only_one
from framecurate_assets.lake.folder import DataFolder
only_one(DataFolder(Path(sys.argv[1])))
print("serving", flush=True)
sys.stdin.read()
"""


def loaded_by(*arguments: str) -> set[str]:
    """Those of the slow libraries that a command loads, in a process of its own."""
    program = f"""
import sys
from framecurate_assets.cli import main
try:
    main()
finally:
    print("loaded:", *(name for name in {SLOW!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("command", [["--help"], ["status"], ["sql", "SELECT * FROM videos"], ["run"]])
def test_what_makes_nothing_loads_nothing_slow(finished: DataFolder, command: list[str]) -> None:
    data = [] if command == ["--help"] else ["--data", str(finished.root)]
    assert loaded_by(*command, *data) == set()


def test_adding_a_file_loads_nothing_slow(clips: Clips, tmp_path: Path) -> None:
    assert loaded_by("add", "--data", str(tmp_path / "data"), str(clips.astronaut)) == set()


def test_pages_that_are_open_show_a_video_that_is_added(clips: Clips, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    assert not is_served(folder)
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout
        assert serving.stdout.readline() == "serving\n"
        assert is_served(folder)
        loaded_by("add", "--data", str(folder.root), str(clips.astronaut))
    assert not is_served(folder)
    assert partitions(folder) == [video_id(clips.astronaut)]


def partitions(folder: DataFolder) -> list[str]:
    with open_instance(folder) as instance:
        return list(instance.get_dynamic_partitions(str(videos.name)))
