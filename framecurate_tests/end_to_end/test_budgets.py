"""Budgets are never exceeded, and what did not fit says so."""

from pathlib import Path

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.catalog import connect
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.command import framecurate
from framecurate_tests.end_to_end.data_folders import (
    POLICY,
    bring_up_to_date,
    data_folder,
    rows_of,
    size_of,
    video_id,
    written,
)


def test_a_video_that_does_not_fit_is_left_out_as_a_whole(finished: DataFolder, clips: Clips, tmp_path: Path) -> None:
    first, second = video_id(clips.astronaut), video_id(clips.group)
    cost = sum(int(str(row["bytes"])) for row in rows_of(finished, "face_candidates", video_id=first))
    policy = f"{POLICY}budget: {{candidates_bytes: {cost + 1}}}\n"
    folder = data_folder(tmp_path / "tight", [clips.astronaut, clips.group], policy)

    outcome = bring_up_to_date(folder)

    assert outcome.failed_checks == {}
    assert {row["video_id"] for row in rows_of(folder, "face_candidates")} == {first}
    assert size_of(folder.faces(second)) == 0
    with connect(folder) as connection:
        status, reason = connection.execute(
            "SELECT status, reason FROM videos WHERE video_id = ?", [second]
        ).fetchall()[0]
        unexplained = connection.execute(
            "SELECT count(*) FROM detected_faces ANTI JOIN face_rejections USING (face_id) WHERE video_id = ?", [second]
        ).fetchall()
    assert status == "over_budget"
    assert "1 of the budget are left" in reason
    assert unexplained == [(0,)]
    assert rows_of(folder, "person_selections")

    folder.policy_file.write_text(POLICY, encoding="utf-8")
    bring_up_to_date(folder)
    assert rows_of(folder, "face_candidates", video_id=second)


def test_nothing_is_taken_in_when_the_budget_is_spent(clips: Clips, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "spent", [clips.astronaut], f"{POLICY}budget: {{candidates_bytes: 0}}\n")
    assert bring_up_to_date(folder).failed_checks == {}
    assert [row["status"] for row in rows_of(folder, "raw_videos")] == ["over_budget"]
    assert not list(folder.videos.glob("*"))


def test_the_dataset_folder_stays_within_its_budget(finished: DataFolder) -> None:
    whole = size_of(finished.dataset)
    pictures = len(rows_of(finished, "person_selections"))
    for share in (0.9, 0.5):
        limit = int(whole * share)
        finished.policy_file.write_text(f"{POLICY}budget: {{dataset_bytes: {limit}}}\n", encoding="utf-8")
        assert bring_up_to_date(finished).failed_checks == {}
        assert size_of(finished.dataset) <= limit
        assert 0 < len(rows_of(finished, "person_selections")) < pictures


def test_a_check_that_blocks_stops_the_way_with_exit_code_3(finished: DataFolder, clips: Clips) -> None:
    # A second engine wrote into the lake, as happens when two machines share one.
    lake, small = Lake(finished), video_id(clips.small)
    other = lake.read(tables.DETECTED_FACES, video_id(clips.astronaut)).with_columns(
        engine=pl.lit("insightface-other"), face_id=pl.format("other-{}", "face_id")
    )
    lake.write(tables.DETECTED_FACES, other, small, made_from=lake.made_from(tables.DETECTED_FACES, small) or "")
    downstream = written(finished, "identity_clusters", "person_selections")
    lake.remove(tables.DETECTED_FACES, video_id(clips.group))

    done = framecurate("run", data=finished)

    assert done.returncode == 3, done.stderr
    assert "one_engine" in done.stderr
    assert written(finished, "identity_clusters", "person_selections") == downstream
