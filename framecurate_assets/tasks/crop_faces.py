"""From the faces that pass the policy to their crops, as JPEG. A crop that is there already is not made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from framecurate_assets.faces.crops import crop_face
from framecurate_assets.lake.files import link_or_copy
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.tables import FACE_CANDIDATES
from framecurate_assets.pictures.files import encode_jpeg, read_picture, read_thumbnail
from framecurate_assets.pictures.sheets import Tile, sheet_of_tiles
from framecurate_assets.timing import Stopwatch, added

SHEET_FACES = 90
"""Faces on the contact sheet."""


@dataclass(frozen=True)
class Crops:
    """Candidates and their crops."""

    rows: pl.DataFrame
    """FACE_CANDIDATES."""
    reused: int
    """How many of the crops were there already."""
    sheet: bytes | None
    """A contact sheet, as WebP; None where there is no candidate, or the one that is there shows just these."""
    seconds: dict[str, float]
    """What each step took."""


@dataclass(frozen=True)
class CropFaces:
    """Cuts the accepted faces of one video out of its frames; the pieces are frames that follow each other."""

    folder: DataFolder
    video_id: str
    accepted: pl.DataFrame
    """DETECTED_FACES of the video that pass the policy, and `frame_path`, as tables carry paths."""
    former: frozenset[str]
    """Faces whose crops lie in the faces folder and would come out the same."""
    keeps_sheet: bool
    """Whether the stored contact sheet shows just these faces."""
    writing: Path
    """The folder that takes the place of the faces folder when all is done."""

    def divide(self, parts: int) -> list[pl.DataFrame]:
        """The faces of as many frames for each piece: a frame is read once."""
        frames = self.accepted["frame_path"].unique(maintain_order=True)
        size = max(1, -(-len(frames) // parts))
        chosen = [frames[start : start + size] for start in range(0, len(frames), size)]
        return [self.accepted.filter(pl.col("frame_path").is_in(some.implode())) for some in chosen] or [self.accepted]

    def work(self, piece: pl.DataFrame) -> Crops:
        """Write some of the crops.

        Raises:
            FramecurateError: a frame cannot be read.
        """
        watch = Stopwatch()
        stored, writing = self.folder.faces(self.video_id), self.writing
        reused = self.former.intersection(piece["face_id"])
        sizes = {face_id: link_or_copy(stored / _name(face_id), writing / _name(face_id)) for face_id in reused}
        new = piece.filter(~pl.col("face_id").is_in(list(reused))).select(
            "frame_path", "face_id", "x1", "y1", "x2", "y2"
        )
        for (frame_path,), faces in new.group_by("frame_path", maintain_order=True):
            with watch.measure("read JPEG"):
                picture = read_picture(self.folder.absolute(str(frame_path)))
            for face_id, *box in faces.drop("frame_path").iter_rows():
                with watch.measure("crop"):
                    crop = crop_face(picture, box)
                with watch.measure("encode JPEG"):
                    sizes[face_id] = (writing / _name(face_id)).write_bytes(encode_jpeg(crop))
        place = self.folder.relative(stored)
        rows = piece.with_columns(
            path=pl.Series([f"{place}/{_name(face_id)}" for face_id in piece["face_id"]], dtype=pl.String),
            bytes=pl.Series([sizes[face_id] for face_id in piece["face_id"]], dtype=pl.Int64),
        )
        return Crops(FACE_CANDIDATES.conform(rows), len(reused), None, watch.seconds)

    def join(self, done: Sequence[Crops]) -> Crops:
        """All candidates of the video, and their contact sheet."""
        watch = Stopwatch()
        rows = pl.concat([part.rows for part in done])
        sheet = None
        if rows.height and not self.keeps_sheet:
            with watch.measure("draw sheet"):
                sheet = self._draw(rows.head(SHEET_FACES))
        return Crops(
            rows, sum(part.reused for part in done), sheet, added([*(part.seconds for part in done), watch.seconds])
        )

    def _draw(self, rows: pl.DataFrame) -> bytes:
        return sheet_of_tiles(
            [
                Tile(read_thumbnail(self.writing / _name(face_id)), f"{composite:.2f} {emotion}")
                for face_id, composite, emotion in rows.select("face_id", "composite", "emotion").iter_rows()
            ]
        )


def _name(face_id: str) -> str:
    """What a crop's file is called."""
    return f"{face_id}.jpg"
