"""Folders of pictures go the same way as videos, and no picture is lost on it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.sampling import sample_frames
from framecurate_tests.conftest import Clips
from framecurate_tests.pictures.test_upright import png_claiming

from .data_folders import POLICY, all_rows, bring_up_to_date, data_folder, rows_of, video_id, written

GOOD = ["a.JPG", "b.png", "c.webp", "d.bmp", "e_turned.jpg", "f_see_through.png"]


@pytest.fixture(scope="module")
def faces(clips: Clips) -> list[Image.Image]:
    """Six pictures of one woman, 1280x720."""
    return [
        Image.fromarray(frame.image) for frame in sample_frames(clips.astronaut, SamplingPolicy(frames_per_section=2))
    ]


@pytest.fixture(scope="module")
def made_once(faces: list[Image.Image], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DataFolder]:
    """A folder of good pictures of every type and of bad ones, and what was made of it."""
    root = tmp_path_factory.mktemp("images")
    place = root / "pictures"
    place.mkdir()
    for name, face in zip(GOOD[:4], faces, strict=False):
        face.save(place / name, quality=95)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn it clockwise to see it
    faces[4].rotate(90, expand=True).save(place / GOOD[4], exif=exif, quality=95)
    faces[5].convert("RGBA").save(place / GOOD[5])
    faces[0].resize((854, 480)).save(place / "small.png")
    (place / "torn.jpg").write_bytes((place / "a.JPG").read_bytes()[:9000])
    (place / "words.webp").write_text("no picture")
    (place / "bomb.png").write_bytes(png_claiming(60_000, 60_000).getvalue())
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DAGSTER_HOME", raising=False)
        folder = data_folder(root / "data", [place])
        assert bring_up_to_date(folder).failed_checks == {}
    return place, folder


@pytest.fixture
def made(made_once: tuple[Path, DataFolder], tmp_path: Path) -> tuple[Path, DataFolder]:
    """A copy of the data to work on; the folder of pictures lies where it lay."""
    place, folder = made_once
    shutil.copytree(folder.root, tmp_path / "data")
    return place, DataFolder(tmp_path / "data")


def test_every_good_picture_becomes_a_frame_with_its_face(made_once: tuple[Path, DataFolder]) -> None:
    place, folder = made_once
    rows = all_rows(folder)
    (row,) = rows["raw_videos"]
    key = video_id(place)
    assert (row["video_id"], row["kind"], row["status"]) == (key, "images", "ready")
    assert (row["path"], row["container"], row["codec"], row["frame_count"]) == (
        f"videos/{key}.zip",
        "zip",
        "mixed",
        10,
    )
    assert (row["width"], row["height"], row["fps"], row["duration_s"]) == (1280, 720, None, None)

    # a b bomb c d e f small torn words: on the first run the frame's second is the picture's place.
    frames = rows["sampled_frames"]
    assert [frame["frame_id"] for frame in frames] == [f"{key}@{number * 1000}" for number in (0, 1, 3, 4, 5, 6)]
    assert {(frame["width"], frame["height"]) for frame in frames} == {(1280, 720)}
    assert [frame["section"] for frame in frames] == ["front", "front", "front", "middle", "middle", "middle"]
    assert len({frame["shot"] for frame in frames}) == len(GOOD)
    assert {candidate["frame_id"] for candidate in rows["face_candidates"]} == {frame["frame_id"] for frame in frames}
    assert {person["person_id"] for person in rows["identity_clusters"]} == {"person_0001"}
    assert {selected["kind"] for selected in rows["person_selections"]} == {"high_quality"}
    assert {selected["source"] for selected in rows["person_selections"]} == {str(place)}


def test_every_other_picture_says_why_it_is_none(made_once: tuple[Path, DataFolder]) -> None:
    _, folder = made_once
    reasons = {row["picture"]: str(row["reason"]) for row in all_rows(folder)["pictures"] if row["reason"]}
    assert {name: reason.split(":")[0] for name, reason in reasons.items()} == {
        "bomb.png": "It has more pixels than the 100000000 that are read at most.",
        "small.png": "854x480",
        "torn.jpg": "It is cut off or damaged",
        "words.webp": "It is no JPEG, PNG, WebP or BMP picture.",
    }


def test_a_second_run_makes_nothing_and_a_picture_more_brings_its_face(
    made: tuple[Path, DataFolder], faces: list[Image.Image], tmp_path: Path
) -> None:
    place, folder = made
    before = written(folder)
    assert bring_up_to_date(folder).runs == 0
    assert written(folder) == before

    # The set lies elsewhere in this test, under the id that it had.
    moved = shutil.copytree(place, tmp_path / "pictures")
    faces[3].save(moved / "z.png")
    text = folder.sources_file.read_text()
    folder.sources_file.write_text(text.replace(str(place), str(moved)))
    bring_up_to_date(folder)
    (row,) = all_rows(folder)["raw_videos"]
    assert row["frame_count"] == 11
    assert rows_of(folder, "face_candidates", frame_id=f"{video_id(place)}@10000") != []


def test_a_set_has_as_many_candidates_as_it_has_good_faces(made: tuple[Path, DataFolder]) -> None:
    _, folder = made
    folder.policy_file.write_text(POLICY + "candidates: {max_per_video: 1}\n")
    bring_up_to_date(folder)
    assert len(all_rows(folder)["face_candidates"]) == len(GOOD)


def test_the_least_size_is_asked_of_each_picture(made: tuple[Path, DataFolder]) -> None:
    _, folder = made
    folder.policy_file.write_text(POLICY + "video: {min_shorter_side_px: 480}\n")
    bring_up_to_date(folder)
    assert len(all_rows(folder)["sampled_frames"]) == len(GOOD) + 1
    (small,) = rows_of(folder, "pictures", picture="small.png")
    assert (small["frame_id"], small["reason"]) == (f"{small['video_id']}@7000", None)


def test_a_set_of_which_nothing_can_be_used_says_so_and_stops_no_other(
    made_once: tuple[Path, DataFolder], clips: Clips, tmp_path: Path
) -> None:
    source, _ = made_once
    for name, picture in (("torn", "torn.jpg"), ("small", "small.png"), ("words", "words.webp")):
        (tmp_path / name).mkdir()
        shutil.copy(source / picture, tmp_path / name)
    folder = data_folder(tmp_path / "data", [tmp_path / "torn", tmp_path / "small", tmp_path / "words", clips.small])
    assert bring_up_to_date(folder).failed_checks == {}
    said = {str(row["source"]): str(row["reason"]) for row in all_rows(folder)["raw_videos"] if row["reason"]}
    assert said[str(tmp_path / "words")].startswith(f"{tmp_path / 'words'} holds no picture that can be read.")
    assert "854x480" in said[str(tmp_path / "small")]
    (setback,) = all_rows(folder)["video_setbacks"]
    assert (setback["video_id"], setback["status"]) == (video_id(tmp_path / "torn"), "failed")
    assert "None of its 1 pictures can be used" in str(setback["reason"])
