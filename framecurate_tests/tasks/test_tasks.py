"""Work on one video comes out the same however it is divided."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from framecurate_assets.compute.compute import InThisProcess
from framecurate_assets.faces.engines import choose_engine
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake, NotMaterialisedError
from framecurate_assets.policy import CandidatePolicy, DetectionPolicy, SamplingPolicy
from framecurate_assets.tasks.choose_candidates import Choice, choose_candidates
from framecurate_assets.tasks.find_faces import FindFaces
from framecurate_assets.tasks.frames import FramesFolder
from framecurate_assets.tasks.models import Models
from framecurate_assets.tasks.sample_frames import SampleFrames
from framecurate_assets.tasks.task import carry_out, parts_of_each
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import contents, video_id

HERE = InThisProcess()
PARTS = [1, 2, 5, 1000]
"""Whole, in halves, unevenly, and more than there is."""


def chosen(lake: Lake, video: str, policy: CandidatePolicy) -> Choice:
    choice = choose_candidates(lake, [video], policy)[video]
    assert isinstance(choice, Choice)
    return choice


@pytest.mark.parametrize("mode", ["nearest", "exact"])
def test_frames_are_the_same_in_any_number_of_pieces(clips: Clips, tmp_path: Path, mode: str) -> None:
    policy = SamplingPolicy.model_validate({"mode": mode, "frames_per_section": 4})
    outcomes = []
    for parts in PARTS:
        place = tmp_path / str(parts)
        place.mkdir()
        task = SampleFrames(clips.astronaut, (0.3, 1.9), policy, FramesFolder("clip", place, "frames/clip"))
        sampled = carry_out(task, HERE, parts)
        outcomes.append((sampled.rows.to_dicts(), sampled.sheet, contents(place)))
    rows, _, files = outcomes[0]
    assert len(rows) == len(files) == 12
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_faces_are_the_same_in_any_number_of_pieces(clips: Clips, finished_once: DataFolder) -> None:
    policy = DetectionPolicy()
    models = Models(choose_engine(policy, finished_once.models, None), policy, finished_once.models)
    frames = Lake(finished_once).read(tables.SAMPLED_FRAMES, video_id(clips.group))
    stored = Lake(finished_once).read(tables.DETECTED_FACES, video_id(clips.group))
    assert stored.height > frames.height
    for parts in PARTS:
        assert_frame_equal(carry_out(FindFaces(finished_once, frames, models), HERE, parts).rows, stored)


def test_crops_are_the_same_in_any_number_of_pieces(clips: Clips, finished: DataFolder, tmp_path: Path) -> None:
    lake, video = Lake(finished), video_id(clips.astronaut)
    stored = lake.read(tables.FACE_CANDIDATES, video)
    crops = contents(finished.faces(video))
    lake.remove(tables.FACE_CANDIDATES, video)
    for parts in PARTS:
        place = tmp_path / str(parts)
        place.mkdir()
        choice = chosen(lake, video, CandidatePolicy())
        made = carry_out(choice.task(place), HERE, parts)
        assert_frame_equal(made.rows, stored)
        assert contents(place) == crops
        assert made.reused == 0
        assert made.sheet is not None


def test_no_frames_and_no_faces_are_no_work(finished_once: DataFolder, tmp_path: Path) -> None:
    policy = DetectionPolicy()
    models = Models(choose_engine(policy, finished_once.models, None), policy, finished_once.models)
    found = carry_out(FindFaces(finished_once, tables.SAMPLED_FRAMES.empty(), models), HERE, 2)
    assert_frame_equal(found.rows, tables.DETECTED_FACES.empty())


@pytest.mark.parametrize(
    ("videos", "workers", "parts"), [(1, 1, 1), (100, 1, 1), (1, 2, 2), (7, 2, 2), (8, 2, 1), (1, 16, 16)]
)
def test_a_few_videos_are_divided_among_all_workers_and_many_are_not(videos: int, workers: int, parts: int) -> None:
    assert parts_of_each(videos, workers) == parts


def test_a_crop_that_is_there_is_not_made_again(clips: Clips, finished: DataFolder, tmp_path: Path) -> None:
    lake, video = Lake(finished), video_id(clips.astronaut)
    stored = lake.read(tables.FACE_CANDIDATES, video)
    # What is not needed need not be there.
    for frame in finished.frames(video).iterdir():
        frame.unlink()
    same = chosen(lake, video, CandidatePolicy())
    (tmp_path / "same").mkdir()
    made = carry_out(same.task(tmp_path / "same"), HERE, 1)
    assert_frame_equal(made.rows, stored)
    assert contents(tmp_path / "same") == contents(finished.faces(video))
    assert made.reused == stored.height
    assert made.sheet is None

    fewer = chosen(lake, video, CandidatePolicy(max_per_video=2))
    (tmp_path / "fewer").mkdir()
    made = carry_out(fewer.task(tmp_path / "fewer"), HERE, 1)
    best = stored.sort("composite", descending=True).head(2)
    assert set(made.rows["face_id"]) == set(best["face_id"])
    assert made.reused == 2
    assert made.sheet is not None


def test_a_crop_of_other_faces_or_of_another_size_is_made_again(clips: Clips, finished: DataFolder) -> None:
    lake, video = Lake(finished), video_id(clips.astronaut)
    stored = lake.read(tables.FACE_CANDIDATES, video)
    assert chosen(lake, video, CandidatePolicy()).there == frozenset(stored["face_id"])

    damaged = finished.absolute(stored["path"][0])
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert chosen(lake, video, CandidatePolicy()).there == frozenset(stored["face_id"][1:])

    faces = lake.read(tables.DETECTED_FACES, video)
    lake.write(tables.DETECTED_FACES, faces.with_columns(x1=pl.col("x1") - 1), video)
    assert chosen(lake, video, CandidatePolicy()).there == frozenset()


def test_a_video_whose_tables_cannot_be_read_harms_no_other(clips: Clips, finished: DataFolder) -> None:
    lake = Lake(finished)
    good, damaged, early = video_id(clips.astronaut), video_id(clips.group), "never-sampled"
    lake.path(tables.DETECTED_FACES, damaged).write_bytes(b"no Parquet")
    choices = choose_candidates(lake, [damaged, good, early], CandidatePolicy())
    assert isinstance(choices[damaged], Exception)
    assert not isinstance(choices[damaged], NotMaterialisedError)
    assert isinstance(choices[early], NotMaterialisedError)
    stored = lake.read(tables.FACE_CANDIDATES, good)
    choice = choices[good]
    assert isinstance(choice, Choice)
    assert choice.accepted["face_id"].to_list() == stored["face_id"].to_list()
