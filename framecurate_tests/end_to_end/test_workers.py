"""Several worker processes make what one makes, and a worker that dies costs one video."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import dagster as dg
import pytest

from framecurate_assets import pipeline
from framecurate_assets.assets.partitions import range_tags, register_videos
from framecurate_assets.assets.turns import Turns
from framecurate_assets.compute.compute import Parameters, Result
from framecurate_assets.compute.processes import WorkerProcesses
from framecurate_assets.compute.side_by_side import in_order_of_completion
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.definitions import defs
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.tasks.sample_frames import SampleFrames
from framecurate_tests.conftest import Clips

from .data_folders import all_rows, contents, data_folder, rows_of, unfinished, video_id
from .in_process import Terminal


def test_two_workers_make_what_one_makes(clips: Clips, finished_once: DataFolder, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    outcome = pipeline.bring_up_to_date(folder, all_sources(folder).sources, SilentProgress(), workers=2)
    assert outcome.failed_checks == {}
    assert all_rows(folder) == all_rows(finished_once)
    for place in ("frames", "faces", "sequences", "dataset"):
        assert contents(folder.root / place) == contents(finished_once.root / place)
    assert unfinished(folder) == []


def test_a_run_asks_for_workers_and_shows_where_the_time_went(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    framecurate = Terminal(monkeypatch, capsys, data_folder(tmp_path / "data", []).root)
    answer = framecurate("run", clips.astronaut, "--workers", "2", "--profile")
    assert answer.code == 0
    by_video, by_step = answer.out.split("Seconds of work by video")[1].split("Seconds of work by step")
    assert video_id(clips.astronaut) in by_video
    for step in ("fetch and probe", "decode", "encode JPEG", "find faces", "descriptors", "whole stage"):
        assert step in by_step

    refused = framecurate("run", "--workers", "0")
    assert refused.code == 2
    assert "--workers" in refused.messages


def kill_this_worker(_task: SampleFrames) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Deadly(WorkerProcesses):
    """Workers that die of one video, as of one on which the decoder crashes."""

    def __init__(self, video: str) -> None:
        super().__init__(2)
        self._video = video

    def submit(
        self, function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
    ) -> Future[Result]:
        for task in arguments:
            owner = getattr(function, "__self__", task)
            if isinstance(owner, SampleFrames) and owner.folder.video_id == self._video:
                return super().submit(kill_this_worker, owner)  # type: ignore[arg-type]
        return super().submit(function, *arguments, **named)


def test_a_video_that_kills_its_worker_fails_and_the_others_go_on(
    clips: Clips, finished_once: DataFolder, tmp_path: Path
) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    deadly, healthy = video_id(clips.astronaut), video_id(clips.group)
    sources = all_sources(folder).sources
    compute = Deadly(deadly)
    with open_instance(folder) as instance:
        register_videos(instance, sources)
        result = dg.materialize(
            [*defs.assets],  # type: ignore[misc]
            selection=dg.AssetSelection.assets("raw_videos", "sampled_frames"),
            instance=instance,
            resources={
                "workspace": Workspace(data_folder=str(folder.root)),
                "progress": SilentProgress(),
                "compute": compute,
            },
            tags=range_tags(sources[0].video_id, sources[-1].video_id),
        )
    compute.close()
    assert result.success
    (setback,) = rows_of(folder, "video_setbacks", video_id=deadly)
    assert (setback["status"], setback["unexpected"]) == ("failed", True)
    assert "worker process died on it twice" in str(setback["reason"])
    assert rows_of(folder, "sampled_frames", video_id=deadly) == []
    expected = rows_of(finished_once, "sampled_frames", video_id=healthy)
    assert rows_of(folder, "sampled_frames", video_id=healthy) == expected
    assert unfinished(folder) == []
    assert list((folder.root / ".begun").iterdir()) == []


def test_what_videos_share_is_given_out_in_their_order_whichever_is_ready_first() -> None:
    videos = [f"video-{number}" for number in range(20)]
    turns = Turns(videos)
    given: list[str] = []

    def make(video: str) -> None:
        try:
            if video == "video-3":
                raise ZeroDivisionError
            turns.wait_for(video)
            given.append(video)
        finally:
            turns.done(video)

    for video, result_of in in_order_of_completion(make, videos, threads=4):
        if video != "video-3":
            result_of()
    assert given == [video for video in videos if video != "video-3"]
