"""Train and validation, so that nothing of one is seen in the other."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from framecurate_assets.selection.alike import alike_hashes

REUPLOAD_SHARE = 0.1
"""Share of a video's candidates, at least, and two of them, that look the same in another: it shows the same. One
pair that looks the same is no proof among hundreds of thousands: of 162 000 pairs of different people 2 differed in
fewer than 8 bits."""


@dataclass(frozen=True)
class Unit:
    """Videos that show the same: all of them are for training, or all for validation."""

    videos: tuple[str, ...]
    pictures: dict[str, int]
    """How many pictures of each person come from them."""

    @property
    def size(self) -> int:
        """Pictures."""
        return sum(self.pictures.values())

    @property
    def place(self) -> bytes:
        """Its place in the order in which units are considered: a video that is added moves no other unit."""
        return min(hashlib.blake2b(video.encode(), digest_size=8).digest() for video in self.videos)


@dataclass(frozen=True)
class Splits:
    """Which units are which."""

    train: tuple[Unit, ...]
    validation: tuple[Unit, ...]

    def of_videos(self) -> dict[str, str]:
        """Train or validation, for each video that a picture comes from."""
        named = (("train", self.train), ("validation", self.validation))
        return {video: name for name, units in named for unit in units for video in unit.videos}


def split(pictures: pl.DataFrame, links: pl.DataFrame, share: float, hash_bits: int) -> Splits:
    """Set units aside for validation, `share` of the pictures as nearly as units allow.

    Everyone who is in two or more units stays in at least one for training. Such people get a unit in validation
    first, as many of them as the share allows; then units are added up to the share. Who is in one unit only stays
    in training, since nothing could be learnt of them else; unless their unit is the one by which somebody with
    several is in validation. If the share is too small for any unit, the smallest of those who are all in others
    is set aside, unless that is more than half of the pictures. Units are considered in an order that depends on
    their video ids alone.

    Args:
        pictures: what is in the dataset: columns person_id, video_id, phash.
        links: pairs of videos that show the same: columns video_id, other.
        share: 0..1.
        hash_bits: pictures of two videos that differ in fewer bits join the videos.
    """
    units = _units(pictures, links, hash_bits)
    choice = _Choice(units, share * pictures.height)
    if share > 0:
        choice.make()
    return Splits(
        tuple(unit for place, unit in enumerate(units) if place not in choice.aside),
        tuple(unit for place, unit in enumerate(units) if place in choice.aside),
    )


class _Choice:
    """Which units are set aside, by their places in the order."""

    def __init__(self, units: list[Unit], wanted: float) -> None:
        self.units, self.left = units, wanted
        self.aside = set[int]()
        self.homes = Counter(person for unit in units for person in unit.pictures)
        self.in_training = self.homes.copy()
        self.in_validation = set[str]()

    def make(self) -> None:
        """Set units aside as `split` says."""
        every = range(len(self.units))
        shared = [place for place in every if all(self.homes[person] > 1 for person in self.units[place].pictures)]
        for considered, must_bring in ((shared, True), (every, True), (shared, False)):
            for place in considered:
                nearer_with_it = self.units[place].size <= 2 * self.left
                if nearer_with_it and self._may_be(place) and (not must_bring or self._brings_somebody(place)):
                    self._set_aside(place)
        if not self.aside:
            half = sum(unit.size for unit in self.units) / 2
            possible = [place for place in shared if self._may_be(place) and self.units[place].size <= half]
            for place in sorted(possible, key=lambda place: self.units[place].size)[:1]:
                self._set_aside(place)

    def _may_be(self, place: int) -> bool:
        people = self.units[place].pictures
        return place not in self.aside and all(self.in_training[p] > 1 or self.homes[p] == 1 for p in people)

    def _brings_somebody(self, place: int) -> bool:
        people = self.units[place].pictures
        return any(self.homes[person] > 1 and person not in self.in_validation for person in people)

    def _set_aside(self, place: int) -> None:
        self.aside.add(place)
        self.left -= self.units[place].size
        self.in_training.subtract(self.units[place].pictures.keys())
        self.in_validation.update(self.units[place].pictures)


def linked_videos(faces: pl.DataFrame, hash_bits: int) -> pl.DataFrame:
    """Pairs of videos that show the same, as candidates or files tell: columns video_id, other.

    Args:
        faces: all candidates: columns face_id, video_id, phash, video_sha256 (null where it is not known).
        hash_bits: crops that differ in fewer bits look the same.
    """
    one = faces.select("video_id", "face_id", "phash")
    other = faces.select("phash", "video_id").unique().rename({"phash": "other", "video_id": "other_video"})
    twins = (
        one.join(alike_hashes(faces["phash"], hash_bits), on="phash")
        .join(other, on="other")
        .filter(pl.col("video_id") != pl.col("other_video"))
        .group_by("video_id", "other_video")
        .agg(twins=pl.col("face_id").n_unique())
        .join(faces.group_by("video_id").len(), on="video_id")
        .filter((pl.col("twins") >= 2) & (pl.col("twins") >= REUPLOAD_SHARE * pl.col("len")))
    )
    files = faces.select("video_id", "video_sha256").drop_nulls().unique()
    same_file = files.join(files, on="video_sha256", suffix="_other").select("video_id", other="video_id_other")
    return pl.concat([twins.select("video_id", other="other_video"), same_file])


def _units(pictures: pl.DataFrame, links: pl.DataFrame, hash_bits: int) -> list[Unit]:
    """The units of the videos that pictures come from, in the order in which they are considered."""
    of_hashes = pictures.select("phash", "video_id").unique()
    looks = (
        of_hashes.join(alike_hashes(pictures["phash"], hash_bits), on="phash")
        .join(of_hashes.rename({"phash": "other", "video_id": "other_video"}), on="other")
        .select("video_id", other="other_video")
    )
    pairs = pl.concat([looks, links])
    names = pl.concat([pairs["video_id"], pairs["other"], pictures["video_id"]]).unique().sort()
    number = {name: place for place, name in enumerate(names.to_list())}
    ends = [np.array([number[name] for name in pairs[column].to_list()], dtype=np.int64) for column in pairs.columns]
    graph = coo_array((np.ones(len(ends[0])), (ends[0], ends[1])), shape=(len(number), len(number)))
    component = connected_components(graph, directed=False)[1].tolist() if number else []
    of_video = pl.DataFrame({"video_id": names, "unit": pl.Series(component, dtype=pl.Int64)})
    counted = pictures.group_by("video_id", "person_id").len().join(of_video, on="video_id")
    units = []
    for _, rows in counted.sort("video_id", "person_id").group_by("unit", maintain_order=True):
        people = Counter[str]()
        for person, count in rows.select("person_id", "len").iter_rows():
            people[person] += count
        units.append(Unit(tuple(rows["video_id"].unique().sort()), dict(people)))
    return sorted(units, key=lambda unit: unit.place)
