"""The dataset follows the candidates: once after a batch, and never again for the same state."""

from __future__ import annotations

import polars as pl

from framecurate_assets.assets.partitions import INGESTION_TAG
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import DETECTED_FACES
from framecurate_assets.stages import WHOLE_LAKE
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import POLICY, rows_of, video_id

from .conftest import Automation

OTHER_PEOPLE = POLICY + "identity: {min_faces: 2}\n"


def test_a_dataset_that_is_up_to_date_is_left_alone(automation: Automation) -> None:
    assert automation.sensor("dataset_refresh").skip_reason
    assert not automation.sensor("dataset_refresh").run_requests


def test_a_change_is_followed_once_and_so_is_the_way_back(automation: Automation) -> None:
    for policy in (OTHER_PEOPLE, POLICY, OTHER_PEOPLE):
        automation.folder.policy_file.write_text(policy)
        (request,) = automation.sensor("dataset_refresh").run_requests or []
        assert automation.run(request, "candidates_to_dataset").success
        assert "up to date" in str(automation.sensor("dataset_refresh").skip_reason)


def test_a_damaged_dataset_is_made_again_as_often_as_it_is_damaged(automation: Automation) -> None:
    for _ in range(2):
        next(automation.folder.dataset.rglob("*.jpg")).unlink()
        (request,) = automation.sensor("dataset_refresh").run_requests or []
        assert automation.run(request, "candidates_to_dataset").success
        assert "up to date" in str(automation.sensor("dataset_refresh").skip_reason)


def test_a_refresh_that_failed_is_not_repeated_until_something_changes(automation: Automation) -> None:
    automation.folder.policy_file.write_text(OTHER_PEOPLE)
    assert automation.sensor("dataset_refresh").run_requests
    tick = automation.sensor("dataset_refresh")
    assert not tick.run_requests
    assert "did not succeed" in str(tick.skip_reason)
    automation.folder.policy_file.write_text(POLICY + "identity: {min_faces: 3}\n")
    assert automation.sensor("dataset_refresh").run_requests


def test_a_batch_is_waited_for(automation: Automation) -> None:
    automation.folder.policy_file.write_text(OTHER_PEOPLE)
    run = automation.begin(**{INGESTION_TAG: "true"})
    assert run.run_id[:8] in str(automation.sensor("dataset_refresh").skip_reason)
    automation.instance.delete_run(run.run_id)
    assert automation.sensor("dataset_refresh").run_requests


def test_a_lake_without_videos_has_no_dataset_to_make(automation: Automation) -> None:
    automation.folder.tables.rename(automation.folder.root / "elsewhere")
    assert not automation.sensor("dataset_refresh").run_requests


def test_descriptors_of_two_engines_are_never_clustered(automation: Automation, clips: Clips) -> None:
    lake = Lake(automation.folder)
    stranger = lake.read(DETECTED_FACES, video_id(clips.group)).head(1)
    lake.write(DETECTED_FACES, stranger.with_columns(engine=pl.lit("insightface-other")), "stranger")
    automation.folder.policy_file.write_text(OTHER_PEOPLE)
    tick = automation.sensor("dataset_refresh")
    assert not tick.run_requests
    assert "Check detected_faces: one_engine fails" in str(tick.skip_reason)
    assert rows_of(automation.folder, WHOLE_LAKE[0].name)
