"""The faces that were found, as one picture."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.pictures.sheets import Tile, sheet_of_tiles, shrink

MOST_FACES = 200
"""More would be too small to see."""


def sheet_of_faces(faces: pl.DataFrame, lake: Lake) -> bytes:
    """The nearest faces as WebP, in their order, with distance and time below each.

    A face that the policy refused is cut out of its frame, and left out where the frame is gone.

    Args:
        faces: of a `Ranking`.
        lake: where the crops and frames are.
    """
    return sheet_of_tiles(list(_tiles(faces.head(MOST_FACES), lake)))


def _tiles(faces: pl.DataFrame, lake: Lake) -> Iterator[Tile]:
    for face in faces.iter_rows(named=True):
        picture = _picture(face["face_id"], face["video_id"], face["path"], lake)
        if picture is not None:
            yield Tile(shrink(picture), f"{face['distance']:.2f} {face['time']}")


def _picture(face_id: str, video_id: str, path: str | None, lake: Lake) -> RGBImage | None:
    if path is not None:
        return read_picture(lake.folder.absolute(path))
    face = lake.read(tables.DETECTED_FACES, video_id).filter(pl.col("face_id") == face_id)
    frames = lake.read(tables.SAMPLED_FRAMES, video_id).join(face, on="frame_id", how="semi")
    if frames.is_empty() or not lake.folder.absolute(frames["path"][0]).exists():
        return None
    frame = read_picture(lake.folder.absolute(frames["path"][0]))
    return crop_face(frame, face.select("x1", "y1", "x2", "y2").row(0))
