"""A run makes what is missing or stale, and nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import SAMPLED_FRAMES, WHOLE_LAKE_TABLES
from framecurate_tests.conftest import Clips

from .data_folders import FEWEST, POLICY, all_rows, bring_up_to_date, contents, data_folder, rows_of, video_id, written
from .in_process import Terminal

BY_SELECTION = ("person_selections.parquet", "selection_verdicts.parquet", "selection_coverage.parquet")
"""What the asset person_selections writes."""


def test_the_first_run_makes_every_table_and_the_dataset(finished: DataFolder, clips: Clips) -> None:
    rows = all_rows(finished)
    frames = [row["video_id"] for row in rows["sampled_frames"]]
    assert {key: frames.count(key) for key in frames} == {video_id(clips.astronaut): 12, video_id(clips.group): 12}
    assert len(rows["face_candidates"]) > 10
    assert {row["person_id"] for row in rows["identity_clusters"]} == {"person_0001", "person_0002"}
    assert {row["person_id"] for row in rows["person_selections"]} == {"person_0001", "person_0002"}
    (small,) = rows_of(finished, "raw_videos", video_id=video_id(clips.small))
    assert small["status"] == "rejected"
    assert str(small["reason"]).startswith("854x480: the shorter side has 480 px")


def test_a_second_run_makes_nothing(finished: DataFolder) -> None:
    before, dataset = written(finished), contents(finished.dataset)
    bring_up_to_date(finished)
    assert written(finished) == before
    assert contents(finished.dataset) == dataset


def test_a_changed_threshold_runs_no_model(finished: DataFolder) -> None:
    before, candidates = written(finished), all_rows(finished)["face_candidates"]
    finished.policy_file.write_text(POLICY + "candidates: {max_per_video: 3}\n")
    bring_up_to_date(finished)

    after = written(finished)
    made_again = {name.partition("/")[0] for name in after if after[name] != before.get(name)}
    below = {f"{table.name}.parquet" for table in WHOLE_LAKE_TABLES} - {"forgotten.parquet"}
    assert made_again == {"face_candidates", "face_verdicts", *below}
    counts = Counter(row["video_id"] for row in all_rows(finished)["face_candidates"])
    formerly = Counter(row["video_id"] for row in candidates)
    assert counts == {video: min(count, 3) for video, count in formerly.items()}
    assert max(formerly.values()) > 3
    assert rows_of(finished, "face_verdicts", reasons=[]) == [
        {key: row[key] for key in ("face_id", "video_id")} | {"reasons": []}
        for row in all_rows(finished)["face_candidates"]
    ]


def test_a_threshold_that_changes_no_row_leaves_people_as_they_are(finished: DataFolder) -> None:
    before = written(finished, "sampled_frames", "detected_faces", "identity_clusters")
    finished.policy_file.write_text(POLICY + "candidates: {max_per_video: 49}\n")
    bring_up_to_date(finished)
    assert written(finished, "sampled_frames", "detected_faces", "identity_clusters") == before


def test_a_changed_video_policy_that_lets_the_rows_as_they_were_detects_nothing_again(finished: DataFolder) -> None:
    before, ingested = written(finished), all_rows(finished)
    finished.policy_file.write_text(POLICY + "video: {max_download_height_px: 720}\n")
    bring_up_to_date(finished)

    after = written(finished)
    made_again = {name.partition("/")[0] for name in after if after[name] != before[name]}
    # The dataset card shows the policy.
    assert made_again == {"raw_videos", *BY_SELECTION}
    assert all_rows(finished)["detected_faces"] == ingested["detected_faces"]


def test_a_deleted_frame_brings_back_that_video_alone(finished: DataFolder, clips: Clips) -> None:
    before, rows = written(finished), all_rows(finished)
    frame = next(finished.frames(video_id(clips.group)).iterdir())
    content = frame.read_bytes()
    frame.unlink()
    bring_up_to_date(finished)

    assert frame.read_bytes() == content
    after = written(finished)
    # The rows come out as they were, so nothing below is made again.
    assert [name for name in after if after[name] != before[name]] == [
        f"sampled_frames/{video_id(clips.group)}.parquet"
    ]
    assert all_rows(finished) == rows


def test_a_deleted_dataset_folder_comes_back_as_it_was(finished: DataFolder) -> None:
    dataset = contents(finished.dataset)
    (finished.dataset / "person_0001" / "high_quality").rename(finished.root / "elsewhere")
    bring_up_to_date(finished)
    assert contents(finished.dataset) == dataset


def test_deleted_tables_of_what_was_decided_come_back_as_they_were(finished: DataFolder) -> None:
    rows = all_rows(finished)
    lake = Lake(finished)
    deleted = (tables.IDENTITY_ALARMS, tables.MISSING_SEQUENCES, tables.SELECTION_VERDICTS)
    for table in deleted:
        lake.remove(table)
    bring_up_to_date(finished)
    assert all(lake.path(table).exists() for table in deleted)
    assert all_rows(finished) == rows


def test_a_lost_history_of_dagster_makes_nothing_again(finished: DataFolder) -> None:
    before = written(finished)
    finished.dagster_home.rename(finished.root / "elsewhere")
    bring_up_to_date(finished)
    assert written(finished) == before


def test_the_data_folder_can_be_moved(finished: DataFolder, tmp_path: Path) -> None:
    before = written(finished)
    finished.root.rename(tmp_path / "moved")
    bring_up_to_date(DataFolder(tmp_path / "moved"))
    assert written(DataFolder(tmp_path / "moved")) == before


def test_a_part_of_a_video_that_is_named_later_is_all_that_is_sampled(finished: DataFolder, clips: Clips) -> None:
    before = written(finished, "detected_faces")
    text = finished.sources_file.read_text()
    entry = f"video_id: {video_id(clips.astronaut)}\n"
    finished.sources_file.write_text(text.replace(entry, f"{entry}  clip_end: 1\n"))
    bring_up_to_date(finished)

    frames = rows_of(finished, "sampled_frames", video_id=video_id(clips.astronaut))
    assert max(float(str(row["pts_s"])) for row in frames) <= 1
    after = written(finished, "detected_faces")
    assert [name for name in after if after[name] != before[name]] == [
        f"detected_faces/{video_id(clips.astronaut)}.parquet"
    ]


def test_what_a_check_says_between_two_batches_does_not_count(clips: Clips, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data", [clips.astronaut, clips.small, clips.group], FEWEST)
    bring_up_to_date(folder)
    for clip in (clips.astronaut, clips.group):
        Lake(folder).remove(SAMPLED_FRAMES, video_id(clip))
    # The refused video between them is up to date: they are made in a run each.
    assert bring_up_to_date(folder).failed_checks == {}


def test_a_data_folder_may_be_named_in_a_roundabout_way(
    finished: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (finished.root.parent / "beside").mkdir()
    roundabout = finished.root.parent / "beside" / ".." / finished.root.name
    answer = Terminal(monkeypatch, capsys, roundabout)("run")
    assert answer.code == 0
    assert "Everything was up to date." in answer.messages
