"""A run whose process is gone does not stay in progress for ever; one that works is left alone."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from framecurate_assets.assets.partitions import INGESTION_TAG
from framecurate_assets.automation.requests import at_it
from framecurate_assets.dagster_runs import alive, end_dead_runs
from framecurate_assets.dagster_serving import only_one
from framecurate_assets.definitions import defs
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder


def started(instance: dg.DagsterInstance) -> str:
    job = defs.resolve_job_def("videos_to_candidates")
    run = instance.create_run_for_job(job, tags={INGESTION_TAG: "true"}, status=dg.DagsterRunStatus.STARTED)
    return run.run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run
    return run.status


def test_a_run_whose_process_is_gone_is_marked_as_failed(instance: dg.DagsterInstance) -> None:
    gone, works = started(instance), started(instance)
    with alive(instance, works):
        assert end_dead_runs(instance, grace_s=0) == [gone]
        assert status(instance, gone) == dg.DagsterRunStatus.FAILURE
        assert status(instance, works) == dg.DagsterRunStatus.STARTED
        assert at_it(instance) == f"Run {works[:8]} ingests videos already (started)."


def test_a_run_that_has_only_just_started_is_left_alone(instance: dg.DagsterInstance) -> None:
    run_id = started(instance)
    assert end_dead_runs(instance) == []
    assert status(instance, run_id) == dg.DagsterRunStatus.STARTED


def test_only_one_process_serves_a_data_folder(tmp_path: Path) -> None:
    only_one(DataFolder(tmp_path / "one"))
    only_one(DataFolder(tmp_path / "another"))
    with pytest.raises(FramecurateError, match="Dagster already runs on"):
        only_one(DataFolder(tmp_path / "one"))
