"""A lake of two videos with real faces: one of an astronaut, one of six people. Made once, copied by who changes it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import polars as pl
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.analyse import analyse_frame
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.emotion import EmotionModel
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import Table
from framecurate_assets.pictures.files import encode_jpeg
from framecurate_assets.policy import DetectionPolicy
from framecurate_tests.reference.photos import astronaut_picture, six_people_picture

ASTRONAUT, SIX = "file-a", "file-b"
"""The videos; the astronaut is person_0001, the six people are person_0002 and so on, from left to right."""

LIGHTS = (1.0, 0.8, 0.6)
"""Brightness of the three frames of each video, 61.5 s apart."""


@pytest.fixture(scope="session")
def astronaut() -> RGBImage:
    return astronaut_picture()


@pytest.fixture(scope="session")
def six_people() -> RGBImage:
    return six_people_picture()


@pytest.fixture(scope="session")
def lake_once(tmp_path_factory: pytest.TempPathFactory, astronaut: RGBImage, six_people: RGBImage) -> Lake:
    """Not to be changed: see `lake`."""
    lake = Lake(DataFolder(tmp_path_factory.mktemp("reference") / "data"))
    engine, emotions = EmbeddedEngine(100, 0.5), EmotionModel()
    people = []
    for video_id, picture, first_person in ((ASTRONAUT, astronaut, 1), (SIX, six_people, 2)):
        faces = [
            analyse_frame(_lit(picture, light), engine, emotions, DetectionPolicy())
            .table()
            .with_row_index("number")
            .with_columns(at=pl.lit(index * 61.5))
            for index, light in enumerate(LIGHTS)
        ]
        people += _write(lake, video_id, picture, pl.concat(faces), first_person)
    _store(lake, tables.IDENTITY_CLUSTERS, people)
    return lake


@pytest.fixture
def lake(lake_once: Lake, tmp_path: Path) -> Lake:
    shutil.copytree(lake_once.folder.root, tmp_path / "data")
    return Lake(DataFolder(tmp_path / "data"))


def _write(
    lake: Lake, video_id: str, picture: RGBImage, faces: pl.DataFrame, first_person: int
) -> list[dict[str, Any]]:
    """Store a video's rows and pictures; the last frame's faces are no candidates. Returns rows of the clusters."""
    named = faces.with_columns(
        video_id=pl.lit(video_id),
        shot=pl.lit(0),
        pts_s=pl.col("at"),
        frame_id=pl.format("{}@{}", pl.lit(video_id), (pl.col("at") * 1000).cast(pl.Int64)),
    ).with_columns(face_id=pl.format("{}#{}", "frame_id", "number"))
    lake.write(tables.DETECTED_FACES, named, video_id)
    _store(lake, tables.RAW_VIDEOS, [{"video_id": video_id, "source": f"/films/{video_id}.mp4"}], video_id)
    frames = []
    for index, light in enumerate(LIGHTS):
        path = f"frames/{video_id}/{index}.jpg"
        _save(lake.folder.absolute(path), _lit(picture, light))
        frames.append({"frame_id": f"{video_id}@{int(index * 61500)}", "video_id": video_id, "path": path})
    _store(lake, tables.SAMPLED_FRAMES, frames, video_id)
    candidates = named.filter(pl.col("embedding").is_not_null() & (pl.col("at") < 100))
    paths = []
    for face in candidates.iter_rows(named=True):
        paths.append(f"faces/{video_id}/{face['face_id']}.jpg")
        _save(lake.folder.absolute(paths[-1]), crop_face(picture, [face[side] for side in ("x1", "y1", "x2", "y2")]))
    lake.write(tables.FACE_CANDIDATES, candidates.with_columns(path=pl.Series(paths), bytes=pl.lit(1)), video_id)
    return [
        {"face_id": face_id, "person_id": f"person_{first_person + number:04d}"}
        for face_id, number in candidates.select("face_id", "number").rows()
    ]


def _store(lake: Lake, table: Table, rows: list[dict[str, Any]], video_id: str | None = None) -> None:
    lake.write(table, table.from_rows([{**dict.fromkeys(table.schema), **row} for row in rows]), video_id)


def _lit(picture: RGBImage, light: float) -> RGBImage:
    return np.asarray(cv2.convertScaleAbs(picture, alpha=light), dtype=np.uint8)


def _save(path: Path, picture: RGBImage) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_jpeg(picture))
