"""Several worker processes make what one makes, and a worker that dies costs one video."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path

import dagster as dg
import pytest

from framecurate_assets import pipeline
from framecurate_assets.assets.partitions import range_tags, register_videos
from framecurate_assets.assets.turns import Turns
from framecurate_assets.compute.compute import Compute, Parameters, Result
from framecurate_assets.compute.processes import WorkerProcesses
from framecurate_assets.compute.side_by_side import in_order_of_completion
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.dagster_stages import QUIET
from framecurate_assets.definitions import defs
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.tasks.sample_frames import SampleFrames
from framecurate_tests.conftest import Clips

from .data_folders import POLICY, all_rows, contents, data_folder, rows_of, size_of, unfinished, video_id
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


def kill_this_worker(_task: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Failing(WorkerProcesses):
    """Workers that do something else when they are to sample one of the videos."""

    def __init__(self, video: str, instead: Callable[[object], None]) -> None:
        super().__init__(2)
        self._video, self._instead = video, instead

    def submit(
        self, function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
    ) -> Future[Result]:
        for task in arguments:
            owner = getattr(function, "__self__", task)
            if isinstance(owner, SampleFrames) and owner.folder.video_id == self._video:
                return super().submit(self._instead, owner)  # type: ignore[arg-type]
        return super().submit(function, *arguments, **named)


def sampled_with(compute: Compute, folder: DataFolder) -> dg.ExecuteInProcessResult:
    """One run of the first two assets over all videos."""
    sources = all_sources(folder).sources
    with open_instance(folder) as instance:
        register_videos(instance, sources)
        return dg.materialize(
            [*defs.assets],  # type: ignore[misc]
            selection=dg.AssetSelection.assets("raw_videos", "sampled_frames"),
            instance=instance,
            resources={
                "workspace": Workspace(data_folder=str(folder.root)),
                "progress": SilentProgress(),
                "compute": compute,
            },
            tags=range_tags(sources[0].video_id, sources[-1].video_id),
            run_config=QUIET,
            raise_on_error=False,
        )


def test_a_video_that_kills_its_worker_fails_and_the_others_go_on(
    clips: Clips, finished_once: DataFolder, tmp_path: Path
) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    deadly, healthy = video_id(clips.astronaut), video_id(clips.group)
    compute = Failing(deadly, kill_this_worker)
    assert sampled_with(compute, folder).success
    compute.close()
    (setback,) = rows_of(folder, "video_setbacks", video_id=deadly)
    assert (setback["status"], setback["unexpected"]) == ("failed", True)
    assert "worker process died on it twice" in str(setback["reason"])
    assert rows_of(folder, "sampled_frames", video_id=deadly) == []
    expected = rows_of(finished_once, "sampled_frames", video_id=healthy)
    assert rows_of(folder, "sampled_frames", video_id=healthy) == expected
    assert unfinished(folder) == []
    assert list((folder.root / ".begun").iterdir()) == []


def fill_the_disk(_task: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "some/file")


def test_a_full_disk_ends_the_run_at_once_and_leaves_nothing_half_done(clips: Clips, tmp_path: Path) -> None:
    folder = data_folder(tmp_path / "data", clips.all)
    compute = Failing(video_id(clips.astronaut), fill_the_disk)
    result = sampled_with(compute, folder)
    assert not result.success
    (failure,) = result.get_step_failure_events()
    assert failure.step_failure_data.user_failure_data
    assert "No space left on device" in str(failure.step_failure_data.user_failure_data.description)
    assert rows_of(folder, "video_setbacks") == []
    assert unfinished(folder) == []
    assert list((folder.root / ".begun").iterdir()) == []
    with pytest.raises(CancelledError):
        compute.submit(os.getpid)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_budget_is_spent_in_the_order_of_the_videos(clips: Clips, finished: DataFolder, workers: int) -> None:
    first, second = video_id(clips.astronaut), video_id(clips.group)
    cost = {key: size_of(finished.faces(key)) for key in (first, second)}
    room = cost[first] + cost[second] - 1
    finished.policy_file.write_text(POLICY + f"budget: {{candidates_bytes: {room}}}\n")
    pipeline.bring_up_to_date(finished, all_sources(finished).sources, SilentProgress(), workers=workers)
    (setback,) = all_rows(finished)["video_setbacks"]
    assert (setback["video_id"], setback["status"]) == (second, "over_budget")
    assert f"take {cost[second]} bytes, and {room - cost[first]} of the budget are left" in str(setback["reason"])
    assert not finished.sheet("face_candidates", second).exists()


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
