"""Real H.264 clips of real faces, made by moving a camera over two pictures.

The pictures lie in packages that framecurate needs anyway: the six people of insightface's sample picture and
scikit-image's astronaut (Eileen Collins, NASA, public domain).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import cos, pi, radians, sin
from pathlib import Path

import av
import cv2
import numpy as np

from framecurate_assets.arrays import RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import UNFINISHED
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.resources import Progress

FRAMES_PER_SECOND = 20
KEY_FRAME_EVERY = 40

GROUP = ("insightface", "data/images/t1.jpg")
ASTRONAUT = ("skimage", "data/astronaut.png")


@dataclass(frozen=True)
class View:
    """Where the camera looks at a second of the clip."""

    at_s: float
    x: float
    """Centre of the view in the picture, 0 (left) to 1."""
    y: float
    """The same from the top."""
    width: float
    """Part of the picture's width that the view shows."""


@dataclass(frozen=True)
class Clip:
    """One clip: a picture and the views that the camera passes through."""

    name: str
    picture: tuple[str, str]
    """Package, and the file in it."""
    size: tuple[int, int]
    """Width and height, px."""
    views: Sequence[View]


CLIPS = (
    Clip(
        "six_people_panned",
        GROUP,
        (1280, 720),
        (
            View(0, 0.30, 0.36, 0.52),
            View(5, 0.52, 0.38, 0.48),
            View(10, 0.74, 0.36, 0.50),
            View(15, 0.40, 0.40, 0.62),
            View(18, 0.52, 0.40, 0.78),
        ),
    ),
    Clip(
        "six_people_close",
        GROUP,
        (1280, 720),
        (
            View(0, 0.14, 0.36, 0.28),
            View(4, 0.26, 0.27, 0.30),
            View(8, 0.42, 0.40, 0.30),
            View(12, 0.64, 0.46, 0.28),
            View(16, 0.76, 0.20, 0.34),
            View(20, 0.90, 0.38, 0.28),
        ),
    ),
    Clip(
        "astronaut_zoomed",
        ASTRONAUT,
        (1280, 720),
        (View(0, 0.45, 0.28, 0.95), View(6, 0.44, 0.24, 0.60), View(12, 0.47, 0.26, 0.80)),
    ),
    Clip(
        "astronaut_480p",
        ASTRONAUT,
        (854, 480),
        (View(0, 0.45, 0.28, 0.95), View(5, 0.44, 0.24, 0.60)),
    ),
)
"""Three clips that are good enough and one that has to be refused."""

SWAY_DEGREES = 9.0
"""A hand-held camera turns by so much to either side: pictures of one face then differ."""

LIGHT_SWING = 0.2
"""Brightness changes by so much to either side, as when clouds pass."""


def make_clips(place: Path, progress: Progress, clips: Sequence[Clip] = CLIPS) -> list[Path]:
    """Encode the clips that are not there yet; returns all their paths.

    Raises:
        FramecurateError: a package that carries a picture is not installed.
    """
    place.mkdir(parents=True, exist_ok=True)
    paths = {clip.name: place / f"{clip.name}.mp4" for clip in clips}
    missing = {clip.name: clip for clip in clips if not paths[clip.name].exists()}
    for name in progress.track("demo_clips", list(missing)):
        unfinished = place / f".{name}{UNFINISHED}"
        _encode(missing[name], unfinished)
        unfinished.replace(paths[name])
    return list(paths.values())


def _encode(clip: Clip, path: Path) -> None:
    picture = _read(clip.picture)
    frame_count = round(clip.views[-1].at_s * FRAMES_PER_SECOND)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
        stream.width, stream.height = clip.size
        stream.pix_fmt = "yuv420p"
        stream.gop_size = KEY_FRAME_EVERY
        stream.options = {"preset": "superfast", "crf": "20"}
        for index in range(frame_count):
            shown = av.VideoFrame.from_ndarray(_render(clip, picture, index / FRAMES_PER_SECOND), format="rgb24")
            container.mux(stream.encode(shown))
        container.mux(stream.encode())


def _render(clip: Clip, picture: RGBImage, time_s: float) -> RGBImage:
    """What the camera sees: the view of that second, swaying, in changing light."""
    width, height = clip.size
    view = _between(clip.views, time_s)
    scale = width / (view.width * picture.shape[1])
    turn = radians(SWAY_DEGREES) * sin(2 * pi * time_s / 5.3)
    cosine, sine = scale * cos(turn), scale * sin(turn)
    x, y = view.x * picture.shape[1], view.y * picture.shape[0]
    camera = np.array(
        [
            [cosine, -sine, width / 2 - cosine * x + sine * y],
            [sine, cosine, height / 2 - sine * x - cosine * y],
        ]
    )
    seen = cv2.warpAffine(picture, camera, clip.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    light = 0.9 + LIGHT_SWING * sin(2 * pi * time_s / 7.9)
    return np.asarray(cv2.convertScaleAbs(seen, alpha=light), dtype=np.uint8)


def _between(views: Sequence[View], time_s: float) -> View:
    times = [view.at_s for view in views]
    x, y, width = (
        float(np.interp(time_s, times, [getattr(view, name) for view in views])) for name in ("x", "y", "width")
    )
    return View(time_s, x, y, width)


def _read(picture: tuple[str, str]) -> RGBImage:
    package, file = picture
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FramecurateError(f"The package {package} is missing", "`make demo` installs it")
    return read_picture(Path(spec.submodule_search_locations[0]) / file)
