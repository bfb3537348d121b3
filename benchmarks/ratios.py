"""The ratios that `make bench-check` guards: how many times better one thing is than another in the same run."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from benchmarks.contenders import call_alone, networks_alone_s, run_command, run_scripts
from benchmarks.cost import cost_of, least_cpu_s
from benchmarks.made_up_lake import make_up_lake
from benchmarks.sampling_floor import floor
from benchmarks.sampling_methods import Method, opencv_seek, ours
from benchmarks.scripts_of_today import dlib_descriptor, samples
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.video.plan import Mode

REPEAT = 3
"""Each thing is measured so many times, and the least counts: other work can only add to it."""

SAMPLES_APART = 30
"""Of the samples of a clip every thirtieth is enough to time descriptors."""

LAKE_VIDEOS = 200
RAISED_SHARPNESS = 1_000_000
"""Of candidates: no face is so sharp, so that none of the made-up lake's pictures, which are no pictures, is read."""


def all_ratios(short: Path, long: Path) -> dict[str, float]:
    """Every ratio by its name; the larger the better.

    Args:
        short: what goes through all models.
        long: a clip of some minutes, of which only samples are taken.
    """
    # OpenCV decodes on threads of its own all the same.
    cv2.setNumThreads(1)
    dlib_s, ours_s = descriptors_s(short)
    return {
        **of_sampling(long),
        "descriptor: dlib over ours": dlib_s / ours_s,
        **to_candidates(short),
        "two workers: wall time of one over theirs": one_over_two_workers(short),
        f"a changed threshold, {LAKE_VIDEOS} videos: 100 descriptors of dlib over it": 100 * dlib_s / refiltering_s(),
    }


def of_sampling(clip: Path) -> dict[str, float]:
    """Ninety frames by OpenCV's seeks over ninety by each of our modes, and decoding them alone over ours."""
    seeks_s = sampling_s(opencv_seek, clip, repeat=1)
    ratios: dict[str, float] = {}
    modes: tuple[Mode, ...] = ("nearest", "exact")
    for mode in modes:
        ours_s = sampling_s(ours(mode), clip)
        ratios[f"sampling, {mode}: OpenCV's seeks over ours"] = seeks_s / ours_s
        ratios[f"sampling, {mode}: decoding alone over ours"] = (
            sampling_s(floor(clip, mode, to_rgb=True), clip) / ours_s
        )
    return ratios


def sampling_s(take: Method, clip: Path, repeat: int = REPEAT) -> float:
    """CPU seconds of taking the samples, one in memory at a time."""
    return least_cpu_s(lambda: sum(1 for _ in take(clip)), repeat)


def descriptors_s(clip: Path) -> tuple[float, float]:
    """What dlib itself takes to describe a face of a few frames, and what we take."""
    engine, dlib_itself = EmbeddedEngine(100, 0.5), dlib_descriptor()
    frames = [frame for _, frame in samples(clip)][::SAMPLES_APART]
    found = list(zip(frames, engine.find(frames), strict=True))
    faces_found = sum(len(faces) for _, faces in found)

    def one_by_one() -> None:
        for frame, faces in found:
            for index in range(len(faces)):
                dlib_itself(frame, faces.subset(np.arange(len(faces)) == index))

    ours_s = least_cpu_s(lambda: [engine.embed(frame, faces) for frame, faces in found], REPEAT)
    return least_cpu_s(one_by_one, REPEAT) / faces_found, ours_s / faces_found


def to_candidates(clip: Path) -> dict[str, float]:
    """The scripts of today over our calls, models loaded, and over the command, as whole processes."""
    today = run_scripts(clip, "dlib", REPEAT)
    alone, command = call_alone(clip, 1, REPEAT), run_command([clip], 1, REPEAT)
    return {
        "to candidates: scripts of today over our calls": today.outcome.cpu_s / alone.outcome.cpu_s,
        "to candidates: scripts of today over framecurate run": today.process.cpu_s / command.process.cpu_s,
        "to candidates: networks alone over our calls": networks_alone_s(clip) / alone.outcome.cpu_s,
        "to candidates: our calls over framecurate run": alone.outcome.cpu_s / command.process.cpu_s,
    }


def one_over_two_workers(clip: Path) -> float:
    """The wall time of one worker over that of two, once they are warm."""
    one, two = (call_alone(clip, workers, REPEAT) for workers in (1, 2))
    return one.outcome.wall_s / two.outcome.wall_s


def refiltering_s() -> float:
    """CPU seconds of the command after a threshold was raised: all videos are judged again."""
    with tempfile.TemporaryDirectory() as place:
        folder = DataFolder(Path(place))
        make_up_lake(folder, LAKE_VIDEOS)
        folder.policy_file.write_text(f"candidates: {{min_sharpness: {RAISED_SHARPNESS}}}\n", encoding="utf-8")
        return cost_of([sys.executable, "-m", "benchmarks.to_candidates", "--data", place, "--workers", "1"]).cpu_s
