"""From the sampled frames of a video to its faces, each measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.analyse import analyse_frames
from framecurate_assets.faces.emotion import EmotionModel
from framecurate_assets.faces.engine import FaceEngine
from framecurate_assets.faces.engines import EngineChoice, open_engine
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.tables import DETECTED_FACES
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.policy import DetectionPolicy
from framecurate_assets.timing import Stopwatch, added


@dataclass(frozen=True)
class Models:
    """Which models measure faces, and where their weights are."""

    choice: EngineChoice
    policy: DetectionPolicy
    root: Path
    """The folder of fetched weights."""

    def open(self) -> tuple[FaceEngine, EmotionModel]:
        """The models; those of the last call in this process are still open.

        Raises:
            FramecurateError: weights are missing or altered.
        """
        return _opened(self)

    def check(self) -> None:
        """Open them where this runs, so that what is wrong with them is known before a video is.

        Raises:
            FramecurateError: weights are missing or altered.
        """
        self.open()


@lru_cache(maxsize=1)
def _opened(models: Models) -> tuple[FaceEngine, EmotionModel]:
    return open_engine(models.choice, models.policy, models.root), EmotionModel()


@dataclass(frozen=True)
class FoundFaces:
    """Faces of some frames."""

    rows: pl.DataFrame
    """DETECTED_FACES."""
    seconds: dict[str, float]
    """What each step took."""


@dataclass(frozen=True)
class FindFaces:
    """Finds and measures the faces of one video; the pieces are frames that follow each other."""

    folder: DataFolder
    frames: pl.DataFrame
    """SAMPLED_FRAMES of the video."""
    models: Models

    def divide(self, parts: int) -> list[pl.DataFrame]:
        """As many frames for each piece."""
        frames = self.frames.select("frame_id", "video_id", "pts_s", "shot", "path")
        size = max(1, -(-frames.height // parts))
        return list(frames.iter_slices(size)) or [frames]

    def work(self, piece: pl.DataFrame) -> FoundFaces:
        """Look at some of the frames.

        Raises:
            FramecurateError: a frame cannot be read.
        """
        watch = Stopwatch()
        pictures = watch.each("read JPEG", map(self._read, piece["path"]))
        measured = analyse_frames(pictures, *self.models.open(), self.models.policy, watch)
        tables = [of_frame.table() for of_frame in measured]
        return FoundFaces(_rows(piece, tables) if tables else DETECTED_FACES.empty(), watch.seconds)

    def join(self, done: Sequence[FoundFaces]) -> FoundFaces:
        """All faces of the video."""
        return FoundFaces(pl.concat([part.rows for part in done]), added(part.seconds for part in done))

    def _read(self, path: str) -> RGBImage:
        return read_picture(self.folder.absolute(path))


def _rows(frames: pl.DataFrame, tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """DETECTED_FACES of some frames, of each of which there is a table of its faces."""
    counts = [table.height for table in tables]
    of_faces = frames.drop("path")[np.repeat(np.arange(len(counts)), counts)]
    numbers = pl.Series("number", [number for count in counts for number in range(count)], pl.Int64())
    rows = pl.concat([pl.concat(tables), of_faces, numbers.to_frame()], how="horizontal")
    return DETECTED_FACES.conform(rows.with_columns(face_id=pl.format("{}#{}", "frame_id", "number")))
