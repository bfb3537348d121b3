"""What it costs to take 90 frames out of a video, beside OpenCV, in CPU time of one run on one machine.

    python -m benchmarks.sampling [--minutes 3 10] [--keep FOLDER]

The clips are made here: 1280x720 H.264 at 30 frames a second as x264 writes it by default (three B-frames, of which
others refer to some), a key frame every 150 frames, a camera that pans and zooms over soft textures, a moving disc,
grain. Half a minute is encoded, and repeated to the length asked for, which is all the same to a decoder.
Every method ends with 90 pictures in memory, in RGB (ours) or BGR (OpenCV's). Ratios are what to compare: times
differ between machines, and OpenCV decodes on several threads, whose time is counted too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from framecurate_assets.arrays import RGBImage
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.sampling import sample_frames

WIDTH, HEIGHT, FPS, KEY_EVERY = 1280, 720, 30, 150
ENCODED_S = 30
SAMPLES = 90

Method = Callable[[Path], int]
"""Takes the samples of a clip and returns how many it got."""


def main() -> None:
    arguments = _arguments()
    print(f"PyAV {av.__version__}, OpenCV {cv2.__version__}, NumPy {np.__version__}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "part.mp4"
        if not part.exists():
            _encode(part)
        for minutes in arguments.minutes:
            clip = folder / f"{minutes}_minutes.mp4"
            if not clip.exists():
                _repeat(part, clip, round(minutes * 60 / ENCODED_S))
            _compare(clip, minutes)


def _compare(clip: Path, minutes: float) -> None:
    methods: dict[str, Method] = {
        "OpenCV, a seek a sample": _opencv_seek,
        "OpenCV, read through": _opencv_sequential,
        "exact": lambda path: _ours(path, SamplingPolicy(mode="exact")),
        "nearest": lambda path: _ours(path, SamplingPolicy(mode="nearest")),
    }
    if not cv2.VideoCapture(str(clip)).isOpened():
        print("This build of OpenCV does not read H.264: no comparison with it")
        methods = {name: method for name, method in methods.items() if not name.startswith("OpenCV")}
    print(f"\n{minutes:g} minutes, {clip.stat().st_size / 1e6:.0f} MB")
    print(f"{'method':<26}{'frames':>8}{'CPU ms':>9}{'times the first':>17}{'times cheaper':>15}")
    first_ms = 0.0
    for name, method in methods.items():
        start = time.process_time()
        taken = method(clip)
        cpu_ms = (time.process_time() - start) * 1000
        first_ms = first_ms or cpu_ms
        print(f"{name:<26}{taken:>8}{cpu_ms:>9.0f}{cpu_ms / first_ms:>17.3f}{first_ms / cpu_ms:>15.1f}")


def _ours(clip: Path, policy: SamplingPolicy) -> int:
    return sum(1 for _ in sample_frames(clip, policy))


def _opencv_seek(clip: Path) -> int:
    capture, taken = cv2.VideoCapture(str(clip)), 0
    for number in _targets(capture):
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        taken += capture.read()[0]
    return taken


def _opencv_sequential(clip: Path) -> int:
    capture, taken = cv2.VideoCapture(str(clip)), 0
    targets = set(_targets(capture))
    for number in range(max(targets) + 1):
        capture.grab()
        if number in targets:
            taken += capture.retrieve()[0]
    return taken


def _targets(capture: cv2.VideoCapture) -> list[int]:
    count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    return [int((sample + 0.5) * count / SAMPLES) for sample in range(SAMPLES)]


def _encode(path: Path) -> None:
    with av.open(path, "w") as file:
        stream = file.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "g": str(KEY_EVERY), "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number, picture in enumerate(_pictures(ENCODED_S * FPS)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())


def _pictures(count: int) -> Iterator[RGBImage]:
    random = np.random.default_rng(0)
    noise = random.normal(size=(HEIGHT // 2 + 100, WIDTH // 2 + 300, 3)).astype(np.float32)
    soft = sum((cv2.GaussianBlur(noise, (0, 0), radius) * radius for radius in (1, 5, 20, 60)), np.zeros_like(noise))
    soft = cv2.resize((soft - soft.min()) / (soft.max() - soft.min()) * 255, None, fx=2, fy=2)
    scene = np.asarray(soft, dtype=np.uint8)
    grain = random.integers(-4, 5, (HEIGHT + 64, WIDTH + 64, 1), dtype=np.int16)
    for number in range(count):
        zoom = 1.15 + 0.1 * np.sin(number / 70)
        left, top = 250 * (1 + np.sin(number / 90)), 80 * (1 + np.sin(number / 53))
        view = np.array([[zoom, 0, -zoom * left], [0, zoom, -zoom * top]], dtype=np.float32)
        picture = cv2.warpAffine(scene, view, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        centre = (int(WIDTH * (0.5 + 0.3 * np.sin(number / 40))), int(HEIGHT * (0.5 + 0.25 * np.cos(number / 31))))
        cv2.circle(picture, centre, 90, (200, 150, 120), -1)
        y, x = random.integers(0, 64, 2)
        yield np.clip(picture + grain[y : y + HEIGHT, x : x + WIDTH], 0, 255).astype(np.uint8)


def _repeat(part: Path, path: Path, times: int) -> None:
    with av.open(part) as source, av.open(path, "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for repetition in range(times):
            source.seek(0)
            for packet in source.demux(stream):
                if packet.pts is not None and packet.dts is not None and stream.duration:
                    packet.pts += repetition * stream.duration
                    packet.dts += repetition * stream.duration
                    packet.stream = copy
                    target.mux(packet)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, nargs="+", default=[3, 10], help="lengths of the clips")
    parser.add_argument("--keep", type=Path, help="folder for the clips, to use them again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
