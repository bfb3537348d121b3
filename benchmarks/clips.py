"""H.264 clips for the benchmarks, made from photographs of real faces that installed packages carry.

Half a minute is encoded: a camera pans and zooms over the six people of insightface's sample picture and over
scikit-image's astronaut, with a cut every few seconds and some grain. Longer clips repeat it, packet for packet, which
is all the same to a decoder. The same arguments and versions give the same file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import RGBImage
from framecurate_assets.lake.files import UNFINISHED
from framecurate_assets.pictures.files import read_picture

FPS = 30
ENCODED_S = 30

GRAIN = 5
"""Grey values by which a pixel is off at most."""

SWAY_DEGREES = 5.0
"""A hand-held camera turns by so much to either side."""

GROUP = ("insightface", "data/images/t1.jpg")
ASTRONAUT = ("skimage", "data/astronaut.png")

X264 = {"preset": "veryfast", "crf": "23", "sc_threshold": "0", "threads": "1"}
"""What x264 writes differs with the number of its threads."""

View = tuple[float, float, float]
"""Centre of what the camera sees, from the left and from the top, and its width: parts of the picture's size."""


@dataclass(frozen=True)
class Shot:
    """The camera's way over one picture between two cuts."""

    picture: tuple[str, str]
    """Package, and the file in it."""
    seconds: float
    start: View
    end: View


SHOTS = (
    Shot(GROUP, 5.0, (0.30, 0.36, 0.50), (0.52, 0.38, 0.46)),
    Shot(ASTRONAUT, 3.2, (0.45, 0.28, 0.90), (0.44, 0.24, 0.62)),
    Shot(GROUP, 4.1, (0.14, 0.36, 0.28), (0.30, 0.30, 0.32)),
    Shot(GROUP, 2.6, (0.76, 0.24, 0.34), (0.88, 0.36, 0.28)),
    Shot(ASTRONAUT, 4.4, (0.42, 0.24, 0.55), (0.48, 0.28, 0.80)),
    Shot(GROUP, 3.7, (0.64, 0.44, 0.30), (0.42, 0.40, 0.34)),
    Shot(GROUP, 4.0, (0.52, 0.42, 0.78), (0.60, 0.38, 0.56)),
    Shot(GROUP, 3.0, (0.88, 0.38, 0.30), (0.70, 0.30, 0.40)),
)
"""Thirty seconds; faces are 100 px wide or more at 720p in most of it."""


def write_clip(path: Path, width: int, height: int, seconds: float, key_every: int, b_frames: int = 3) -> Path:
    """Write a clip of 30 frames a second as mp4; one that is there is left as it is.

    Args:
        path: where to; its folder exists.
        width: px, even.
        height: px, even.
        seconds: length; more than half a minute is rounded to a multiple of it.
        key_every: frames from a key frame to the next, cuts or not.
        b_frames: at most so many between two others; of three, one is a reference for the others.
    """
    if path.exists():
        return path
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    options = X264 | {"g": str(key_every), "bf": str(b_frames)}
    if seconds <= ENCODED_S:
        _encode(unfinished, width, height, round(seconds * FPS), options)
    else:
        part = path.with_name(f".{path.name}.part{UNFINISHED}")
        _encode(part, width, height, ENCODED_S * FPS, options)
        _repeat(part, unfinished, round(seconds / ENCODED_S))
        part.unlink()
    return unfinished.replace(path)


def _encode(path: Path, width: int, height: int, count: int, options: dict[str, str]) -> None:
    with av.open(str(path), "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, picture in enumerate(_pictures(width, height, count)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            file.mux(stream.encode(frame))
        file.mux(stream.encode())


def _repeat(part: Path, path: Path, times: int) -> None:
    with av.open(str(part), format="mp4") as source, av.open(str(path), "w", format="mp4") as target:
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


def _pictures(width: int, height: int, count: int) -> Iterator[RGBImage]:
    random = np.random.default_rng(0)
    grain = np.repeat(random.integers(0, 2 * GRAIN + 1, (height + 64, width + 64, 1), dtype=np.uint8), 3, axis=2)
    scenes = {shot.picture: _read(shot.picture) for shot in SHOTS}
    starts_s = np.cumsum([0.0, *(shot.seconds for shot in SHOTS)])
    for number in range(count):
        time_s = number / FPS
        index = int(np.searchsorted(starts_s, time_s, side="right")) - 1
        shot = SHOTS[index]
        camera = _camera(scenes[shot.picture], shot, time_s - float(starts_s[index]), width, height)
        seen = cv2.warpAffine(scenes[shot.picture], camera, (width, height), borderMode=cv2.BORDER_REFLECT)
        lit = cv2.convertScaleAbs(seen, alpha=0.95 + 0.1 * float(np.sin(time_s)), beta=-GRAIN)
        y, x = random.integers(0, 64, 2)
        yield np.asarray(cv2.add(lit, grain[y : y + height, x : x + width]), dtype=np.uint8)


def _camera(scene: RGBImage, shot: Shot, time_s: float, width: int, height: int) -> npt.NDArray[np.float64]:
    """The affine matrix, shape (2, 3), from points of the scene to points of the picture."""
    progress = time_s / shot.seconds
    x, y, part = (np.array(shot.start) * (1 - progress) + np.array(shot.end) * progress).tolist()
    turn = SWAY_DEGREES * float(np.sin(2 * np.pi * time_s / 5.3))
    centre = (x * scene.shape[1], y * scene.shape[0])
    camera = np.asarray(cv2.getRotationMatrix2D(centre, turn, width / (part * scene.shape[1])), dtype=np.float64)
    camera[:, 2] += (width / 2 - centre[0], height / 2 - centre[1])
    return camera


def _read(picture: tuple[str, str]) -> RGBImage:
    package, file = picture
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"The package {package} is missing: `make demo` installs it")
    return read_picture(Path(spec.submodule_search_locations[0]) / file)
