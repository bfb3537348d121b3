"""Materialising one partition, or many in one run, as Dagster's pages do it."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import dagster as dg
import numpy as np
import pytest

from framecurate_assets.assets.partitions import register_videos
from framecurate_assets.compute.compute import InThisProcess
from framecurate_assets.dagster_stages import QUIET
from framecurate_assets.definitions import defs
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_assets.sources.source_list import read_sources
from framecurate_assets.stages import PER_VIDEO, STAGES
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import all_rows, data_folder, rows_of, video_id, written

IDS = [stage.name for stage in PER_VIDEO]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def materialise(
    instance: dg.DagsterInstance,
    folder: DataFolder,
    *assets: str,
    videos: list[Path] | None = None,
    policy: dict[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    """One run of some assets with their checks: of one partition, of a range, or of no partition."""
    register_videos(instance, read_sources(folder.sources_file).sources)
    chosen: dict[str, Any] = {}
    if videos and len(videos) == 1:
        chosen["partition_key"] = video_id(videos[0])
    elif videos:
        tags = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
        chosen["tags"] = {tag: video_id(video) for tag, video in zip(tags, (videos[0], videos[-1]), strict=True)}
    return dg.materialize(
        [*defs.assets, *defs.asset_checks],  # type: ignore[misc]
        selection=dg.AssetSelection.assets(*assets),
        instance=instance,
        resources={
            "workspace": Workspace(data_folder=str(folder.root), policy=policy or {}),
            "progress": SilentProgress(),
            "compute": InThisProcess(),
        },
        run_config=QUIET,
        raise_on_error=False,
        **chosen,
    )


def metadata_of(
    instance: dg.DagsterInstance, asset: str, partition: str | None = None
) -> dict[str, dg.MetadataValue[Any]]:
    """What the last materialisation tells."""
    wanted = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[partition] if partition else None)
    (record,) = instance.fetch_materializations(wanted, limit=1).records
    assert record.asset_materialization
    return dict(record.asset_materialization.metadata)


def said(result: dg.ExecuteInProcessResult) -> str:
    """What a run that failed tells a person."""
    assert not result.success
    data = result.get_step_failure_events()[0].step_failure_data
    assert data.user_failure_data
    return str(data.user_failure_data.description)


def picture(webp: bytes) -> tuple[int, ...]:
    """Height, width and channels of an encoded picture."""
    decoded = cv2.imdecode(np.frombuffer(webp, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return tuple(decoded.shape)


def test_one_partition_is_made_alone(instance: dg.DagsterInstance, clips: Clips, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    result = materialise(instance, folder, *IDS, videos=[clips.group])
    assert result.success
    lake, key = Lake(folder), video_id(clips.group)
    for stage in PER_VIDEO:
        assert lake.video_ids(stage.table) == [key]
        assert lake.read(stage.table, key).height > 0
        assert instance.get_materialized_partitions(dg.AssetKey(stage.name)) == {key}
    evaluations = {(check.check_name, check.partition): check.passed for check in result.get_asset_check_evaluations()}
    assert evaluations["min_720p", key]
    assert evaluations["readable", key]
    assert all(evaluations.values())


@pytest.fixture
def range_run(
    instance: dg.DagsterInstance, clips: Clips, tmp_path: Path
) -> tuple[DataFolder, dg.ExecuteInProcessResult]:
    folder = data_folder(tmp_path / "data", clips.all)
    return folder, materialise(instance, folder, *IDS, videos=clips.all)


def test_a_refused_video_is_a_warning_on_its_own_partition_and_stops_no_other(
    instance: dg.DagsterInstance,
    clips: Clips,
    range_run: tuple[DataFolder, dg.ExecuteInProcessResult],
    finished_once: DataFolder,
) -> None:
    folder, result = range_run
    assert result.success
    keys = [video_id(clip) for clip in clips.all]
    small = video_id(clips.small)
    for stage in PER_VIDEO:
        assert instance.get_materialized_partitions(dg.AssetKey(stage.name)) == set(keys)
        rows, from_command_line = all_rows(folder)[stage.name], all_rows(finished_once)[stage.name]
        assert rows == from_command_line
        assert {row["video_id"] for row in rows} >= {video_id(clips.astronaut), video_id(clips.group)}

    evaluations = result.get_asset_check_evaluations()
    for name in ("min_720p", "readable"):
        of_videos = {check.partition: check for check in evaluations if check.check_name == name}
        assert set(of_videos) == set(keys)
        for key, check in of_videos.items():
            assert check.passed == (name == "readable" or key != small)
            # Tied to the materialisation that it judges: without it the UI shows the partition's check as missing.
            assert check.target_materialization_data
    refused = next(check for check in evaluations if check.check_name == "min_720p" and check.partition == small)
    assert refused.severity == dg.AssetCheckSeverity.WARN
    failed = {(check.check_name, check.partition) for check in evaluations if not check.passed}
    assert failed == {("min_720p", small), ("all_ready", None)}


def test_what_a_materialisation_tells_and_shows(
    instance: dg.DagsterInstance, clips: Clips, range_run: tuple[DataFolder, dg.ExecuteInProcessResult]
) -> None:
    folder, _ = range_run
    assert materialise(instance, folder, "identity_clusters", "temporal_sequences", "person_selections").success
    lake, group = Lake(folder), video_id(clips.group)
    for stage in STAGES:
        partition = group if stage.per_video else None
        told = metadata_of(instance, stage.name, partition)
        count = told["dagster/partition_row_count" if stage.per_video else "dagster/row_count"]
        assert count.value == lake.read(stage.table, partition).height > 0
        assert told["dagster/uri"].value == lake.path(stage.table, partition).as_uri()

    for asset in ("sampled_frames", "face_candidates", "identity_clusters", "temporal_sequences", "person_selections"):
        told = metadata_of(instance, asset, group if asset in IDS else None)
        shown = told["contact_sheet"]
        assert isinstance(shown, dg.MarkdownMetadataValue)
        start = "![contact sheet](data:image/webp;base64,"
        assert shown.value.startswith(start)
        assert len(shown.value) <= 150_000
        file = Path(str(told["contact_sheet_file"].value))
        assert file.read_bytes() == base64.b64decode(shown.value.removeprefix(start).removesuffix(")"))
        height, width, _ = picture(file.read_bytes())
        assert (width, height > 50) == (960, True)

    assert metadata_of(instance, "sampled_frames", group)["frames_folder"].value == str(folder.frames(group))
    assert metadata_of(instance, "person_selections")["people"].value == 2
    refused = metadata_of(instance, "raw_videos", video_id(clips.small))
    assert refused["status"].value == "rejected"
    assert "480 px" in str(refused["reason"].value)


@pytest.mark.parametrize(
    ("asset", "missing"),
    [
        ("sampled_frames", "raw_videos"),
        ("detected_faces", "sampled_frames"),
        ("face_candidates", "sampled_frames"),
    ],
)
def test_a_partition_whose_upstream_is_missing_says_what_comes_first(
    instance: dg.DagsterInstance, clips: Clips, tmp_path: Path, asset: str, missing: str
) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    result = materialise(instance, folder, asset, videos=[clips.group])
    assert not result.success
    assert said(result) == (
        f"{missing} of {video_id(clips.group)} is not materialised yet. Materialise {missing} first."
    )
    assert instance.get_materialized_partitions(dg.AssetKey(asset)) == set()
    assert all(rows == [] for rows in all_rows(folder).values())


def test_person_selections_before_any_clustering_says_what_comes_first(
    instance: dg.DagsterInstance, clips: Clips, tmp_path: Path
) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    result = materialise(instance, folder, "person_selections")
    assert said(result) == "identity_clusters is not materialised yet. Materialise identity_clusters first."
    assert not folder.dataset.exists()


def test_a_partition_that_is_on_no_list_fails_by_itself(
    instance: dg.DagsterInstance, clips: Clips, tmp_path: Path
) -> None:
    folder = data_folder(tmp_path / "data", [clips.small])
    register_videos(instance, read_sources(folder.sources_file).sources)
    folder.sources_file.write_text("")
    assert materialise(instance, folder, "raw_videos", videos=[clips.small]).success
    (row,) = rows_of(folder, "raw_videos")
    assert row["status"] == "failed"
    assert f"No entry of {folder.sources_file} is {video_id(clips.small)}" in str(row["reason"])


def test_a_policy_in_the_launchpad_holds_for_that_run_alone(
    instance: dg.DagsterInstance, clips: Clips, finished: DataFolder
) -> None:
    policy = {"candidates": {"max_per_video": 2}}
    assert materialise(instance, finished, "face_candidates", videos=[clips.astronaut], policy=policy).success
    assert len(rows_of(finished, "face_candidates", video_id=video_id(clips.astronaut))) == 2
    assert materialise(instance, finished, "face_candidates", videos=[clips.astronaut]).success
    assert len(rows_of(finished, "face_candidates", video_id=video_id(clips.astronaut))) == 12


def test_a_broken_policy_is_one_sentence(instance: dg.DagsterInstance, clips: Clips, finished: DataFolder) -> None:
    before = written(finished)
    finished.policy_file.write_text("candidates: {max_yawn: 3}")
    result = materialise(instance, finished, "face_candidates", videos=[clips.astronaut])
    assert said(result).startswith(f"{finished.policy_file}: candidates.max_yawn: there is no such key.")
    assert written(finished) == before


PRUNED = {"retention": {"keep_videos": "none", "keep_frames": "none"}}


def test_the_dataset_made_in_the_browser_prunes_as_the_policy_says(
    instance: dg.DagsterInstance, finished: DataFolder
) -> None:
    assert materialise(instance, finished, "person_selections", policy=PRUNED).success
    told = metadata_of(instance, "person_selections")
    assert (told["pruned_videos"].value, told["pruned_frames"].value) == (2, 24)
    assert list(finished.videos.iterdir()) == []


@pytest.mark.parametrize(
    ("asset", "needs"),
    [("sampled_frames", "raw_videos"), ("detected_faces", "sampled_frames"), ("face_candidates", "sampled_frames")],
)
def test_a_stage_whose_files_were_pruned_keeps_its_rows_and_says_what_comes_first(
    instance: dg.DagsterInstance, clips: Clips, finished: DataFolder, asset: str, needs: str
) -> None:
    assert materialise(instance, finished, "person_selections", policy=PRUNED).success
    # Crops that are there need no frame.
    shutil.rmtree(finished.faces(video_id(clips.group)))
    before = written(finished)
    words = said(materialise(instance, finished, asset, videos=[clips.group]))
    assert f"was removed, and is needed to make {video_id(clips.group)} again. Materialise {needs} of it first" in words
    assert written(finished) == before
    assert instance.get_materialized_partitions(dg.AssetKey(asset)) == set()

    for stage in ("raw_videos", "sampled_frames", asset):
        assert materialise(instance, finished, stage, videos=[clips.group]).success
    assert rows_of(finished, "pruned_files", video_id=video_id(clips.group)) == []


def test_another_threshold_needs_no_frame_of_faces_that_were_candidates(
    instance: dg.DagsterInstance, clips: Clips, finished: DataFolder
) -> None:
    assert materialise(instance, finished, "person_selections", policy=PRUNED).success
    fewer = {"candidates": {"max_per_video": 2}}
    assert materialise(instance, finished, "face_candidates", videos=[clips.astronaut], policy=fewer).success
    kept = rows_of(finished, "face_candidates", video_id=video_id(clips.astronaut))
    assert len(kept) == 2
    told = metadata_of(instance, "face_candidates", video_id(clips.astronaut))
    assert told["reused_crops"].value == 2
