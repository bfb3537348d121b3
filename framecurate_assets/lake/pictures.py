"""The pictures of image sets in the lake: a name keeps its number from run to run, and so the id of its frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import PICTURES

HIGHEST_NUMBER = "framecurate.highest_picture_number"
"""Metadata key of a set's stored rows: the highest number that a picture of it was ever given. None is given twice."""


@dataclass(frozen=True)
class Numbering:
    """The numbers of the pictures of one set."""

    numbers: dict[str, int]
    """The number of each name, from 0."""

    highest: int
    """The highest number ever given, to pictures that are gone too; -1: none was."""


def number_pictures(lake: Lake, video_id: str, names: Iterable[str]) -> Numbering:
    """Give each name the number that it had; new names take, in sorted order, the next ones that nobody ever had.

    Args:
        lake: where the numbers of the last run are.
        video_id: the set.
        names: of its pictures today, each once.
    """
    former: dict[str, int] = dict(lake.read_all(PICTURES, [video_id]).select("picture", "number").iter_rows())
    highest = int(lake.facts(PICTURES, video_id).get(HIGHEST_NUMBER, -1))
    numbers: dict[str, int] = {}
    for name in sorted(names):
        if name not in former:
            highest += 1
        numbers[name] = former.get(name, highest)
    return Numbering(numbers, highest)


def store_pictures(lake: Lake, video_id: str, rows: list[dict[str, object]], highest: int) -> None:
    """Replace the pictures of a set.

    Args:
        lake: where to.
        video_id: the set.
        rows: PICTURES, one a picture.
        highest: of the `Numbering` that the rows have their numbers from.
    """
    pictures = PICTURES.from_rows(rows).sort("number")
    lake.write(PICTURES, pictures, video_id, facts={HIGHEST_NUMBER: str(highest)})


def withdraw_frames(lake: Lake, video_id: str, reason: str) -> None:
    """Say that no picture of a set is a frame any more; each keeps its number for the day when it is one again.

    Anything that is no set, or never had frames, is left alone.
    """
    former = lake.read_all(PICTURES, [video_id])
    if former.height:
        rows = former.with_columns(frame_id=pl.lit(None, pl.String()), reason=pl.lit(reason))
        store_pictures(lake, video_id, rows.to_dicts(), number_pictures(lake, video_id, ()).highest)
