"""The sheets show the faces by which who is who can be judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.assets.identity_sheets import SHEET_ALARMS, describe_alarms, sheet_of_people
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.tables import FACE_CANDIDATES, IDENTITY_ALARMS, IDENTITY_CLUSTERS, PERSON_REGISTRY, Table
from framecurate_assets.pictures.files import encode_jpeg
from framecurate_assets.pictures.sheets import GAP_PX, WIDTH_PX

GREEN, RED, BLUE = (0, 200, 0), (220, 0, 0), (0, 0, 220)
SIDE = (WIDTH_PX - GAP_PX) // 2

People = dict[str, list[tuple[tuple[int, int, int], float, float]]]
"""Of each person the faces: colour, composite, distance (the rival is always at 1)."""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


def lake_of(folder: DataFolder, people: People) -> tuple[pl.DataFrame, pl.DataFrame]:
    """IDENTITY_CLUSTERS and FACE_CANDIDATES, with crops of one colour each."""
    clusters, candidates = [], []
    for person_id, faces in people.items():
        for number, (colour, composite, distance) in enumerate(faces):
            face_id = f"{person_id}-{number}"
            path = folder.root / f"{face_id}.jpg"
            path.write_bytes(encode_jpeg(np.full((64, 64, 3), colour, np.uint8)))
            clusters.append(
                {
                    "face_id": face_id,
                    "person_id": person_id,
                    "track_id": "v/0/0",
                    "similarity": 1 - distance / 10,
                    "distance": distance,
                    "rival_distance": 1.0,
                }
            )
            candidates.append({"face_id": face_id, "video_id": "v", "composite": composite, "path": path.name})
    return rows(IDENTITY_CLUSTERS, clusters), rows(FACE_CANDIDATES, candidates)


def rows(table: Table, values: list[dict[str, Any]]) -> pl.DataFrame:
    return table.from_rows([{**dict.fromkeys(table.schema), **row} for row in values])


def decoded(content: bytes) -> RGBImage:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def share(picture: RGBImage, colour: tuple[int, int, int]) -> float:
    """Part of the pixels that have about this colour."""
    return float((np.abs(picture.astype(int) - colour).max(axis=2) < 60).mean())


def shown(picture: RGBImage) -> list[list[str]]:
    """Which colours the left and the right side of a sheet show."""
    names: dict[str, tuple[int, int, int]] = {"green": GREEN, "red": RED, "blue": BLUE}
    sides = picture[:, :SIDE], picture[:, SIDE + GAP_PX :]
    return [[name for name, colour in names.items() if share(side, colour) > 0.01] for side in sides]


def test_a_stranger_among_many_faces_is_seen(folder: DataFolder) -> None:
    theirs = [(GREEN, 0.9 - index / 100, 0.3) for index in range(30)]
    # Neither among the best nor among the poorest.
    people = {"person_0001": [*theirs[:15], (RED, 0.745, 0.95), *theirs[15:]]}
    sheet = decoded(sheet_of_people(*lake_of(folder, people), PERSON_REGISTRY.empty(), folder))
    assert shown(sheet) == [["green"], ["green", "red"]]


def test_two_equal_distances_of_0_are_no_margin(folder: DataFolder) -> None:
    clusters, candidates = lake_of(folder, {"person_0001": [(GREEN, 0.9, 0.0)]})
    no_rival = clusters.with_columns(rival_distance=pl.lit(None, pl.Float32))
    sheets = [
        sheet_of_people(known, candidates, PERSON_REGISTRY.empty(), folder)
        for known in (clusters.with_columns(rival_distance=pl.lit(0.0, pl.Float32)), no_rival)
    ]
    assert sheets[0] == sheets[1]


def alarm(kind: str, rank: int, **values: Any) -> dict[str, Any]:
    return {"alarm": f"{kind}{rank}", "kind": kind, "rank": rank, "person_id": "person_0001", "score": 0.9, **values}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (
            "two_people",
            lambda faces: {"face_ids": [face for face in faces if face in ("person_0001-1", "person_0001-2")]},
        ),
        ("same_person", lambda _: {"other_id": "person_0002"}),
    ],
)
def test_an_alarm_shows_its_two_halves_side_by_side(
    folder: DataFolder, kind: str, values: Callable[[list[str]], dict[str, Any]]
) -> None:
    second = RED if kind == "two_people" else GREEN
    people = {
        "person_0001": [(GREEN, 0.9, 0.3), (second, 0.8, 0.3), (second, 0.7, 0.3)],
        "person_0002": [(BLUE, 0.9, 0.3)],
    }
    clusters, candidates = lake_of(folder, people)
    alarms = rows(IDENTITY_ALARMS, [alarm(kind, 1, **values(clusters["face_id"].to_list()))])
    names = rows(PERSON_REGISTRY, [{"person_id": "person_0001", "name": "Zoë 张"}])
    metadata = describe_alarms(alarms, clusters, candidates, names, folder)
    sheet = decoded(folder.sheet(f"likely_{kind}").read_bytes())
    assert shown(sheet) == [["green"], ["red" if kind == "two_people" else "blue"]]
    assert f"| {kind} | 1 |" in metadata["alarms"].value


def test_a_sheet_of_alarms_that_are_gone_goes_too(folder: DataFolder) -> None:
    clusters, candidates = lake_of(folder, {"person_0001": [(GREEN, 0.9, 0.3)], "person_0002": [(BLUE, 0.9, 0.3)]})
    many = [alarm("same_person", rank, other_id="person_0002") for rank in range(1, SHEET_ALARMS + 10)]
    for alarms, exists in ((many, True), ([], False)):
        describe_alarms(rows(IDENTITY_ALARMS, alarms), clusters, candidates, PERSON_REGISTRY.empty(), folder)
        assert folder.sheet("likely_same_person").exists() == exists
        assert not folder.sheet("likely_two_people").exists()
