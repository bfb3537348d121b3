"""`framecurate find`: what it prints, refuses and leaves alone; `run --reference` refuses bad photos first."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.lake.lake import Lake
from framecurate_tests.end_to_end.data_folders import contents, data_folder
from framecurate_tests.end_to_end.in_process import Terminal
from framecurate_tests.reference.conftest import ASTRONAUT
from framecurate_tests.reference.photos import photo


@pytest.fixture
def framecurate(lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys, lake.folder.root)


@pytest.fixture
def of_astronaut(astronaut: RGBImage, tmp_path: Path) -> Path:
    return photo(tmp_path / "astronaut.jpg", astronaut)


def test_find_tells_where_and_when_a_person_is_seen(framecurate: Terminal, of_astronaut: Path) -> None:
    answer = framecurate("find", "--reference", of_astronaut)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].split() == [
        *("face_id", "video_id", "pts_s", "time", "distance", "person_id", "source", "path"),
    ]
    assert [line.split()[0] for line in lines[2:5]] == [f"{ASTRONAUT}@{at}#0" for at in (0, 61500, 123000)]
    assert (
        "Within 0.52 of the photo: 3 of 20 faces. Faces without a descriptor, which cannot be compared: 0."
        in answer.messages
    )


def test_find_answers_in_json_and_csv(framecurate: Terminal, of_astronaut: Path) -> None:
    as_json = json.loads(framecurate("find", "--reference", of_astronaut, "--format", "json").out)
    assert [(face["time"], face["person_id"]) for face in as_json[:2]] == [
        ("0:00.000", "person_0001"),
        ("1:01.500", "person_0001"),
    ]
    as_csv = csv.DictReader(io.StringIO(framecurate("find", "--reference", of_astronaut, "--format", "csv").out))
    assert [row["face_id"] for row in as_csv] == [face["face_id"] for face in as_json]


def test_find_takes_several_photos_a_limit_and_a_threshold(
    framecurate: Terminal, of_astronaut: Path, astronaut: RGBImage, tmp_path: Path
) -> None:
    darker = photo(tmp_path / "darker.jpg", np.asarray(cv2.convertScaleAbs(astronaut, alpha=0.6), np.uint8))
    for photos in ([of_astronaut, darker], [of_astronaut, Path("--reference"), darker]):
        answer = framecurate("find", "--reference", *photos, "--limit", "2", "--format", "json")
        assert len(json.loads(answer.out)) == 2
        assert "Within 0.52 of the nearest of 2 photos: 3 of 20 faces." in answer.messages
        assert "is it the same person" not in answer.messages
    everybody = framecurate("find", "--reference", of_astronaut, "--threshold", "2", "--format", "json")
    assert len(json.loads(everybody.out)) == 20


def test_find_asks_about_photos_that_seem_to_show_two_people(
    framecurate: Terminal, of_astronaut: Path, six_people: RGBImage, tmp_path: Path
) -> None:
    of_woman = photo(tmp_path / "woman.jpg", six_people[30:260, 850:1080])
    answer = framecurate("find", "--reference", of_astronaut, of_woman)
    assert answer.code == 0
    assert f"{of_woman} looks like none of the other photos: is it the same person?" in answer.messages


def test_find_of_somebody_who_is_not_there_is_no_error(framecurate: Terminal, of_astronaut: Path) -> None:
    answer = framecurate("find", "--reference", of_astronaut, "--threshold", "0.0001")
    assert (answer.code, answer.out) == (0, "")
    assert "Within 0.00 of the photo: none of 20 faces." in answer.messages
    assert (
        json.loads(framecurate("find", "--reference", of_astronaut, "--threshold", "0", "--format", "json").out) == []
    )


def test_find_shows_the_faces_on_a_sheet(framecurate: Terminal, of_astronaut: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheets" / "found.webp"
    assert framecurate("find", "--reference", of_astronaut, "--sheet", sheet).code == 0
    picture = cv2.imread(str(sheet))
    assert picture is not None
    # Three tiles of ten: also of the face that has no crop.
    shown = [(picture[:90, left : left + 90] < 128).mean() > 0.1 for left in (0, 96, 192, 288)]
    assert shown == [True, True, True, False]


def test_find_stores_nothing_of_a_photo(framecurate: Terminal, lake: Lake, of_astronaut: Path) -> None:
    before = contents(lake.folder.root)
    assert framecurate("find", "--reference", of_astronaut).code == 0
    assert contents(lake.folder.root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--reference", "nowhere.jpg"], "error nowhere.jpg does not exist. Check its spelling."),
        (["--reference", "{photo}", "nowhere.jpg"], "error nowhere.jpg does not exist. Check its spelling."),
        (["--reference", "{photo}", "--format", "xml"], "--format xml is unknown. Choose one of table, json, csv."),
        (["--reference", "{photo}", "--sheet", "found.png"], "--sheet found.png is no .webp file. Name one"),
        ([], "Missing option '--reference'"),
    ],
)
def test_wrong_use_of_find_ends_with_2(
    framecurate: Terminal, of_astronaut: Path, arguments: list[str], said: str
) -> None:
    answer = framecurate("find", *(argument.format(photo=of_astronaut) for argument in arguments))
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.messages


def test_find_in_an_empty_data_folder_ends_with_2(framecurate: Terminal, of_astronaut: Path, tmp_path: Path) -> None:
    answer = Terminal(framecurate.monkeypatch, framecurate.capture, tmp_path / "empty")(
        "find", "--reference", of_astronaut
    )
    assert answer.code == 2
    assert "Make some first: framecurate run VIDEO" in answer.messages
    assert not (tmp_path / "empty").exists()


def test_a_run_for_a_bad_photo_is_refused_before_anything_is_made(
    framecurate: Terminal, six_people: RGBImage, tmp_path: Path
) -> None:
    folder = data_folder(tmp_path / "other", [])
    folder.sources_file.write_text("- {source: /nowhere.mp4, video_id: file-0123456789ab}\n")
    photo(tmp_path / "six.jpg", six_people)
    terminal = Terminal(framecurate.monkeypatch, framecurate.capture, folder.root)
    answer = terminal("run", "--reference", tmp_path / "six.jpg")
    assert answer.code == 2
    assert "There are 6 faces in" in answer.messages
    assert not folder.tables.exists()
