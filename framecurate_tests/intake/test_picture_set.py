"""A folder of pictures becomes one file, and the same pictures the same file."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image

from framecurate_assets.errors import FramecurateError
from framecurate_assets.intake.picture_set import listing, pictures_in, take_in_pictures
from framecurate_assets.sources.source import Source, content_sha256


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Four pictures, and what is none."""
    place = tmp_path / "My pictures"
    place.mkdir()
    Image.new("RGB", (80, 60)).save(place / "b.JPG")
    Image.new("RGB", (100, 50)).save(place / "a.png")
    Image.new("RGB", (30, 30)).save(place / "c.webp")
    Image.new("RGB", (10, 10)).save(place / "d.bmp")
    Image.new("RGB", (500, 500)).save(place / ".hidden.jpg")
    (place / "notes.txt").write_text("no picture")
    (place / "deeper.png").mkdir()
    Image.new("RGB", (900, 900)).save(place / "deeper.png" / "e.png")
    return place


def source(place: Path) -> Source:
    return Source(str(place), "images-0123456789ab", "images")


def test_the_pictures_of_a_folder_are_packed_as_they_are_in_the_order_of_their_names(
    place: Path, tmp_path: Path
) -> None:
    taken = take_in_pictures(source(place), tmp_path / "videos")
    assert taken.file == tmp_path / "videos" / "images-0123456789ab.zip"
    assert (taken.bytes, taken.sha256) == (taken.file.stat().st_size, content_sha256(taken.file))
    assert (taken.width, taken.height) == (80, 60)  # of the picture with the largest shorter side
    assert (taken.count, taken.codec) == (4, "mixed")
    with ZipFile(taken.file) as archive:
        assert archive.namelist() == ["a.png", "b.JPG", "c.webp", "d.bmp"]
        assert all(archive.read(name) == (place / name).read_bytes() for name in archive.namelist())
    assert [path.name for path in taken.file.parent.iterdir()] == [taken.file.name]


def test_the_same_pictures_give_the_same_file_whenever_they_were_written(place: Path, tmp_path: Path) -> None:
    once = take_in_pictures(source(place), tmp_path / "videos").file.read_bytes()
    os.utime(place / "a.png", (1, 1))
    assert take_in_pictures(source(place), tmp_path / "videos").file.read_bytes() == once


def test_a_turned_picture_counts_as_it_is_seen(place: Path, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100)).save(place / "z.jpg", exif=exif)
    taken = take_in_pictures(source(place), tmp_path)
    assert (taken.width, taken.height) == (100, 200)


def test_pictures_of_one_type_name_it(place: Path, tmp_path: Path) -> None:
    for name in ("a.png", "c.webp", "d.bmp"):
        (place / name).unlink()
    assert take_in_pictures(source(place), tmp_path).codec == "jpeg"


def test_a_picture_that_cannot_be_read_is_packed_and_counted_but_tells_no_size(place: Path, tmp_path: Path) -> None:
    (place / "torn.jpg").write_bytes(b"torn")
    taken = take_in_pictures(source(place), tmp_path)
    assert (taken.count, taken.width, taken.height) == (5, 80, 60)


def test_a_name_that_is_no_text_is_packed_too(place: Path, tmp_path: Path) -> None:
    odd = os.fsencode(place) + b"/\xff.png"
    os.link(place / "a.png", odd)
    with ZipFile(take_in_pictures(source(place), tmp_path).file) as archive:
        assert "\\xff.png" in archive.namelist()
    os.link(place / "a.png", place / "\\xff.png")  # the same as text: nothing could tell their frames apart
    with pytest.raises(FramecurateError, match=r"2 pictures in .* are called \\xff\.png.*\. Rename it"):
        take_in_pictures(source(place), tmp_path)


def test_a_folder_without_a_readable_picture_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "torn.jpg").write_bytes(b"torn")
    with pytest.raises(
        FramecurateError, match=r"holds no picture that can be read\. Put some there whose names end in"
    ):
        take_in_pictures(source(tmp_path / "empty"), tmp_path)
    with pytest.raises(FramecurateError, match=r"is no longer there\. Put it back"):
        take_in_pictures(source(tmp_path / "gone"), tmp_path)
    assert list(tmp_path.glob("*.zip")) == []


def test_the_listing_changes_with_every_picture_and_with_nothing_else(place: Path) -> None:
    before = listing(place)
    (place / "more.txt").write_text("no picture")
    assert listing(place) == before
    Image.new("RGB", (10, 10)).save(place / "e.png")
    added = listing(place)
    assert added != before
    os.utime(place / "a.png", (1, 1))
    assert listing(place) not in (before, added)
    assert listing(place.with_name("gone")) is None
    assert [path.name for path in pictures_in(place)] == ["a.png", "b.JPG", "c.webp", "d.bmp", "e.png"]
