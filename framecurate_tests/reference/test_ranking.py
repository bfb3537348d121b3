"""Every face of a person is found, and what cannot be compared is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import DetectionPolicy
from framecurate_assets.reference.photos import describe_photos
from framecurate_assets.reference.ranking import rank_faces
from framecurate_tests.reference.conftest import ASTRONAUT, SIX
from framecurate_tests.reference.photos import photo

ENGINE = EmbeddedEngine.name


@pytest.fixture(scope="module")
def of_astronaut(astronaut: RGBImage, tmp_path_factory: pytest.TempPathFactory) -> FloatArray:
    """From a mirrored photo: no face of the lake is the same picture."""
    path = photo(tmp_path_factory.mktemp("photos") / "astronaut.png", np.ascontiguousarray(astronaut[:, ::-1]))
    return describe_photos([path], EmbeddedEngine(60, 0.5), DetectionPolicy())


def test_every_face_of_the_person_and_nobody_elses_is_found(lake_once: Lake, of_astronaut: FloatArray) -> None:
    found = rank_faces(lake_once, of_astronaut, ENGINE, 0.52).faces
    assert sorted(found["face_id"]) == [f"{ASTRONAUT}@{at}#0" for at in (0, 123000, 61500)]
    assert found["distance"].is_sorted()
    assert found["distance"].max() < 0.4  # type: ignore[operator]


def test_a_face_is_told_with_its_time_source_person_and_crop(lake_once: Lake, of_astronaut: FloatArray) -> None:
    found = {face["pts_s"]: face for face in rank_faces(lake_once, of_astronaut, ENGINE, 0.52).faces.to_dicts()}
    assert {key: value for key, value in found[61.5].items() if key != "distance"} == {
        "face_id": f"{ASTRONAUT}@61500#0",
        "video_id": ASTRONAUT,
        "pts_s": 61.5,
        "time": "1:01.500",
        "person_id": "person_0001",
        "source": f"/films/{ASTRONAUT}.mp4",
        "path": f"faces/{ASTRONAUT}/{ASTRONAUT}@61500#0.jpg",
    }
    # The policy refused this one: it has no crop and is nobody's, and is found all the same.
    assert (found[123.0]["path"], found[123.0]["person_id"], found[123.0]["time"]) == (None, None, "2:03.000")


def test_the_nearest_of_several_photos_counts(lake_once: Lake, of_astronaut: FloatArray) -> None:
    other = lake_once.read(tables.DETECTED_FACES, SIX).drop_nulls("embedding")["embedding"][0].to_numpy()
    one = rank_faces(lake_once, of_astronaut, ENGINE, 0.52).faces
    both = rank_faces(lake_once, np.stack([of_astronaut[0], other]), ENGINE, 0.52).faces
    assert set(both["video_id"]) == {ASTRONAUT, SIX}
    assert both.filter(pl.col("video_id") == ASTRONAUT).sort("face_id").equals(one.sort("face_id"))


def test_faces_without_a_descriptor_or_of_another_engine_are_counted_and_not_compared(
    lake: Lake, of_astronaut: FloatArray
) -> None:
    total = lake.read_all(tables.DETECTED_FACES).height
    faces = lake.read(tables.DETECTED_FACES, ASTRONAUT).to_dicts()
    faces[0] |= {"embedding": None}
    faces[1] |= {"engine": "insightface-x", "embedding": [0.0] * 512}
    lake.write(tables.DETECTED_FACES, tables.DETECTED_FACES.from_rows(faces), ASTRONAUT)
    ranking = rank_faces(lake, of_astronaut, ENGINE, 0.52)
    assert ranking.faces["face_id"].to_list() == [faces[2]["face_id"]]
    assert (ranking.compared, ranking.without_descriptor) == (total - 2, 2)


def test_before_any_clustering_faces_are_found_as_nobodys(lake: Lake, of_astronaut: FloatArray) -> None:
    lake.remove(tables.IDENTITY_CLUSTERS)
    assert rank_faces(lake, of_astronaut, ENGINE, 0.52).faces["person_id"].to_list() == [None] * 3


def test_a_lake_without_faces_is_refused(of_astronaut: FloatArray, tmp_path: Path) -> None:
    with pytest.raises(FramecurateError, match=r"There are no faces in .* Make some first: framecurate run"):
        rank_faces(Lake(DataFolder(tmp_path)), of_astronaut, ENGINE, 0.52)
