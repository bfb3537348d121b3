"""Sampled frames as files and rows, of a video or of a set of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from framecurate_assets.lake.tables import SAMPLED_FRAMES
from framecurate_assets.pictures.files import encode_jpeg
from framecurate_assets.pictures.sheets import Tile, sheet_of_tiles
from framecurate_assets.timing import Stopwatch, added
from framecurate_assets.video.measure import measure_frame
from framecurate_assets.video.sampling import SampledFrame


@dataclass(frozen=True)
class FramesFolder:
    """Where the frames of a video are written, and where they will lie."""

    video_id: str
    writing: Path
    """The folder that takes the place of the frames folder when all is done."""
    path: str
    """The frames folder, as tables carry it."""


@dataclass(frozen=True)
class Sampled:
    """The sampled frames of a video."""

    rows: pl.DataFrame
    """SAMPLED_FRAMES."""
    sheet: bytes
    """A contact sheet, as WebP."""
    seconds: dict[str, float]
    """What each step took."""


def sampled_frames(
    rows: Sequence[dict[str, Any]], shots: Sequence[int], tiles: Sequence[Tile], seconds: dict[str, float]
) -> Sampled:
    """What is stored of some frames: rows without `shot`, the shot of each, what the sheet shows, and what it took."""
    watch = Stopwatch()
    with watch.measure("draw sheet"):
        sheet = sheet_of_tiles(tiles)
    frames = SAMPLED_FRAMES.from_rows([{**row, "shot": shot} for row, shot in zip(rows, shots, strict=True)])
    return Sampled(frames, sheet, added([seconds, watch.seconds]))


def write_frame(frame: SampledFrame, folder: FramesFolder, watch: Stopwatch) -> dict[str, Any]:
    """Measure a frame and write it as JPEG; its row of SAMPLED_FRAMES without `shot`."""
    pts_ms = round(frame.pts_s * 1000)
    height, width = frame.image.shape[:2]
    name = f"{pts_ms}.jpg"
    with watch.measure("measure frames"):
        measured = asdict(measure_frame(frame.image))
    with watch.measure("encode JPEG"):
        size = (folder.writing / name).write_bytes(encode_jpeg(frame.image))
    return {
        "frame_id": f"{folder.video_id}@{pts_ms}",
        "video_id": folder.video_id,
        "section": frame.section,
        "pts_s": frame.pts_s,
        "is_keyframe": frame.is_keyframe,
        "width": width,
        "height": height,
        "path": f"{folder.path}/{name}",
        "bytes": size,
        **measured,
    }
