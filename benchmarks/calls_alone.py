"""What framecurate does with a video up to its face candidates, without Dagster: the calls that the assets make.

    python -m benchmarks.calls_alone VIDEO [--workers N] [--repeat N]

The frames are stored and read again, the crops are written, and the contact sheets are drawn, as in a run. The last
line that it writes is the outcome as JSON: of the least of the repetitions, since the first one loads the models.
CPU seconds are of this process alone, where all is done if there is one worker.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import polars as pl

from benchmarks.outcome import Outcome, people_among
from framecurate_assets.compute.compute import Compute
from framecurate_assets.compute.here import compute_here
from framecurate_assets.faces.engines import choose_engine
from framecurate_assets.faces.judge import judge
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.policy import Policy
from framecurate_assets.tasks.crop_faces import CropFaces, Crops
from framecurate_assets.tasks.find_faces import FindFaces, FoundFaces
from framecurate_assets.tasks.frames import FramesFolder, Sampled
from framecurate_assets.tasks.models import Models
from framecurate_assets.tasks.sample_frames import SampleFrames
from framecurate_assets.tasks.task import carry_out
from framecurate_assets.timing import added

VIDEO_ID = "video"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    compute = compute_here(arguments.workers)
    try:
        outcomes = [_measure(arguments.video, compute) for _ in range(arguments.repeat)]
    finally:
        compute.close()
    min(outcomes, key=lambda outcome: outcome.wall_s).print()


def _measure(video: Path, compute: Compute) -> Outcome:
    with tempfile.TemporaryDirectory() as place:
        cpu, wall = time.process_time(), time.perf_counter()
        sampled, found, crops = _to_candidates(video, DataFolder(Path(place)), compute)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    counts = (sampled.rows.height, found.rows.height, crops.rows.height, people_among(crops.rows))
    return Outcome(*counts, cpu, wall, added([sampled.seconds, found.seconds, crops.seconds]))


def _to_candidates(video: Path, folder: DataFolder, compute: Compute) -> tuple[Sampled, FoundFaces, Crops]:
    policy = Policy()
    choice = choose_engine(policy.detection, folder.models, None)
    frames_folder, faces_folder = folder.frames(VIDEO_ID), folder.faces(VIDEO_ID)
    for place in (frames_folder, faces_folder):
        place.mkdir(parents=True)
    written = FramesFolder(VIDEO_ID, frames_folder, folder.relative(frames_folder))
    sampled = carry_out(SampleFrames(video, (None, None), policy.sampling, written), compute, compute.workers)
    models = Models(choice, policy.detection, folder.models)
    found = carry_out(FindFaces(folder, sampled.rows, models), compute, compute.workers)
    frames = sampled.rows.select("frame_id", "width", "height", frame_path="path")
    verdicts = judge(found.rows.join(frames, on="frame_id", maintain_order="left"), policy.candidates)
    passing = verdicts.filter(pl.col("reasons").list.len() == 0).select("face_id")
    accepted = found.rows.join(passing, on="face_id", maintain_order="left")
    accepted = accepted.join(frames.select("frame_id", "frame_path"), on="frame_id", maintain_order="left")
    crop_faces = CropFaces(folder, VIDEO_ID, accepted, frozenset(), keeps_sheet=False, writing=faces_folder)
    return sampled, found, carry_out(crop_faces, compute, compute.workers)


if __name__ == "__main__":
    main()
