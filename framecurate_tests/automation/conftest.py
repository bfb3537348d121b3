"""A data folder with a Dagster instance of its own, in which ticks are evaluated and their runs carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from framecurate_assets.automation.inbox import inbox
from framecurate_assets.automation.refresh import dataset_refresh
from framecurate_assets.automation.schedule import url_ingestion
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.dagster_stages import QUIET
from framecurate_assets.definitions import defs
from framecurate_assets.lake.folder import ENVIRONMENT_VARIABLE, DataFolder
from framecurate_assets.stages import PER_VIDEO, WHOLE_LAKE
from framecurate_tests.end_to_end.data_folders import video_id

SENSORS = {"inbox": inbox, "dataset_refresh": dataset_refresh}
STAGES = {"videos_to_candidates": PER_VIDEO, "candidates_to_dataset": WHOLE_LAKE}


@dataclass
class Automation:
    """Ticks as the daemon makes them, without the daemon."""

    folder: DataFolder
    instance: dg.DagsterInstance
    cursor: str | None = None

    def schedule(self, hour: int = 0) -> Any:
        """What a tick of the schedule requests."""
        context = dg.build_schedule_context(
            instance=self.instance,
            scheduled_execution_time=datetime(2026, 11, 21, hour, tzinfo=UTC),
            repository_def=defs.get_repository_def(),
        )
        return url_ingestion.evaluate_tick(context)

    def sensor(self, name: str) -> dg.SensorResult:
        """What a tick of a sensor requests; its cursor is kept for the next one."""
        context = dg.build_sensor_context(instance=self.instance, definitions=defs, cursor=self.cursor)
        result = SENSORS[name](context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor or self.cursor
        return result

    def run(self, request: dg.RunRequest, job: str = "videos_to_candidates") -> dg.ExecuteInProcessResult:
        """Carry out a run that was requested."""
        return dg.materialize(
            [*defs.assets, *defs.asset_checks],  # type: ignore[misc]
            selection=dg.AssetSelection.assets(*[stage.name for stage in STAGES[job]]),
            instance=self.instance,
            resources=defs.resources,
            run_config=QUIET,
            tags=dict(request.tags),
            raise_on_error=False,
        )

    def begin(self, **tags: str) -> dg.DagsterRun:
        """A run that is to start in a moment."""
        return self.instance.create_run_for_job(defs.resolve_job_def("videos_to_candidates"), tags=tags)

    def said(self, asset: str, clip: Path) -> dict[str, Any]:
        """What the last materialisation of a clip's partition tells."""
        wanted = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[video_id(clip)])
        (record,) = self.instance.fetch_materializations(wanted, limit=1).records
        assert record.asset_materialization
        metadata = record.asset_materialization.metadata
        return {key: value.value for key, value in metadata.items() if not key.startswith("dagster")}


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with open_instance(DataFolder(tmp_path / "history")) as instance:
        yield instance


@pytest.fixture
def automation(finished: DataFolder, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Automation:
    """On a data folder in which three clips are up to date."""
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(finished.root))
    return Automation(finished, instance)
