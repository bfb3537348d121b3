"""Which number a picture of a set gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.pictures import number_pictures, store_pictures, withdraw_frames
from framecurate_assets.lake.tables import PICTURES

SET = "images-0123456789ab"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(DataFolder(tmp_path))


def numbered(lake: Lake, *names: str) -> dict[str, int]:
    """The numbers that a run with these pictures gives."""
    numbering = number_pictures(lake, SET, names)
    rows: list[dict[str, object]] = [
        {"video_id": SET, "picture": name, "number": number, "frame_id": f"{SET}@{number * 1000}", "reason": None}
        for name, number in numbering.numbers.items()
    ]
    store_pictures(lake, SET, rows, numbering.highest)
    return numbering.numbers


def test_the_first_run_counts_from_nought_in_the_order_of_the_names(lake: Lake) -> None:
    assert numbered(lake, "c", "a", "b") == {"a": 0, "b": 1, "c": 2}


def test_a_name_keeps_its_number_and_new_ones_come_after_all_others(lake: Lake) -> None:
    numbered(lake, "m", "p")
    assert numbered(lake, "a", "m", "n", "p", "z") == {"m": 0, "p": 1, "a": 2, "n": 3, "z": 4}


def test_the_number_of_a_picture_that_is_gone_is_never_given_again(lake: Lake) -> None:
    numbered(lake, "a", "b", "c")
    assert numbered(lake, "a") == {"a": 0}
    assert numbered(lake, "a", "d") == {"a": 0, "d": 3}
    assert numbered(lake) == {}
    assert numbered(lake, "c") == {"c": 4}


def test_a_set_whose_frames_are_withdrawn_says_why_and_keeps_its_numbers(lake: Lake) -> None:
    withdraw_frames(lake, SET, "Nobody can look at it.")
    assert not lake.path(PICTURES, SET).exists()

    numbered(lake, "b", "c")
    numbered(lake, "b")
    withdraw_frames(lake, SET, "Nobody can look at it.")
    assert lake.read(PICTURES, SET).select("picture", "frame_id", "reason").rows() == [
        ("b", None, "Nobody can look at it.")
    ]
    assert numbered(lake, "a", "b") == {"b": 0, "a": 2}
