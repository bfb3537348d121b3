"""Which cuts are found, and what it costs: from the samples alone, with the encoder's key frames, and frame by frame.

    python -m benchmarks.shots [--shots 40] [--keep FOLDER]

A film is cut together here from the clips in ../shared/media (or, where they are not, from the demo's moving cameras):
shots of 1.5 to 6 s, each from a random place at a random zoom; four in ten cuts stay in the clip (a jump, or a view
from nearer), the others go to another one. It is encoded with x264 as it is by default, with a key frame at least every
60 frames, and with scene-cut detection off. `samples` is what was done before key frames counted; `sampled` and `full`
are the two values of `sampling.shots`. A cut counts as found if the two samples around it are in different shots; for
`full` the table also says how many cuts were found to the frame. Cost is CPU time over that of sampling.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream

from framecurate_assets.arrays import RGBImage
from framecurate_assets.demo.clips import CLIPS, make_clips
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.resources import SilentProgress
from framecurate_assets.video.cuts import find_cuts, shots_between
from framecurate_assets.video.sampling import sample_frames
from framecurate_assets.video.shots import shot_feature, shot_numbers

MEDIA = Path(__file__).parents[2] / "shared" / "media"
WIDTH, HEIGHT, FPS = 640, 360, 25

ENCODINGS = {
    "x264 by default": {"preset": "veryfast"},
    "x264, key frame every 60": {"preset": "veryfast", "g": "60"},
    "no scene-cut detection": {"preset": "veryfast", "g": "50", "sc_threshold": "0"},
}


@dataclass(frozen=True)
class Shot:
    """A piece of a clip, and what of its frames is shown."""

    clip: Path
    start: int
    frames: int
    zoom: float
    x: float
    y: float


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        shots = _choose_shots(_clips(folder), arguments.shots)
        cuts = (np.cumsum([shot.frames for shot in shots])[:-1] / FPS).tolist()
        length_s = sum(shot.frames for shot in shots) / FPS
        print(f"{len(cuts)} cuts in {length_s:.0f} s of {WIDTH}x{HEIGHT}, a sample every {length_s / 90:.1f} s")
        header = ("encoder", "method", "found", "of", "false", "to the frame", "CPU s", "cost")
        print("{:<26}{:<10}{:>7}{:>5}{:>7}{:>14}{:>8}{:>8}".format(*header))
        films = {name: folder / f"{name.replace(' ', '_')}.mp4" for name in ENCODINGS}
        if not all(film.exists() for film in films.values()):
            _encode(films, shots)
        for name, film in films.items():
            _compare(name, film, cuts)


def _compare(name: str, path: Path, cuts: Sequence[float]) -> None:
    start = time.process_time()
    frames = [(frame.pts_s, frame.image, frame.follows_forced_key) for frame in sample_frames(path, SamplingPolicy())]
    sampling_s = time.process_time() - start
    start = time.process_time()
    features = [shot_feature(image) for _, image, _ in frames]
    times_s = [pts_s for pts_s, _, _ in frames]
    samples = shot_numbers(features, [False] * len(frames))
    sampled = shot_numbers(features, [forced for _, _, forced in frames])
    features_s = time.process_time() - start
    start = time.process_time()
    found = find_cuts(path)
    full_s = time.process_time() - start
    exact = sum(min(abs(cut - other) for other in [*found, -1.0]) < 0.5 / FPS for cut in cuts)
    for method, shots, cost_s, to_the_frame in (
        ("samples", samples, features_s, ""),
        ("sampled", sampled, features_s, ""),
        ("full", shots_between(found, times_s), full_s, f"{exact} of {len(cuts)}"),
    ):
        is_cut = [any(before < cut <= after for cut in cuts) for before, after in pairwise(times_s)]
        is_told = [before != after for before, after in pairwise(shots)]
        hits = sum(told and cut for told, cut in zip(is_told, is_cut, strict=True))
        values = (name, method, hits, sum(is_cut), sum(is_told) - hits, to_the_frame, cost_s, cost_s / sampling_s)
        print("{:<26}{:<10}{:>7}{:>5}{:>7}{:>14}{:>8.2f}{:>8.0%}".format(*values))


def _clips(folder: Path) -> list[Path]:
    clips = [path for path in sorted(MEDIA.glob("*.mp4")) if path.name != "hamilton.mp4"]  # that one has cuts itself
    return clips or make_clips(folder, SilentProgress(), CLIPS)


def _choose_shots(clips: Sequence[Path], count: int) -> list[Shot]:
    random = np.random.default_rng(3)
    lengths = {}
    for clip in clips:
        with av.open(clip) as file:
            lengths[clip] = file.streams.video[0].frames
    shots: list[Shot] = []
    while len(shots) < count:
        stays = bool(shots) and random.random() < 0.4
        clip = shots[-1].clip if stays else clips[int(random.integers(len(clips)))]
        frames = int(min(random.uniform(1.5, 6) * FPS, lengths[clip]))
        start = int(random.integers(lengths[clip] - frames + 1))
        shots.append(Shot(clip, start, frames, float(random.choice([1, 1.3, 1.7])), *random.uniform(0, 1, 2).tolist()))
    return shots


def _pictures(shots: Sequence[Shot]) -> Iterator[RGBImage]:
    for shot in shots:
        with av.open(shot.clip) as file:
            for number, frame in enumerate(file.decode(video=0)):
                if number >= shot.start + shot.frames:
                    break
                if number >= shot.start:
                    yield _view(np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8), shot)


def _view(picture: RGBImage, shot: Shot) -> RGBImage:
    scale = min(picture.shape[1] / WIDTH, picture.shape[0] / HEIGHT) / shot.zoom
    width, height = int(WIDTH * scale), int(HEIGHT * scale)
    left, top = int((picture.shape[1] - width) * shot.x), int((picture.shape[0] - height) * shot.y)
    part = picture[top : top + height, left : left + width]
    return np.asarray(cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _encode(films: Mapping[str, Path], shots: Sequence[Shot]) -> None:
    """The same pictures with every encoding, made once."""
    with ExitStack() as stack:
        streams = [
            _open_stream(stack.enter_context(av.open(film, "w")), ENCODINGS[name]) for name, film in films.items()
        ]
        for number, picture in enumerate(_pictures(shots)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            for file, stream in streams:
                file.mux(stream.encode(frame))
        for file, stream in streams:
            file.mux(stream.encode())


def _open_stream(file: OutputContainer, options: dict[str, str]) -> tuple[OutputContainer, VideoStream]:
    stream = file.add_stream("libx264", rate=FPS, options=options)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    return file, stream


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shots", type=int, default=40, help="shots that the film is cut from")
    parser.add_argument("--keep", type=Path, help="folder for the films, to use them again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
