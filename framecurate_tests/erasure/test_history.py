"""Dagster's history after an erasure: it loads, and shows all the rest as it was."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
import numpy as np
import pytest

from framecurate_assets import dagster_erasure
from framecurate_assets.assets.partitions import videos
from framecurate_assets.checks.read import read_checks
from framecurate_assets.compute.compute import InThisProcess
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.dagster_stages import QUIET
from framecurate_assets.definitions import defs
from framecurate_assets.errors import MachineError
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_assets.stages import PER_VIDEO, STAGES
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import bring_up_to_date, rows_of, video_id
from framecurate_tests.erasure.forgetting import forget, person_in_part
from framecurate_tests.erasure.traces import where_found, where_pictures_are


def test_the_pages_still_show_every_other_video(without_astronaut: DataFolder, clips: Clips) -> None:
    others = {video_id(clips.group), video_id(clips.small)}
    with open_instance(without_astronaut) as instance:
        assert set(instance.get_dynamic_partitions(str(videos.name))) == others
        for stage in STAGES:
            record = instance.get_latest_materialization_event(dg.AssetKey(stage.name))
            assert record is not None
            assert "contact_sheet" in record.asset_materialization.metadata or stage.per_video  # type: ignore[union-attr]
        for stage in PER_VIDEO:
            assert instance.get_materialized_partitions(dg.AssetKey(stage.name)) == others
        runs = instance.get_runs()
        assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}
        assert all(instance.all_logs(run.run_id) for run in runs)
        assert instance.get_asset_records([dg.AssetKey(stage.name) for stage in STAGES])
        keys = [dg.AssetCheckKey(dg.AssetKey(check.asset), check.name) for check in read_checks()]
        instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)


def test_a_video_that_lost_a_part_is_shown_with_what_it_has(sealed: DataFolder) -> None:
    (video, *_) = (str(row["video_id"]) for row in rows_of(sealed, "sealed_videos"))
    with open_instance(sealed) as instance:
        for stage in PER_VIDEO:
            records = instance.fetch_materializations(
                dg.AssetRecordsFilter(dg.AssetKey(stage.name), asset_partitions=[video]), limit=10
            ).records
            rows = [record.asset_materialization.metadata["dagster/partition_row_count"].value for record in records]  # type: ignore[union-attr]
            assert rows == [len(rows_of(sealed, stage.name, video_id=video))]


def test_what_others_wrote_into_the_history_loses_the_name(finished: DataFolder, clips: Clips) -> None:
    forgotten = video_id(clips.astronaut)
    with open_instance(finished) as instance:
        instance.run_storage.set_cursor_values({"a_daemon": f'{{"seen": {{"clip.mp4": "12:34:{forgotten}"}}}}'})
    log = finished.dagster_home / "logs" / "some_run" / "compute_logs" / "step.out"
    log.parent.mkdir(parents=True)
    log.write_text(f"fetching {forgotten}\n")

    forget(str(clips.astronaut), finished)

    assert where_found({forgotten}, finished) == []
    with open_instance(finished) as instance:
        assert instance.run_storage.get_cursor_values({"a_daemon"}) == {
            "a_daemon": '{"seen": {"clip.mp4": "12:34:forgotten"}}'
        }


def test_no_picture_of_an_alarm_is_left_whoever_it_names(crowd: DataFolder, tmp_path: Path) -> None:
    lake = Lake(crowd)
    person = person_in_part(crowd)
    alarm = dict.fromkeys(tables.IDENTITY_ALARMS.schema) | {"kind": "same_person", "rank": 1, "evidence": "Two alike"}
    lake.write(tables.IDENTITY_ALARMS, tables.IDENTITY_ALARMS.from_rows([alarm]))
    crowd.sheet("likely_same_person").write_bytes(np.random.default_rng(0).bytes(20_000))
    with open_instance(crowd) as instance:
        dg.materialize(
            [*defs.assets, *defs.asset_checks],  # type: ignore[misc]
            selection=dg.AssetSelection.checks_for_assets("identity_clusters"),
            instance=instance,
            resources={
                "workspace": Workspace(data_folder=str(crowd.root)),
                "progress": SilentProgress(),
                "compute": InThisProcess(),
            },
            run_config=QUIET,
        )
    before = DataFolder(tmp_path / "before")
    shutil.copytree(crowd.root, before.root)

    forget(person, crowd)

    assert where_pictures_are(before, crowd) == []


def test_the_files_of_the_history_have_no_free_pages_in_which_something_could_be_left(
    without_astronaut: DataFolder,
) -> None:
    for path in (without_astronaut.dagster_home / "history").rglob("*.db"):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert not path.with_name(f"{path.name}-wal").exists()


def test_a_history_that_another_process_locks_is_one_sentence_and_the_same_command_goes_on(
    finished: DataFolder, clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dagster_erasure, "BUSY_SECONDS", 0.2)
    forgotten = video_id(clips.astronaut)
    locked = sqlite3.connect(finished.dagster_home / "history" / "runs.db", isolation_level=None)
    locked.execute("BEGIN IMMEDIATE")
    with pytest.raises(MachineError, match=r"Stop what uses it, .* and give the same command again"):
        forget(forgotten, finished)
    locked.close()
    assert finished.erasure.exists()
    # A run in between does not take it in again.
    bring_up_to_date(finished)
    assert not rows_of(finished, "raw_videos", video_id=forgotten)


def test_an_open_page_keeps_nothing_alive(finished: DataFolder, clips: Clips) -> None:
    """The web pages hold the history open while it is rewritten."""
    forgotten = video_id(clips.astronaut)
    with open_instance(finished) as page:
        assert page.get_latest_materialization_event(dg.AssetKey("raw_videos"))
        forget(str(clips.astronaut), finished)
        assert where_found({forgotten}, finished) == []
        assert page.get_materialized_partitions(dg.AssetKey("raw_videos")) == {
            video_id(clips.group),
            video_id(clips.small),
        }
