"""The ways from a file to its face candidates that are compared, each as a process of its own; and the floor."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cost import Cost, cost_of, least_cpu_s
from benchmarks.model_time import model_seconds
from benchmarks.outcome import Outcome, people_among
from benchmarks.sampling_floor import floor
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.sampling import sample_frames


@dataclass(frozen=True)
class Row:
    """One line of a table: what a method found, and what it cost."""

    name: str
    outcome: Outcome
    process: Cost
    """Of the process that did it, from its start to its end."""
    loaded_s: float | None = None
    """CPU seconds from the opening of the file, where they can be told."""
    whole_s: float | None = None
    """CPU seconds of the whole process, where it did this once and nothing else."""


def run_scripts(video: Path, descriptor: str, repeat: int) -> Row:
    """The scripts of today with a descriptor: dlib or onnx."""
    return min((_run_scripts(video, descriptor) for _ in range(repeat)), key=lambda row: row.outcome.cpu_s)


def _run_scripts(video: Path, descriptor: str) -> Row:
    process = cost_of([sys.executable, "-m", "benchmarks.scripts_of_today", str(video), "--descriptor", descriptor])
    name = {"dlib": "scripts of today, dlib's own descriptor", "onnx": "the same with our descriptor"}[descriptor]
    outcome = Outcome.read(process.output)
    return Row(name, outcome, process, outcome.cpu_s, process.cpu_s)


def call_alone(video: Path, workers: int, repeat: int) -> Row:
    """What the assets call, without Dagster."""
    # The first time, models are loaded and code is read for the first time.
    options = ["--workers", str(workers), "--repeat", str(repeat + 1)]
    process = cost_of([sys.executable, "-m", "benchmarks.calls_alone", str(video), *options])
    outcome = Outcome.read(process.output)
    return Row(
        f"framecurate's calls alone, workers: {workers}", outcome, process, outcome.cpu_s if workers == 1 else None
    )


def run_command(videos: Sequence[Path], workers: int, repeat: int) -> Row:
    """The command, up to the candidates, in a new data folder each time."""
    rows = [_run_command(videos, workers) for _ in range(repeat)]
    return min(rows, key=lambda row: row.outcome.wall_s)


def _run_command(videos: Sequence[Path], workers: int) -> Row:
    with tempfile.TemporaryDirectory() as place:
        options = ["--data", place, "--workers", str(workers)]
        process = cost_of([sys.executable, "-m", "benchmarks.to_candidates", *options, *map(str, videos)])
        lake = Lake(DataFolder(Path(place)))
        candidates = lake.read_all(tables.FACE_CANDIDATES)
        frames, faces = (lake.read_all(table).height for table in (tables.SAMPLED_FRAMES, tables.DETECTED_FACES))
        people = people_among(candidates)
    outcome = Outcome(frames, faces, candidates.height, people, process.cpu_s, process.wall_s)
    return Row(f"framecurate run, workers: {workers}", outcome, process, whole_s=process.cpu_s)


def decoding_alone_s(video: Path) -> float:
    """CPU seconds of decoding what the samples need and nothing else."""
    decode = floor(video, "nearest", to_rgb=False)
    return least_cpu_s(lambda: sum(1 for _ in decode(video)), repeat=3)


def networks_alone_s(video: Path) -> float:
    """CPU seconds inside the networks, over all faces of the samples."""
    frames = (frame.image for frame in sample_frames(video, SamplingPolicy()))
    return sum(network.seconds for network in model_seconds(frames).values())
