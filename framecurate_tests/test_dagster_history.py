"""Dagster's history is where Dagster expects it, whoever writes and whoever reads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._check import CheckError
from dagster._core.events import StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from framecurate_assets.assets.partitions import videos
from framecurate_assets.dagster_history import EventLog
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.errors import MachineError
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.stages import PERSON_SELECTIONS, STAGES
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import bring_up_to_date, video_id

PARTITIONS = str(videos.name)


@pytest.fixture
def plain(finished: DataFolder) -> Iterator[dg.DagsterInstance]:
    """An instance on the same files, with Dagster's own storage."""
    settings = (finished.dagster_home / "dagster.yaml").read_text()
    place = finished.root / "plain"
    place.mkdir()
    start = settings.index("storage:")
    own = f"storage:\n  sqlite:\n    base_dir: {finished.dagster_home}\n"
    (place / "dagster.yaml").write_text(own + settings[settings.index("local_artifact_storage:", start) :])
    with dg.DagsterInstance.from_config(str(place)) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        yield instance


def test_dagster_reads_what_was_written_with_files_kept_open(
    finished: DataFolder, clips: Clips, plain: dg.DagsterInstance
) -> None:
    keys = [video_id(clip) for clip in clips.all]
    assert plain.get_dynamic_partitions(PARTITIONS) == keys
    for stage in STAGES:
        assert plain.get_latest_materialization_event(dg.AssetKey(stage.name))
        if stage.per_video:
            assert plain.get_materialized_partitions(dg.AssetKey(stage.name)) == set(keys)
    runs = plain.get_runs()
    assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}
    assert all(plain.all_logs(run.run_id) for run in runs)


def test_two_that_have_it_open_see_what_the_other_writes(finished: DataFolder, plain: dg.DagsterInstance) -> None:
    with open_instance(finished) as ours:
        assert type(ours.event_log_storage) is EventLog
        ours.add_dynamic_partitions(PARTITIONS, ["from-us"])
        assert plain.has_dynamic_partition(PARTITIONS, "from-us")
        plain.add_dynamic_partitions(PARTITIONS, ["from-them"])
        assert ours.get_dynamic_partitions(PARTITIONS)[-2:] == ["from-us", "from-them"]


def test_a_batch_of_events_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    asset = dg.AssetKey("made")
    with open_instance(folder) as instance:
        storage = instance.event_log_storage
        run = instance.create_run_for_job(dg.GraphDefinition(name="empty").to_job())

        def event(key: str) -> EventLogEntry:
            data = StepMaterializationData(dg.AssetMaterialization(asset, partition=key))
            made = dg.DagsterEvent(dg.DagsterEventType.ASSET_MATERIALIZATION.value, "empty", event_specific_data=data)
            return EventLogEntry(  # type: ignore[no-untyped-call]
                None, 10, "", run.run_id, time.time(), dagster_event=made
            )

        before = len(instance.all_logs(run.run_id))
        with pytest.raises(CheckError):
            storage.store_event_batch([event("a"), None])  # type: ignore[list-item]
        assert instance.get_materialized_partitions(asset) == set()
        assert len(instance.all_logs(run.run_id)) == before
        storage.store_event_batch([event("a"), event("b")])
        assert instance.get_materialized_partitions(asset) == {"a", "b"}
        assert len(instance.all_logs(run.run_id)) == before + 2
    with open_instance(folder) as again:
        assert again.get_materialized_partitions(asset) == {"a", "b"}


def test_a_page_that_follows_a_run_is_told_of_every_event(finished: DataFolder) -> None:
    with open_instance(finished) as writing, open_instance(finished) as following:
        run = writing.create_run_for_job(dg.GraphDefinition(name="empty").to_job())
        writing.report_engine_event("first", run)
        seen: list[str] = []
        following.event_log_storage.watch(run.run_id, None, lambda event, _: seen.append(event.message))
        for text in ("second", "third"):
            writing.report_engine_event(text, run)
        deadline = time.monotonic() + 60
        while "third" not in seen and time.monotonic() < deadline:
            time.sleep(0.05)
        following.event_log_storage.dispose()
    assert seen[-2:] == ["second", "third"]


def test_a_history_that_is_damaged_is_one_sentence_and_can_be_removed(finished: DataFolder) -> None:
    index = finished.dagster_home / "history" / "runs" / "index.db"
    index.write_bytes(b"no database" * 1000)
    assert bring_up_to_date(finished).runs == 0  # where nothing is to be made nothing looks at it
    Lake(finished).remove(PERSON_SELECTIONS.table)
    with pytest.raises(MachineError, match=r"SQLite cannot use Dagster's history in .* if it is damaged, remove it"):
        bring_up_to_date(finished)


def test_many_runs_do_not_keep_many_files_open(tmp_path: Path) -> None:
    log = EventLog(str(tmp_path))
    for number in range(40):
        with log.run_connection(f"run-{number}"):
            pass
    open_files = [path.readlink().name for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    assert not [name for name in open_files if name.startswith("run-")]
