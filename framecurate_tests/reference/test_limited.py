"""A dataset of some people only: what it keeps of the others, and what becomes of it when somebody is erased."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from framecurate_assets.dagster_home import open_instance
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.pipeline import bring_up_to_date
from framecurate_assets.resources import SilentProgress
from framecurate_assets.sources.listings import all_sources
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import POLICY, all_rows, rows_of, video_id
from framecurate_tests.erasure.forgetting import forget
from framecurate_tests.reference.photos import astronaut_picture, photo


def run(folder: DataFolder, *photos: Path) -> None:
    overrides = {"selection": {"only_like": [str(path) for path in photos]}} if photos else {}
    bring_up_to_date(folder, all_sources(folder).sources, SilentProgress(), overrides=overrides)


def limit(folder: DataFolder) -> None:
    """Have the policy select the astronaut only."""
    photo(folder.root / "astronaut.jpg", astronaut_picture())
    folder.policy_file.write_text(f"{POLICY}selection: {{only_like: [astronaut.jpg]}}\n", encoding="utf-8")


def astronaut_in(folder: DataFolder, clips: Clips) -> str:
    of_video = f"{video_id(clips.astronaut)}@"
    (person,) = {
        str(row["person_id"])
        for row in all_rows(folder)["identity_clusters"]
        if str(row["face_id"]).startswith(of_video)
    }
    return person


def test_a_run_for_some_people_removes_no_file_of_others(finished: DataFolder, clips: Clips, tmp_path: Path) -> None:
    files = sorted(finished.videos.glob("*.*"))
    finished.policy_file.write_text(f"{POLICY}retention: {{keep_videos: selected}}\n", encoding="utf-8")
    run(finished, photo(tmp_path / "photo.jpg", astronaut_picture()))
    assert {row["video_id"] for row in rows_of(finished, "person_selections")} == {video_id(clips.astronaut)}
    assert sorted(finished.videos.glob("*.*")) == files


def test_whoever_the_policy_asks_for_can_be_forgotten(finished: DataFolder, clips: Clips) -> None:
    limit(finished)
    run(finished)
    outcome = forget(astronaut_in(finished, clips), finished)
    assert outcome.failed_checks == {}
    assert not finished.erasure.exists()
    assert rows_of(finished, "person_selections") == []
    with open_instance(finished) as instance:
        made = instance.get_latest_materialization_event(dg.AssetKey("person_selections"))
    assert made is not None
    assert made.asset_materialization is not None
    assert made.asset_materialization.metadata["not_found_photos"].value == [str(finished.root / "astronaut.jpg")]


def test_a_photo_that_is_missing_stops_an_erasure_before_anything_is_erased(finished: DataFolder, clips: Clips) -> None:
    limit(finished)
    (finished.root / "astronaut.jpg").unlink()
    with pytest.raises(FramecurateError, match=r"astronaut\.jpg does not exist"):
        forget(str(clips.group), finished)
    assert not finished.erasure.exists()
    assert rows_of(finished, "raw_videos", video_id=video_id(clips.group))
