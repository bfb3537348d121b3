"""People keep their numbers, and descriptors of two engines never meet."""

from pathlib import Path

import polars as pl
import pytest

from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.sources.source import identify
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import (
    bring_up_to_date,
    data_folder,
    rows_of,
    video_id,
    written,
)
from framecurate_tests.end_to_end.in_process import Terminal


@pytest.fixture
def framecurate(finished: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys, finished.root)


def test_a_person_keeps_the_number_whatever_videos_come_and_in_whatever_order(
    clips: Clips, finished: DataFolder
) -> None:
    before = {row["face_id"]: row["person_id"] for row in rows_of(finished, "identity_clusters")}
    # The new video stands first in the list, and its id sorts before the others.
    text = finished.sources_file.read_text(encoding="utf-8")
    newcomer = identify(str(clips.small))
    finished.policy_file.write_text(
        finished.policy_file.read_text(encoding="utf-8") + "video: {min_shorter_side_px: 480}\n", encoding="utf-8"
    )
    finished.sources_file.write_text(f"- source: {newcomer.source}\n  video_id: {newcomer.video_id}\n{text}")

    bring_up_to_date(finished)

    after = {row["face_id"]: row["person_id"] for row in rows_of(finished, "identity_clusters")}
    assert len(after) > len(before)
    assert {face_id: after[face_id] for face_id in before} == before
    # The astronaut of the small clip is the astronaut.
    astronaut = {before[face_id] for face_id in before if str(face_id).startswith(video_id(clips.astronaut))}
    newly_seen = {after[face_id] for face_id in after if str(face_id).startswith(newcomer.video_id)}
    assert newly_seen == astronaut
    assert len(astronaut) == 1


def test_two_people_of_two_videos_are_two(finished: DataFolder, clips: Clips) -> None:
    people = {
        clip: {row["person_id"] for row in rows_of(finished, "person_selections", video_id=video_id(clip))}
        for clip in (clips.astronaut, clips.group)
    }
    assert len(people[clips.astronaut]) == 1
    assert people[clips.group]
    assert not people[clips.astronaut] & people[clips.group]


def test_a_lake_of_another_engine_is_refused_in_one_sentence(finished: DataFolder, framecurate: Terminal) -> None:
    lake = Lake(finished)
    for key in lake.video_ids(tables.DETECTED_FACES):
        faces = lake.read(tables.DETECTED_FACES, key).with_columns(engine=pl.lit("insightface-buffalo_l-000000000000"))
        lake.write(tables.DETECTED_FACES, faces, key)
    finished.policy_file.write_text("detection: {engine: embedded}\n", encoding="utf-8")

    answer = framecurate("run")

    assert answer.code == 2
    assert "descriptors of two engines cannot be compared" in answer.messages
    assert "Traceback" not in answer.messages


def test_weights_that_are_not_here_are_an_error_and_not_another_engine(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data_folder(tmp_path / "other", [clips.astronaut], "detection: {engine: insightface}\n")
    answer = Terminal(monkeypatch, capsys, folder.root)("run")
    assert answer.code == 2
    assert "framecurate models fetch" in answer.messages
    assert rows_of(folder, "detected_faces") == []


def test_two_engines_in_one_lake_stop_before_any_clustering(
    finished: DataFolder, framecurate: Terminal, clips: Clips
) -> None:
    # A second engine wrote into the lake, as happens when two machines share one.
    lake = Lake(finished)
    stranger = lake.read(tables.DETECTED_FACES, video_id(clips.group)).head(1)
    lake.write(tables.DETECTED_FACES, stranger.with_columns(engine=pl.lit("insightface-other")), "stranger")
    before = written(finished)

    answer = framecurate("run")

    assert answer.code == 3
    assert "check failed detected_faces: one_engine" in answer.messages
    assert written(finished) == before
