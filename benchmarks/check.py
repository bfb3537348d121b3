"""Whether framecurate still finds what it found, and is about as quick: a small fixed set against recorded figures.

    python -m benchmarks.check [--keep FOLDER]      # exit code 1 if something is worse
    python -m benchmarks.check --record             # write recorded.json anew

Clips are made here, always the same. Counts must be as recorded, with one worker and with two. They rest on the
versions that the lock files pin (x264 comes inside PyAV) and on how the processor rounds; where these are others, the
end says so. Ratios are between two measurements of this run and must reach 0.8 of the recorded ones; no seconds are
compared. It takes some minutes of a machine that does little else: fit for the night, not for each change.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.clips import write_clip
from benchmarks.cost import cost_of
from benchmarks.machine import machine, print_machine, versions
from benchmarks.ratios import all_ratios
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake

RECORDED = Path(__file__).with_name("recorded.json")

ENOUGH = 0.8
"""Part of a recorded ratio that has to be reached."""

CLIPS = {"720p_30_s": (1280, 720, 30, 60), "1080p_10_s": (1920, 1080, 10, 60)}
"""Whose contents are counted: width, height, seconds, and frames from a key frame to the next."""

LONG_CLIP = (1280, 720, 180, 150)
"""What sampling is measured on."""

COMMAND = (sys.executable, "-c", "from framecurate_assets.cli import main; main()")
"""The `framecurate` of this Python."""

Counts = dict[str, dict[str, int]]
"""What was found, by video; `all` has the people."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write what is measured into recorded.json")
    parser.add_argument("--keep", type=Path, help="folder for the clips, to use them again")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as temporary:
        counts, ratios = measure(arguments.keep or Path(temporary))
    if arguments.record:
        _record(counts, ratios)
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    if recorded["ratios"].keys() != ratios.keys():
        raise SystemExit(f"Other ratios are measured than {RECORDED.name} has: record them with --record")
    lines = [*_counts_compared(recorded["counts"], counts), *_ratios_compared(recorded["ratios"], ratios)]
    print("| | recorded | now | |\n| --- | --- | --- | --- |")
    for name, then, now, is_good in lines:
        print(f"| {name} | {then} | {now} | {'' if is_good else 'WORSE'} |")
    print(f"\nRecorded on {recorded['machine']} with {', '.join(recorded['versions'])}.")
    if (recorded["machine"], recorded["versions"]) != (machine(), list(versions())):
        print("This is another machine, or has other versions: for that alone ratios differ, and a face that lies just")
        print("at a threshold may fall on its other side. `make` installs the pinned versions; `--record` starts anew.")
    sys.exit(not all(is_good for *_, is_good in lines))


def measure(folder: Path) -> tuple[list[Counts], dict[str, float]]:
    """What is found with one worker and with two, and all ratios; clips that are not in the folder are made."""
    folder.mkdir(parents=True, exist_ok=True)
    clips = {name: write_clip(folder / f"{name}.mp4", *clip) for name, clip in CLIPS.items()}
    counts = [counts_of(list(clips.values()), workers) for workers in (1, 2)]
    return counts, all_ratios(clips["720p_30_s"], write_clip(folder / "720p_3_min.mp4", *LONG_CLIP))


def counts_of(clips: Sequence[Path], workers: int) -> Counts:
    """What the real command finds in the clips, in a new data folder."""
    with tempfile.TemporaryDirectory() as place:
        cost_of([*COMMAND, "run", "--data", place, "--workers", str(workers), *map(str, clips)])
        lake = Lake(DataFolder(Path(place)))
        sources = lake.read_all(tables.RAW_VIDEOS).select(
            "video_id", clip=pl.col("source").map_elements(_stem, pl.String)
        )
        counts: Counts = {clip.stem: {} for clip in clips}
        for name, table in (
            ("frames", tables.SAMPLED_FRAMES),
            ("faces", tables.DETECTED_FACES),
            ("candidates", tables.FACE_CANDIDATES),
        ):
            found = lake.read_all(table).join(sources, on="video_id")
            for clip, of_clip in counts.items():
                of_clip[name] = found.filter(pl.col("clip") == clip).height
        people = lake.read(tables.IDENTITY_CLUSTERS)["person_id"].drop_nulls().n_unique()
        return {**counts, "all": {"people": people}}


def _stem(source: str) -> str:
    return Path(source).stem


def _counts_compared(recorded: Counts, now: Sequence[Counts]) -> list[tuple[str, Any, Any, bool]]:
    return [
        (
            f"{clip}: {name}",
            expected,
            " and ".join(dict.fromkeys(str(found[clip][name]) for found in now)),
            all(found[clip][name] == expected for found in now),
        )
        for clip, of_clip in recorded.items()
        for name, expected in of_clip.items()
    ]


def _ratios_compared(recorded: dict[str, float], now: dict[str, float]) -> list[tuple[str, Any, Any, bool]]:
    return [
        (f"{name}, at least {ENOUGH * ratio:.2f}", f"{ratio:.2f}", f"{now[name]:.2f}", now[name] >= ENOUGH * ratio)
        for name, ratio in recorded.items()
    ]


def _record(counts: Sequence[Counts], ratios: dict[str, float]) -> None:
    if counts[0] != counts[1]:
        raise SystemExit(f"One worker and two do not find the same: {counts[0]}, {counts[1]}")
    content = {
        "machine": machine(),
        "versions": list(versions()),
        "counts": counts[0],
        "ratios": {name: round(ratio, 2) for name, ratio in ratios.items()},
    }
    RECORDED.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
