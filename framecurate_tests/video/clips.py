"""Real video files for tests, in which every frame carries its number as a row of black and white blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import PictureType

from framecurate_assets.arrays import RGBImage

BITS = 12
BLOCK_PX = 16
WIDTH, HEIGHT = 256, 144

MILLISECOND = Fraction(1, 1000)


def numbered_pictures(count: int, width: int = WIDTH, height: int = HEIGHT) -> Iterable[RGBImage]:
    """Pictures 0, 1, …: something moves over a gradient, and the row in the middle is the number in binary."""
    for number in range(count):
        picture = np.zeros((height, width, 3), dtype=np.uint8)
        picture[:] = np.linspace(40, 160, width, dtype=np.uint8)[None, :, None]
        left = (number * 3) % (width - 20)
        picture[height - 24 : height - 4, left : left + 20] = (220, 180, 40)
        for bit in range(BITS):
            block = picture[height // 2 : height // 2 + BLOCK_PX, bit * BLOCK_PX : (bit + 1) * BLOCK_PX]
            block[:] = 255 if number >> bit & 1 else 0
        yield picture


def number_in(picture: RGBImage) -> int:
    """The number that a picture of `numbered_pictures` carries."""
    row = picture[picture.shape[0] // 2 + 4 : picture.shape[0] // 2 + 12]
    return sum(1 << bit for bit in range(BITS) if row[:, bit * BLOCK_PX + 4 : (bit + 1) * BLOCK_PX - 4].mean() > 128)


def write_clip(
    path: Path,
    pictures: Iterable[RGBImage],
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    pts: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 30),
    container: str | None = None,
    container_options: dict[str, str] | None = None,
    display: tuple[float, bool, bool] | None = None,
    sound: bool = False,
    forced_keys: Collection[int] = (),
    **stream_settings: Any,
) -> Path:
    """Encode pictures; without `pts` at 30 a second, with key frames every 20 frames and B-frames.

    `display` is what the file says of its orientation: counter-clockwise degrees, mirrored left-right, top-bottom.
    `forced_keys` are the numbers of pictures that become key frames whatever the encoder thinks.
    """
    defaults = {"preset": "ultrafast", "bf": "2", "g": "20", "sc_threshold": "0"} if codec == "libx264" else {"g": "20"}
    with av.open(path, "w", format=container, options=container_options or {}) as file:
        stream = file.add_stream(codec, rate=30, options=defaults | (options or {}))
        assert isinstance(stream, av.VideoStream)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = time_base
        if display:
            stream.set_display_rotation(*display)
        for name, value in stream_settings.items():
            setattr(stream.codec_context, name, value)
        audio = file.add_stream("aac", rate=44_100) if sound else None
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number if pts is None else pts[number]
            frame.time_base = time_base
            if number in forced_keys:
                frame.pict_type = PictureType.I
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
        if audio:
            write_silence(file, audio)
    return path


def write_silence(file: Any, stream: Any, seconds: float = 1.0) -> None:
    """Encode silence into an open file."""
    for start in range(0, int(44_100 * seconds), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 44_100, start, Fraction(1, 44_100)
        file.mux(stream.encode(frame))
    file.mux(stream.encode())
