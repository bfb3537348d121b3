"""What it costs to take 90 frames out of a video, beside what else people use, in CPU time of one run on one machine.

    python -m benchmarks.sampling [--heights 720 1080] [--seconds 30 180 600] [--key-every 60 150] [--keep FOLDER]

`clips.py` says what the clips show. Every method ends with 90 pictures, one in memory at a time. Ratios are what to
compare: times differ between machines. The threads of a method are counted, however many it takes. The last table is a
clip whose frames are uneven in time and carry their numbers: which frame was asked for, which one came.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np

from benchmarks.clips import write_clip
from benchmarks.machine import print_machine
from benchmarks.sampling_floor import floor, key_frames_only
from benchmarks.sampling_methods import (
    SAMPLES,
    Method,
    decord_by_number,
    ffmpeg_select,
    is_there,
    numbers,
    opencv_read_through,
    opencv_seek,
    ours,
    pyav_read_through,
    targets_s,
    torchcodec_by_time,
)
from framecurate_tests.video.clips import MILLISECOND, number_in, numbered_pictures
from framecurate_tests.video.clips import write_clip as write_numbered_clip

VARIABLE_FRAMES = 2700
VARIABLE_RATES = (30, 24, 60, 15, 30, 10)
"""Frames a second, in turns of 45 frames: as phones slow down in the dark, and screen recorders when nothing moves."""

BY_NUMBER = ("OpenCV, a seek a sample", "OpenCV, read through", "decord", "FFmpeg's select filter")
"""These ask for the n-th frame, the others for the one on the screen at a time."""


def main() -> None:
    arguments = _arguments()
    print_machine()
    for library in ("decord", "torchcodec"):
        print(f"{library} {version(library) if is_there(library) else 'is not installed: no comparison with it'}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for height in arguments.heights:
            for seconds in arguments.seconds:
                for key_every in arguments.key_every:
                    clip = folder / f"{height}p_{seconds:g}s_key{key_every}.mp4"
                    write_clip(clip, height * 16 // 9, height, seconds, key_every)
                    print(
                        f"\n{height}p, {seconds:g} s, a key frame every {key_every}, {clip.stat().st_size / 1e6:.0f} MB"
                    )
                    _compare_costs(clip, arguments.repeat)
        _compare_frames(folder)


def costs_ms(clip: Path, ways: Mapping[str, Method], repeat: int) -> dict[str, tuple[int, float]]:
    """The pictures that each way gave, and its CPU time in milliseconds: the least of `repeat` runs."""
    costs: dict[str, tuple[int, float]] = {}
    for _ in range(repeat):
        for name, take in ways.items():
            start = time.process_time()
            count = sum(1 for _ in take(clip))
            cpu_ms = (time.process_time() - start) * 1000
            costs[name] = count, min(cpu_ms, costs.get(name, (count, cpu_ms))[1])
    return costs


def _compare_costs(clip: Path, repeat: int) -> None:
    ways = _ways_to_sample() | {
        "floor of exact, not in RGB": floor(clip, "exact", to_rgb=False),
        "floor of exact": floor(clip, "exact", to_rgb=True),
        "floor of nearest": floor(clip, "nearest", to_rgb=True),
        "all key frames": key_frames_only,
    }
    costs = costs_ms(clip, ways, repeat)
    first_ms = next(iter(costs.values()))[1]
    print(f"{'':<28}{'frames':>8}{'CPU ms':>9}{'times the first':>17}{'times cheaper':>15}")
    for name, (count, cpu_ms) in costs.items():
        print(f"{name:<28}{count:>8}{cpu_ms:>9.0f}{cpu_ms / first_ms:>17.3f}{first_ms / cpu_ms:>15.1f}")
    print(f"exact costs {costs['exact'][1] / costs['floor of exact'][1]:.2f} times its floor", flush=True)


def _compare_frames(folder: Path) -> None:
    milliseconds = [1000 / VARIABLE_RATES[number // 45 % len(VARIABLE_RATES)] for number in range(VARIABLE_FRAMES)]
    pts = np.rint(np.cumsum([0.0, *milliseconds])).astype(int).tolist()
    clip = folder / "uneven.mp4"
    write_numbered_clip(clip, numbered_pictures(VARIABLE_FRAMES), pts=pts[:-1], time_base=MILLISECOND)
    times_s = np.array(pts[:-1]) / 1000
    # The encoder writes the thirtieth of a second that it was opened with as the length of the last frame.
    targets = targets_s(0.0, float(times_s[-1]) + 1 / 30)
    by_time = (np.searchsorted(times_s, targets, side="right") - 1).tolist()
    print(f"\n{VARIABLE_FRAMES} frames, {min(VARIABLE_RATES)} to {max(VARIABLE_RATES)} a second")
    print(f"{'':<28}{'asked by':>10}{'missing':>9}{'others':>8}{'frames off':>12}{'s off target':>14}")
    for name, take in _ways_to_sample().items():
        # The others ask by time as well, but for targets of their own: they take the clip to be longer or shorter.
        if name not in (*BY_NUMBER, "exact"):
            continue
        asked = numbers(VARIABLE_FRAMES) if name in BY_NUMBER else by_time
        # OpenCV gives nothing where it cannot find the frame.
        got = [
            (number_in(np.asarray(picture)), *of)
            for picture, *of in zip(take(clip), asked, by_time, strict=False)
            if picture is not None
        ]
        off = [abs(number - wanted) for number, wanted, _ in got]
        off_s = max(abs(times_s[number] - times_s[target]) for number, _, target in got)
        kind = "numbers" if name in BY_NUMBER else "times"
        print(f"{name:<28}{kind:>10}{SAMPLES - len(got):>9}{sum(n > 0 for n in off):>8}{max(off):>12}{off_s:>14.2f}")


def _ways_to_sample() -> dict[str, Method]:
    """What is compared, by name; the libraries that framecurate does not need only where they are installed."""
    ways = {
        "OpenCV, a seek a sample": opencv_seek,
        "OpenCV, read through": opencv_read_through,
        **({"decord": decord_by_number} if is_there("decord") else {}),
        **({"torchcodec": torchcodec_by_time} if is_there("torchcodec") else {}),
    }
    return ways | {
        "FFmpeg's select filter": ffmpeg_select,
        "PyAV, read through": pyav_read_through,
        "exact": ours("exact"),
        "nearest": ours("nearest"),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heights", type=int, nargs="+", default=[720], help="of the clips, px")
    parser.add_argument("--seconds", type=float, nargs="+", default=[180, 600], help="lengths of the clips")
    parser.add_argument("--key-every", type=int, nargs="+", default=[150], help="frames from a key frame to the next")
    parser.add_argument("--repeat", type=int, default=2, help="runs of which the cheapest counts")
    parser.add_argument("--keep", type=Path, help="folder for the clips, to use them again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
