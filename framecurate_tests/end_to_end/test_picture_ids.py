"""What a set of pictures is made into stays with each picture, whatever is done to the others."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from PIL import Image

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.sampling import sample_frames
from framecurate_tests.conftest import Clips
from framecurate_tests.erasure.forgetting import forget

from .data_folders import all_rows, bring_up_to_date, data_folder, rows_of


class Face(NamedTuple):
    """A candidate, and what tells it from others."""

    face_id: str
    frame_id: str
    shot: int
    person_id: str
    track_id: str
    crop: bytes


@pytest.fixture(scope="module")
def set_once(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures of two people by turns, one that is too small, and the data that was made of it."""
    root = tmp_path_factory.mktemp("set")
    (root / "pictures").mkdir()
    shown = zip(pictures_of(clips.astronaut), pictures_of(clips.group), strict=True)
    for number, picture in enumerate(picture for pair in shown for picture in pair):
        picture.save(root / "pictures" / f"{number}.png")
    pictures_of(clips.small)[0].save(root / "pictures" / "small.png")
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DAGSTER_HOME", raising=False)
        up_to_date(root)
    return root


@pytest.fixture
def a_set(set_once: Path, tmp_path: Path) -> Path:
    """A copy to work on, in which the set has the id that it had."""
    root = tmp_path / "set"
    shutil.copytree(set_once, root)
    sources = root / "data" / "sources.yaml"
    sources.write_text(sources.read_text().replace(str(set_once), str(root)))
    return root


def pictures_of(clip: Path) -> list[Image.Image]:
    """Two pictures of the beginning, in which the faces are seen well."""
    frames = list(sample_frames(clip, SamplingPolicy(frames_per_section=4)))
    return [Image.fromarray(frame.image) for frame in frames[:2]]


def up_to_date(root: Path) -> DataFolder:
    """The set as the folder has it now; every check passes."""
    folder = DataFolder(root / "data")
    if not folder.root.exists():
        folder = data_folder(folder.root, [root / "pictures"])
    assert bring_up_to_date(folder).failed_checks == {}
    return folder


def faces(root: Path) -> dict[str, list[Face]]:
    """What was made of each picture, by its name."""
    folder = DataFolder(root / "data")
    rows = all_rows(folder)
    people = {row["face_id"]: row for row in rows["identity_clusters"]}
    found: dict[str, list[Face]] = {str(row["picture"]): [] for row in rows["pictures"]}
    names = {row["frame_id"]: str(row["picture"]) for row in rows["pictures"]}
    for row in rows["face_candidates"]:
        person, crop = people[row["face_id"]], folder.absolute(str(row["path"])).read_bytes()
        values = (row["face_id"], row["frame_id"], row["shot"], person["person_id"], person["track_id"], crop)
        found[names[row["frame_id"]]].append(Face(*values))  # type: ignore[arg-type]
    return found


def test_two_people_are_told_apart_and_each_picture_is_a_frame_or_refused(set_once: Path) -> None:
    by_picture = faces(set_once)
    assert [[face.person_id for face in by_picture[f"{number}.png"]] for number in range(4)] == [
        ["person_0001"], ["person_0002"],
    ] * 2  # fmt: skip
    pictures = all_rows(DataFolder(set_once / "data"))["pictures"]
    assert sorted(str(row["picture"]) for row in pictures) == sorted(
        path.name for path in (set_once / "pictures").iterdir()
    )
    assert all((row["frame_id"] is None) != (row["reason"] is None) for row in pictures)


def test_a_picture_whose_name_comes_first_leaves_all_others_as_they_were(a_set: Path) -> None:
    before = faces(a_set)
    shutil.copy(a_set / "pictures" / "1.png", a_set / "pictures" / "0 before all.png")
    up_to_date(a_set)
    after = faces(a_set)
    (new,) = after.pop("0 before all.png")
    assert after == before
    assert (new.frame_id.partition("@")[2], new.person_id) == ("5000", "person_0002")


def test_a_picture_that_is_removed_or_renamed_leaves_all_others_and_its_number_is_not_given_again(
    a_set: Path,
) -> None:
    place, before = a_set / "pictures", faces(a_set)
    (place / "0.png").unlink()
    (place / "small.png").unlink()  # it has the highest number
    up_to_date(a_set)
    assert faces(a_set) == {name: before[name] for name in ("1.png", "2.png", "3.png")}

    (place / "3.png").rename(place / "another.png")
    shutil.copy(place / "2.png", place / "0.png")
    folder = up_to_date(a_set)
    assert {name: faces(a_set)[name] for name in ("1.png", "2.png")} == {
        name: before[name] for name in ("1.png", "2.png")
    }
    numbers = {str(row["picture"]): row["number"] for row in rows_of(folder, "pictures")}
    assert numbers == {"1.png": 1, "2.png": 2, "0.png": 5, "another.png": 6}
    assert [face.face_id.partition("@")[2] for face in faces(a_set)["another.png"]] == ["6000#0"]


def test_a_set_that_comes_back_has_the_ids_that_it_had(a_set: Path) -> None:
    folder, before = DataFolder(a_set / "data"), faces(a_set)
    policy = folder.policy_file.read_text()
    folder.policy_file.write_text(policy + "video: {min_shorter_side_px: 1000}\n")
    up_to_date(a_set)
    assert all_rows(folder)["sampled_frames"] == []
    assert {row["frame_id"] for row in all_rows(folder)["pictures"]} == {None}
    folder.policy_file.write_text(policy)
    up_to_date(a_set)
    assert {name: [face.face_id for face in made] for name, made in faces(a_set).items()} == {
        name: [face.face_id for face in made] for name, made in before.items()
    }


def test_the_dataset_names_the_picture_that_each_crop_is_from(set_once: Path) -> None:
    folder = DataFolder(set_once / "data")
    frames = {row["frame_id"]: row["picture"] for row in all_rows(folder)["pictures"]}
    content = (folder.dataset / "metadata.parquet").read_bytes()
    named = pl.read_parquet(io.BytesIO(content)).select("frame_id", "picture").rows()
    assert {picture for _, picture in named} == {f"{number}.png" for number in range(4)}
    assert all(frames[frame_id] == picture for frame_id, picture in named)


def test_nothing_says_which_pictures_showed_a_person_who_was_erased(a_set: Path) -> None:
    outcome = forget("person_0001", DataFolder(a_set / "data"))
    assert outcome.failed_checks == {}
    pictures = rows_of(DataFolder(a_set / "data"), "pictures")
    assert [row["picture"] for row in pictures] == ["1.png", "3.png", "small.png"]
