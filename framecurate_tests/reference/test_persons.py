"""Photos name persons of the lake; their content counts, not their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import Policy
from framecurate_assets.reference.persons import persons_like, photos_fingerprint, require_photos
from framecurate_tests.reference.photos import photo


def limited_to(*photos: Path | str) -> Policy:
    return Policy.model_validate({"selection": {"only_like": photos}})


@pytest.fixture
def of_woman(six_people: RGBImage, tmp_path: Path) -> Path:
    """The second from the right of the six."""
    return photo(tmp_path / "woman.jpg", six_people[30:260, 850:1080])


def test_photos_name_the_persons_in_them(lake: Lake, astronaut: RGBImage, of_woman: Path, tmp_path: Path) -> None:
    of_astronaut = photo(tmp_path / "astronaut.jpg", astronaut)
    assert persons_like([of_astronaut], lake, Policy()).persons == {"person_0001"}
    assert persons_like([of_woman], lake, Policy()).persons == {"person_0006"}
    both = persons_like([of_woman, of_astronaut, of_woman], lake, Policy())
    assert both.persons == {"person_0001", "person_0006"}
    assert not both.not_found


def test_a_photo_is_looked_for_in_the_data_folder(lake: Lake, astronaut: RGBImage) -> None:
    photo(lake.folder.root / "photo.jpg", astronaut)
    assert persons_like([Path("photo.jpg")], lake, Policy()).persons == {"person_0001"}


def test_a_photo_that_nobody_looks_like_is_nobodys(lake: Lake, astronaut: RGBImage, tmp_path: Path) -> None:
    path = photo(tmp_path / "astronaut.jpg", astronaut)
    strict = Policy.model_validate({"identity": {"distance": 0.001}})
    likeness = persons_like([path], lake, strict)
    assert (likeness.persons, likeness.not_found) == (frozenset(), (path,))


def test_where_there_are_no_faces_any_more_every_photo_is_nobodys(
    lake: Lake, astronaut: RGBImage, tmp_path: Path
) -> None:
    path = photo(tmp_path / "astronaut.jpg", astronaut)
    for video_id in lake.video_ids(tables.DETECTED_FACES):
        lake.remove(tables.DETECTED_FACES, video_id)
    lake.write(tables.IDENTITY_CLUSTERS, tables.IDENTITY_CLUSTERS.empty())
    assert persons_like([path], lake, Policy()).not_found == (path,)


def test_photos_are_looked_at_before_anything_is_made(lake: Lake, of_woman: Path, six_people: RGBImage) -> None:
    require_photos(lake, Policy())
    require_photos(lake, limited_to(of_woman))
    photo(lake.folder.root / "six.jpg", six_people)
    with pytest.raises(FramecurateError, match="There are 6 faces in"):
        require_photos(lake, limited_to(of_woman, "six.jpg"))


def test_what_photos_show_counts_for_what_is_stale(lake: Lake, of_woman: Path, astronaut: RGBImage) -> None:
    folder = lake.folder
    other = photo(folder.root / "other.jpg", astronaut)
    assert photos_fingerprint(Policy(), folder) == ""
    before = photos_fingerprint(limited_to("other.jpg", of_woman), folder)
    assert photos_fingerprint(limited_to(other, of_woman), folder) == before
    other.write_bytes(of_woman.read_bytes())
    changed = photos_fingerprint(limited_to("other.jpg", of_woman), folder)
    other.unlink()
    assert len({before, changed, photos_fingerprint(limited_to("other.jpg", of_woman), folder)}) == 3
