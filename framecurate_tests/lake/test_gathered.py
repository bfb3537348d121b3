"""Known questions are answered as the lake's views answer them, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from framecurate_assets.lake import tables
from framecurate_assets.lake.catalog import connect
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.gathered import connect_for
from framecurate_assets.lake.lake import Lake

QUESTIONS = [
    "SELECT video_id, status, reason, frames, faces, candidates FROM videos ORDER BY video_id",
    "SELECT count(*) FROM detected_faces",
    "SELECT face_id, len(embedding) FROM detected_faces ORDER BY 1",
    "SELECT person_id, faces, videos FROM persons ORDER BY 1",
    "SELECT frame_id FROM sampled_frames LEFT JOIN raw_videos USING (video_id) ORDER BY 1",
    "SELECT count(*) FROM pictures",
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(DataFolder(tmp_path / "data"))
    for video_id in ("one", "two"):
        values = {"video_id": video_id, "status": "ready", "frame_id": f"{video_id}@0", "face_id": f"{video_id}@0#0"}
        for table in (tables.RAW_VIDEOS, tables.SAMPLED_FRAMES, tables.DETECTED_FACES, tables.FACE_CANDIDATES):
            row = {**dict.fromkeys(table.schema), **{key: values[key] for key in values if key in table.schema}}
            if "embedding" in row:
                row["embedding"] = [0.5, 0.25]
            lake.write(table, table.from_rows([row]), video_id)
    person = {**dict.fromkeys(tables.IDENTITY_CLUSTERS.schema), "face_id": "one@0#0", "person_id": "person_0001"}
    lake.write(tables.IDENTITY_CLUSTERS, tables.IDENTITY_CLUSTERS.from_rows([person]))
    return lake


@pytest.mark.parametrize("together", [QUESTIONS, *[[question] for question in QUESTIONS]])
def test_answers_are_those_of_the_views_over_all_files(lake: Lake, together: list[str]) -> None:
    with connect(lake.folder) as views, connect_for(lake.folder, together) as gathered:
        for question in together:
            assert gathered.execute(question).fetchall() == views.execute(question).fetchall() != []


def test_a_table_that_nothing_is_stored_of_has_no_rows(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "nowhere")
    with connect_for(folder, QUESTIONS) as connection:
        assert connection.execute("SELECT video_id FROM videos").fetchall() == []
    assert not folder.root.exists()


def test_files_are_listed_with_their_sizes_and_names_as_tables_carry_them(lake: Lake) -> None:
    for name, content in (("frames/one/0.jpg", b"abc"), ("frames/one/.hidden", b""), ("frames/[x]/ä.jpg", b"ab")):
        file = lake.folder.absolute(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (lake.folder.all_frames / "linked.jpg").hardlink_to(lake.folder.absolute("frames/one/0.jpg"))
    with connect_for(lake.folder, ["FROM stored_frames", "FROM stored_faces"]) as connection:
        found = connection.execute("SELECT path, size, links FROM stored_frames ORDER BY path").fetchall()
        assert connection.execute("FROM stored_faces").fetchall() == []
    assert found == [
        ("frames/[x]/ä.jpg", 2, 1),
        ("frames/linked.jpg", 3, 2),
        ("frames/one/.hidden", 0, 1),
        ("frames/one/0.jpg", 3, 2),
    ]


def test_nothing_stays_behind(lake: Lake) -> None:
    before = sorted(lake.folder.root.rglob("*"))
    with connect_for(lake.folder, QUESTIONS):
        assert len(sorted(lake.folder.root.rglob("*"))) > len(before)
    assert sorted(lake.folder.root.rglob("*")) == before
