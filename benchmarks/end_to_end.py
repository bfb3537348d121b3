"""From a file to its face candidates: the scripts that people use today, framecurate, and the floor.

    python -m benchmarks.end_to_end [VIDEO ...] [--keep FOLDER]

Without a VIDEO on clips that are made here (`clips.py`). Everything runs as a process of its own, on the same videos,
with the same models and thresholds. `models loaded` is CPU time from the opening of the file; `whole process` has the
start of Python and the loading of models in it, and for `framecurate run` Dagster, its checks and its worker processes.
The command is the real one, ended after the candidates (`to_candidates.py`). The floor is decoding just the frames that
our samples need (`sampling_floor.py`), and what is spent inside our neural networks (`model_time.py`). We also
store each frame and draw contact sheets, which the scripts do not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.clips import write_clip
from benchmarks.contenders import (
    Row,
    call_alone,
    decoding_alone_s,
    networks_alone_s,
    run_command,
    run_scripts,
)
from benchmarks.machine import print_machine

CLIPS = {
    "720p_30_s_key_frame_every_60": (1280, 720, 30, 60),
    "720p_3_min_key_frame_every_150": (1280, 720, 180, 150),
    "720p_10_min_key_frame_every_60": (1280, 720, 600, 60),
    "1080p_3_min_key_frame_every_150": (1920, 1080, 180, 150),
    "2160p_10_s_key_frame_every_60": (3840, 2160, 10, 60),
}
"""Width, height, seconds, and frames from a key frame to the next."""

SMALL_MB = 50
"""Processes below it are no workers: Python keeps account of shared resources in one of its own."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path, help="real videos; default: clips that are made here")
    parser.add_argument("--keep", type=Path, help="folder for the clips, to use them again")
    parser.add_argument("--repeat", type=int, default=2, help="runs of each, of which the least counts")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as temporary:
        videos = arguments.videos or make_clips(arguments.keep or Path(temporary))
        for video in videos:
            compare(video, arguments.repeat)
        if len(videos) > 1:
            print("\n### All of them in one run\n")
            print_rows([run_command(videos, workers, arguments.repeat) for workers in (1, 2)], None)


def make_clips(folder: Path) -> list[Path]:
    """The clips of `CLIPS`, as far as they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_clip(folder / f"{name}.mp4", *clip) for name, clip in CLIPS.items()]


def compare(video: Path, repeat: int) -> None:
    """Print the table of one video, and how far framecurate is from what it should reach."""
    print(f"\n### {video.stem.replace('_', ' ')}\n")
    today = run_scripts(video, "dlib", repeat)
    alone, shared = (call_alone(video, workers, repeat) for workers in (1, 2))
    command, commands = (run_command([video], workers, repeat) for workers in (1, 2))
    print_rows([today, run_scripts(video, "onnx", repeat), alone, shared, command, commands], today)
    decoding_s, networks_s = decoding_alone_s(video), networks_alone_s(video)
    bound = max(decoding_s, networks_s)
    print(f"\nThe floor: {decoding_s:.2f} s of CPU for decoding, {networks_s:.2f} s inside the networks.")
    print(
        f"On two cores the wall time is {shared.outcome.wall_s / bound:.2f} times the larger of the two for the calls "
        f"alone, {commands.outcome.wall_s / bound:.2f} times for the command."
    )
    print("\n| step of the calls alone, one worker | s | share |\n| --- | --- | --- |")
    steps = sorted(alone.outcome.steps.items(), key=lambda step: -step[1])
    rest = alone.outcome.wall_s - sum(alone.outcome.steps.values())
    for name, seconds in [*steps, ("what is not measured", rest)]:
        print(f"| {name} | {seconds:.2f} | {seconds / alone.outcome.wall_s:.0%} |", flush=True)


def print_rows(rows: Sequence[Row], today: Row | None) -> None:
    """A table in Markdown; ratios are to `today`."""
    print("| | frames | faces | candidates | people | CPU s, models loaded | CPU s, whole process | wall s | peak MB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        outcome, process = row.outcome, row.process
        found = f"{outcome.frames} | {outcome.faces} | {outcome.candidates} | {outcome.people}"
        loaded = _with_ratio(row.loaded_s, today.loaded_s if today else None)
        whole = _with_ratio(row.whole_s, today.whole_s if today else None)
        workers = f", worker {process.worker_peak_mb:.0f}" if process.worker_peak_mb > SMALL_MB else ""
        print(f"| {row.name} | {found} | {loaded} | {whole} | {outcome.wall_s:.1f} | {process.peak_mb:.0f}{workers} |")
    sys.stdout.flush()


def _with_ratio(seconds: float | None, of_today: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} ({of_today / seconds:.1f}x)" if of_today else f"{seconds:.1f}"


if __name__ == "__main__":
    main()
