"""What a lake of many videos costs: finding what is stale, checks, questions, and other thresholds for all faces.

    python -m benchmarks.large_lake [--videos N] [--folder DIR]

The lake is made up (`made_up_lake.py`): 90 frames and 50 faces a video, all files there, a few bytes each. The issue
asks of 1 000 videos and 50 000 faces: another threshold in under 3 s of our own time, all checks in under 1 s,
`framecurate sql` in under 0.5 s.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.made_up_lake import make_up_lake
from framecurate_assets.assets.describe import RUN_SIZE
from framecurate_assets.checks.read import read_checks
from framecurate_assets.checks.run import run_checks
from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.freshness.stale import anything_is_stale
from framecurate_assets.lake import tables
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.files import replaced_folder
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import Policy
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.stages import FACE_CANDIDATES
from framecurate_assets.summary import summarise
from framecurate_assets.tasks.choose_candidates import CROPPED_FROM, Choice, choose_candidates

COMMANDS = {
    "--help": [],
    "sql, a question that needs no table": ["SELECT 1"],
    "sql, one table": ["SELECT count(*) FROM face_candidates"],
    "status": [],
    "run, nothing to do": [],
}
"""Arguments after the command, which is the first word; `--data` is added."""

REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--videos", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    arguments = parser.parse_args()
    with TemporaryDirectory(dir=arguments.folder) as place:
        folder = DataFolder(Path(place) / "data")
        with _measured() as took:
            make_up_lake(folder, arguments.videos)
        print(f"{arguments.videos} videos, made up in {took[1]:.0f} s; the least of {REPEATS} times\n")
        print("| what | s of wall time | s of processor time |\n| --- | --- | --- |")
        for name, rest in COMMANDS.items():
            _print(f"`framecurate {name}`", lambda name=name, rest=rest: _command(name, rest, folder))  # type: ignore[misc]
        _print("finding what is stale", lambda: _find_stale(folder))
        _print("all checks", lambda: _check(folder))
        _print("summary", lambda: summarise(folder))
        _judge_again(folder)


def _find_stale(folder: DataFolder) -> None:
    inputs = Inputs(Lake(folder), Policy(), all_sources(folder).sources, pinned_engine(folder) or "")
    if anything_is_stale(inputs):
        raise SystemExit("Something is stale in the made-up lake")


def _check(folder: DataFolder) -> None:
    checks = [check for check in read_checks() if not check.per_video]
    failed = [check.name for check, (finding,) in run_checks(checks, folder, Policy()) if not finding.passed]
    if failed:
        raise SystemExit(f"Checks failed: {', '.join(failed)}")


def _judge_again(folder: DataFolder) -> None:
    """What the asset does to judge all videos by a stricter yaw, run by run, but for Dagster and contact sheets."""
    lake = Lake(folder)
    policy = Policy.model_validate({"candidates": {"max_yaw": 25.0}})
    video_ids = lake.video_ids(tables.DETECTED_FACES)
    before = lake.read_all(tables.FACE_CANDIDATES, columns=("face_id",)).height

    def write(choice: Choice) -> int:
        with replaced_folder(folder.faces(choice.video_id)) as writing:
            crops = choice.task(writing).work(choice.accepted)
        lake.write(tables.FACE_VERDICTS, choice.verdicts, choice.video_id)
        made_from = FACE_CANDIDATES.made_from(lake, policy, choice.video_id)
        facts = {CROPPED_FROM: choice.cropped_from}
        lake.write(tables.FACE_CANDIDATES, crops.rows, choice.video_id, made_from=made_from, facts=facts)
        return crops.rows.height

    with _measured() as judging:
        choices = [
            choice
            for start in range(0, len(video_ids), RUN_SIZE)
            for choice in choose_candidates(lake, video_ids[start : start + RUN_SIZE], policy.candidates).values()
        ]
    with _measured() as writing, ThreadPoolExecutor(2) as threads:
        after = sum(threads.map(write, [choice for choice in choices if isinstance(choice, Choice)]))
    parts = {"reading and judging": judging, "linking crops, writing two tables a video": writing}
    parts["another threshold, all faces"] = [sum(times) for times in zip(*parts.values(), strict=True)]
    for name, (wall, processor) in parts.items():
        print(f"| {name} | {wall:.2f} | {processor:.2f} |")
    print(f"\n{before} candidates before, {after} after")


def _command(name: str, rest: list[str], folder: DataFolder) -> None:
    command = name.split(",")[0]
    data = [] if command.startswith("-") else ["--data", str(folder.root)]
    program = "from framecurate_assets.cli import main; main()"
    subprocess.run([sys.executable, "-c", program, command, *data, *rest], check=True, capture_output=True)


def _print(name: str, function: Callable[[], object]) -> None:
    times = []
    for _ in range(REPEATS):
        with _measured() as took:
            function()
        times.append(took)
    wall, processor = (min(column) for column in zip(*times, strict=True))
    print(f"| {name} | {wall:.2f} | {processor:.2f} |", flush=True)


@contextmanager
def _measured() -> Iterator[list[float]]:
    """Wall time and processor time, s, of this process and of those that it started."""
    took: list[float] = []
    wall, processor = time.perf_counter(), _processor_s()
    yield took
    took += [time.perf_counter() - wall, _processor_s() - processor]


def _processor_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
