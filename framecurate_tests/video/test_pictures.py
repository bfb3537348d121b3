"""The pictures of a packed set come out as frames, and none of them is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from framecurate_assets.intake.picture_set import take_in_pictures
from framecurate_assets.sources.source import Source
from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.pictures import picture_names, sample_pictures
from framecurate_assets.video.sampling import SampledFrame


def packed(place: Path, pictures: dict[str, tuple[int, int] | bytes]) -> Path:
    place.mkdir()
    for name, what in pictures.items():
        if isinstance(what, bytes):
            (place / name).write_bytes(what)
        else:
            Image.new("RGB", what, (9, 99, 199)).save(place / name)
    return take_in_pictures(Source(str(place), "images-0", "images"), place.parent).file


def test_every_picture_is_a_frame_or_refused_with_its_reason(tmp_path: Path) -> None:
    sizes: dict[str, tuple[int, int] | bytes] = {f"{number}.png": (120, 100) for number in range(6)}
    file = packed(tmp_path / "set", sizes | {"1.png": (400, 99), "4.png": b"torn"})
    numbers = {name: number for number, name in enumerate(picture_names(file))}
    out = list(sample_pictures(file, numbers, min_shorter_side_px=100))
    assert {picture.name: picture.number for picture in out} == numbers
    assert {picture.name: picture.outcome for picture in out if isinstance(picture.outcome, str)} == {
        "1.png": "400x99: the shorter side has 99 px, and 100 are asked for.",
        "4.png": "It is no JPEG, PNG, WebP or BMP picture.",
    }
    frames = [picture.outcome for picture in out if isinstance(picture.outcome, SampledFrame)]
    assert [(frame.pts_s, frame.section) for frame in frames] == [
        (0.0, "front"), (2.0, "middle"), (3.0, "middle"), (5.0, "end"),
    ]  # fmt: skip
    assert all(frame.is_keyframe and frame.image.shape == (100, 120, 3) for frame in frames)
    assert tuple(frames[0].image[50, 50]) == (9, 99, 199)


def test_pictures_come_in_the_order_of_their_numbers_and_sections_are_thirds_of_them(tmp_path: Path) -> None:
    file = packed(tmp_path / "set", {"a.png": (120, 100), "b.png": (121, 100), "c.png": (122, 100)})
    out = list(sample_pictures(file, {"a.png": 40, "b.png": 7, "c.png": 900}, 10))
    shown = [picture.outcome for picture in out if isinstance(picture.outcome, SampledFrame)]
    assert [picture.name for picture in out] == ["b.png", "a.png", "c.png"]
    assert [(frame.pts_s, frame.section, frame.image.shape[1]) for frame in shown] == [
        (7.0, "front", 121), (40.0, "middle", 120), (900.0, "end", 122),
    ]  # fmt: skip


def test_a_set_that_is_gone_or_damaged_says_so(tmp_path: Path) -> None:
    file = packed(tmp_path / "set", {"a.png": (120, 100)})
    content = bytearray(file.read_bytes())
    content[60] ^= 1  # within the picture: the archive's own sum tells
    file.write_bytes(content)
    with pytest.raises(UnreadableVideoError, match=r"is gone or damaged\. Materialise raw_videos again"):
        list(sample_pictures(file, {"a.png": 0}, 10))
    file.unlink()
    with pytest.raises(UnreadableVideoError, match="is gone or damaged"):
        picture_names(file)
