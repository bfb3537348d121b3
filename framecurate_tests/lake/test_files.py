"""Files appear whole or not at all."""

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from framecurate_assets.lake.catalog import write_catalog
from framecurate_assets.lake.files import passing_folder, remove_unfinished, replaced_folder, write_bytes
from framecurate_assets.lake.folder import DataFolder


def test_a_failed_write_leaves_the_former_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    write_bytes(path, b"former")

    with pytest.raises(TypeError):
        write_bytes(path, "not bytes")  # type: ignore[arg-type]

    assert path.read_bytes() == b"former"
    assert [file.name for file in tmp_path.iterdir()] == ["table.parquet"]


def test_a_failure_while_filling_a_folder_leaves_the_former_folder(tmp_path: Path) -> None:
    place = tmp_path / "dataset"
    with replaced_folder(place) as fresh:
        (fresh / "one").write_text("1")

    def fail_half_way() -> None:
        with replaced_folder(place) as fresh:
            (fresh / "two").write_text("2")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    assert [file.name for file in place.iterdir()] == ["one"]
    assert [file.name for file in tmp_path.iterdir()] == ["dataset"]


def test_nothing_of_the_former_folder_survives(tmp_path: Path) -> None:
    place = tmp_path / "dataset"
    for name in ("person_0001", "person_0002"):
        with replaced_folder(place) as fresh:
            (fresh / name).mkdir()

    assert [file.name for file in place.iterdir()] == ["person_0002"]


def test_a_reader_never_meets_an_absent_or_half_filled_folder(tmp_path: Path) -> None:
    place = tmp_path / "dataset"
    files = [f"{number}.jpg" for number in range(20)]
    stop = threading.Event()
    absent: list[OSError] = []
    looks = 0

    def fill() -> None:
        with replaced_folder(place) as fresh:
            for name in files:
                (fresh / name).write_text(name)

    def watch() -> None:
        nonlocal looks
        while not stop.is_set():
            try:
                (place / files[-1]).stat()
                looks += 1
            except OSError as error:
                absent.append(error)

    fill()
    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(50):
        fill()
    stop.set()
    watcher.join()
    assert absent == []
    assert looks > 0
    assert sorted(file.name for file in place.iterdir()) == sorted(files)


def test_what_a_killed_writer_left_is_removed_by_the_next(tmp_path: Path) -> None:
    place = tmp_path / "frames"
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from framecurate_assets.lake.files import replaced_folder\n"
        "with replaced_folder(Path(sys.argv[1])) as fresh:\n"
        "    (fresh / 'half').write_text('')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(place)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not place.exists()
    assert len(list(tmp_path.iterdir())) == 1

    with replaced_folder(place) as fresh:
        (fresh / "whole").write_text("")

    assert [file.name for file in tmp_path.iterdir()] == ["frames"]
    assert [file.name for file in place.iterdir()] == ["whole"]


def test_what_another_writer_is_still_at_is_not_removed(tmp_path: Path) -> None:
    place = tmp_path / "frames"
    with passing_folder(place) as one, passing_folder(place) as other:
        remove_unfinished(place)
        assert one.is_dir()
        assert other.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_name_without_a_process_has_no_writer(tmp_path: Path) -> None:
    (tmp_path / ".talk.mp4.unfinished").write_bytes(b"half")
    (tmp_path / ".talk.1.unfinished").mkdir()
    remove_unfinished(tmp_path / "talk")
    assert list(tmp_path.iterdir()) == []


def test_several_catalogues_may_be_made_at_once(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: write_catalog(folder), range(8))) == {folder.catalog}
    assert [file.name for file in tmp_path.iterdir()] == [folder.catalog.name]
