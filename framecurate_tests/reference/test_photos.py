"""A photo is taken for what it shows, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.policy import DetectionPolicy
from framecurate_assets.reference.photos import describe_photos
from framecurate_tests.reference.photos import closely_cropped, photo, quarter_turned


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    return EmbeddedEngine(60, 0.5)


def distance(engine: EmbeddedEngine, *photos: Path) -> float:
    one, other = describe_photos(photos, engine, DetectionPolicy())
    return float(np.linalg.norm(one - other))


def test_a_photo_that_says_how_it_is_turned_is_described_as_the_upright_one(
    engine: EmbeddedEngine, astronaut: RGBImage, tmp_path: Path
) -> None:
    upright = photo(tmp_path / "upright.jpg", astronaut)
    turned = photo(tmp_path / "turned.jpg", quarter_turned(astronaut), orientation=6)
    assert distance(engine, upright, turned) < 0.1


def test_a_photo_that_is_cropped_to_the_face_is_described_as_the_whole_one(
    engine: EmbeddedEngine, astronaut: RGBImage, tmp_path: Path
) -> None:
    whole = photo(tmp_path / "whole.jpg", astronaut)
    face = photo(tmp_path / "face.jpg", closely_cropped(astronaut))
    assert distance(engine, whole, face) < 0.2


def test_a_face_that_fills_the_photo_is_found(engine: EmbeddedEngine, six_people: RGBImage, tmp_path: Path) -> None:
    # Of the man on the left nothing but the face: it is only found with something around it.
    face = photo(tmp_path / "face.jpg", np.asarray(cv2.resize(six_people[285:385, 65:165], (200, 200)), np.uint8))
    assert describe_photos([face], engine, DetectionPolicy()).shape == (1, 128)


def broken(path: Path, _: RGBImage, six: RGBImage) -> None:
    whole = photo(path, six).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


REFUSED = {
    "missing": (lambda *_: None, "does not exist. Check its spelling."),
    "folder": (lambda path, *_: path.mkdir(), "is no file. Name photos, one by one."),
    "text": (lambda path, *_: path.write_text("x"), "cannot be read: It is no JPEG, PNG, WebP or BMP picture. Take a"),
    "empty": (lambda path, *_: path.touch(), "cannot be read: It is no JPEG, PNG, WebP or BMP picture. Take a"),
    "broken": (broken, "cannot be read: It is cut off or damaged"),
    "nobody": (lambda path, one, _: photo(path, one[300:, 300:]), "There is no face in {}. Take a photo in which"),
    "several": (
        lambda path, _, six: photo(path, six),
        "There are 6 faces in {}, and nothing says whose is meant. Crop",
    ),
    "small": (
        lambda path, one, _: photo(
            path, np.asarray(cv2.resize(one, (230, 230), interpolation=cv2.INTER_AREA), np.uint8)
        ),
        "px, and 60 px are the least. Take a larger photo.",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_photo_that_does_not_show_one_face_is_refused(
    engine: EmbeddedEngine, astronaut: RGBImage, six_people: RGBImage, tmp_path: Path, kind: str
) -> None:
    make, said = REFUSED[kind]
    path = tmp_path / "photo.jpg"
    make(path, astronaut, six_people)
    with pytest.raises(FramecurateError) as refused:
        describe_photos([path], engine, DetectionPolicy())
    assert said.format(path) in str(refused.value)
    assert str(path) in str(refused.value)
