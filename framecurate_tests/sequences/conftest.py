"""A lake that is made up to its candidates from real clips, and whose people a test chooses."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from framecurate_assets.assets.partitions import register_videos
from framecurate_assets.compute.compute import InThisProcess
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.definitions import defs
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.stages import PER_VIDEO
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import data_folder, video_id


@dataclass(frozen=True)
class Place:
    """A data folder, and the ids of its videos."""

    folder: DataFolder
    astronaut: str
    group: str

    @property
    def lake(self) -> Lake:
        return Lake(self.folder)

    def cluster(self, person_of_video: Mapping[str, str], **columns: Any) -> None:
        """Store clusters: everyone in a video is one person, surely, unless the columns say otherwise."""
        faces = self.lake.read_all(tables.FACE_CANDIDATES, person_of_video)
        clusters = pl.DataFrame(
            [
                {
                    **dict.fromkeys(tables.IDENTITY_CLUSTERS.schema),
                    "face_id": face_id,
                    "person_id": person_of_video[video_id],
                    "track_id": f"{video_id}/0/0",
                    "is_core": True,
                    "distance": 0.2,
                    **columns,
                }
                for face_id, video_id in faces.select("face_id", "video_id").iter_rows()
            ],
            schema=tables.IDENTITY_CLUSTERS.schema,
        )
        self.lake.write(tables.IDENTITY_CLUSTERS, clusters)

    def make(self) -> dict[str, Any]:
        """Materialise temporal_sequences; its metadata."""
        with open_instance(self.folder) as instance:
            result = materialise(self.folder, "temporal_sequences", instance)
        (event,) = result.asset_materializations_for_node("temporal_sequences")
        return {name: value.value for name, value in event.metadata.items()}

    def sequences(self) -> pl.DataFrame:
        return self.lake.read(tables.TEMPORAL_SEQUENCES)

    def missing(self) -> dict[str, tuple[str | None, str]]:
        rows = self.lake.read(tables.MISSING_SEQUENCES).iter_rows()
        return {person_id: (face_id, reason) for person_id, face_id, reason in rows}


def materialise(
    folder: DataFolder, asset: str, instance: dg.DagsterInstance, partition: str | None = None
) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [*defs.assets],  # type: ignore[misc]
        selection=dg.AssetSelection.assets(asset),
        instance=instance,
        partition_key=partition,
        resources={
            "workspace": Workspace(data_folder=str(folder.root)),
            "progress": SilentProgress(),
            "compute": InThisProcess(),
        },
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )


@pytest.fixture(scope="session")
def candidates_once(clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DAGSTER_HOME", raising=False)
        folder = data_folder(tmp_path_factory.mktemp("candidates") / "data", [clips.astronaut, clips.group])
        sources = all_sources(folder).sources
        with open_instance(folder) as instance:
            register_videos(instance, sources)
            for stage in PER_VIDEO:
                for source in sources:
                    assert materialise(folder, stage.name, instance, source.video_id).success
    return folder


@pytest.fixture
def place(candidates_once: DataFolder, clips: Clips, tmp_path: Path) -> Place:
    shutil.copytree(candidates_once.root, tmp_path / "data")
    return Place(DataFolder(tmp_path / "data"), video_id(clips.astronaut), video_id(clips.group))
