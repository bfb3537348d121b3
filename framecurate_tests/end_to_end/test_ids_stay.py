"""Through the real asset: a person keeps the number whatever videos come, go, return, or sort first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import dagster as dg
import numpy as np
import polars as pl
import pytest

from framecurate_assets.compute.compute import InThisProcess
from framecurate_assets.dagster_stages import QUIET
from framecurate_assets.definitions import defs
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.pictures.files import encode_jpeg
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_tests.identity.people import Face, around, candidates, person

PEOPLE = ("ana", "ben", "eva", "jan")
VIDEOS = {"m-first": ("ana", "ben"), "n-second": ("ana", "eva"), "p-third": ("ben", "eva"), "q-fourth": ("jan",)}
"""Who is in which video."""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(DataFolder(tmp_path))
    for video_id, people in VIDEOS.items():
        add(lake, video_id, people)
    return lake


def add(lake: Lake, video_id: str, people: Iterable[str]) -> None:
    """A video in which each of some people is seen alone, one after the other, four times."""
    faces = [
        Face(descriptor, video_id, at=100.0 * PEOPLE.index(name) + number, shot=PEOPLE.index(name))
        for name in people
        for seed in [PEOPLE.index(name) + 100 * len(video_id)]
        for number, descriptor in enumerate(around(person(PEOPLE.index(name)), 4, within=0.3, seed=seed))
    ]
    crop = encode_jpeg(np.full((8, 8, 3), 128, dtype=np.uint8))
    folder = lake.folder.faces(video_id)
    folder.mkdir(parents=True, exist_ok=True)
    paths = pl.format(f"{lake.folder.relative(folder)}/{{}}.jpg", "face_id")
    rows = candidates(faces, engine="embedded-test").with_columns(path=paths, bytes=pl.lit(len(crop)))
    rows = rows.with_columns(det_score=pl.lit(0.9), frontality=pl.lit(0.9), sharpness=pl.lit(300.0))
    for path in rows["path"]:
        lake.folder.absolute(path).write_bytes(crop)
    lake.write(tables.FACE_CANDIDATES, rows, video_id)


def materialise(lake: Lake) -> dict[str, str | None]:
    """Make `identity_clusters`, and return whose each face is."""
    result = dg.materialize(
        [*defs.assets],  # type: ignore[misc]
        selection=dg.AssetSelection.assets("identity_clusters"),
        resources={
            "workspace": Workspace(data_folder=str(lake.folder.root)),
            "progress": SilentProgress(),
            "compute": InThisProcess(),
        },
        run_config=QUIET,
    )
    assert result.success
    return dict(lake.read(tables.IDENTITY_CLUSTERS).select("face_id", "person_id").iter_rows())


def person_of(name: str, owners: dict[str, str | None]) -> set[str | None]:
    """The numbers that somebody's faces have."""
    moments = {100_000 * PEOPLE.index(name) + 1000 * number for number in range(4)}
    return {owner for face, owner in owners.items() if int(face.partition("@")[2].partition("#")[0]) in moments}


def events(lake: Lake) -> int:
    return lake.read(tables.IDENTITY_EVENTS).height


def test_everybody_is_one_person_and_has_another_number(lake: Lake) -> None:
    owners = materialise(lake)
    numbers = [person_of(name, owners) for name in PEOPLE]
    assert all(len(number) == 1 for number in numbers)
    assert set.union(*numbers) == {"person_0001", "person_0002", "person_0003", "person_0004"}


def test_ids_stay_when_a_video_that_sorts_first_comes_and_another_goes(lake: Lake) -> None:
    before = materialise(lake)
    add(lake, "a-new-one", ("eva", "jan"))
    lake.remove(tables.FACE_CANDIDATES, "m-first")

    after = materialise(lake)

    retained = before.keys() & after.keys()
    assert retained
    assert {face: after[face] for face in retained} == {face: before[face] for face in retained}
    assert person_of("jan", after) == person_of("jan", before)
    assert person_of("eva", after) == person_of("eva", before)
    assert events(lake) == 0


def test_whoever_left_with_all_videos_and_returns_in_others_has_the_number_back(lake: Lake) -> None:
    before = materialise(lake)
    lake.remove(tables.FACE_CANDIDATES, "q-fourth")
    assert not person_of("jan", materialise(lake))

    add(lake, "a-new-one", ("jan",))

    assert person_of("jan", materialise(lake)) == person_of("jan", before)
    assert events(lake) == 0


def test_a_number_of_somebody_who_left_is_not_given_to_somebody_new(lake: Lake) -> None:
    lake.remove(tables.FACE_CANDIDATES, "q-fourth")
    materialise(lake)
    for video_id in ("n-second", "p-third"):
        lake.remove(tables.FACE_CANDIDATES, video_id)
    materialise(lake)

    add(lake, "a-new-one", ("jan",))

    assert person_of("jan", materialise(lake)) == {"person_0004"}


def test_a_run_over_the_same_faces_changes_no_table(lake: Lake) -> None:
    materialise(lake)
    stored = {path.name: path.read_bytes() for path in lake.folder.tables.glob("*.parquet")}
    materialise(lake)
    assert {path.name: path.read_bytes() for path in lake.folder.tables.glob("*.parquet")} == stored
