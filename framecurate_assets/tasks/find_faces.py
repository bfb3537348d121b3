"""From the sampled frames of a video to its faces, each measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.analyse import analyse_frames
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.tables import DETECTED_FACES
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.tasks.models import Models
from framecurate_assets.timing import Stopwatch, added


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
