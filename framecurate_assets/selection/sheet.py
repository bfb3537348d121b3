"""The contact sheet of a selection: people as rows of what was chosen of them."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.pictures.sheets import Row, Tile, sheet_of_rows, shrink

PEOPLE = 16
"""People on the sheet."""

HEADINGS = {"high_quality": "best frames", "temporal_sequence": "sequence"}


def selection_sheet(pictures: pl.DataFrame, folder: DataFolder) -> bytes:
    """As WebP: of each person the best frames with score, emotion and yaw, then the sequence with seconds.

    Args:
        pictures: columns person_id, person_name, kind, rank, path, composite, emotion, yaw, pitch, pts_s, split.
        folder: where the paths are.
    """
    rows = []
    for person_id in pictures["person_id"].unique(maintain_order=True).head(PEOPLE):
        for kind, heading in HEADINGS.items():
            of_kind = (pl.col("person_id") == person_id) & (pl.col("kind") == kind)
            chosen = pictures.filter(of_kind).sort("rank")
            tiles = [
                Tile(shrink(read_picture(folder.absolute(row["path"]))), _caption(row, kind))
                for row in chosen.iter_rows(named=True)
            ]
            if tiles:
                name = chosen["person_name"][0]
                who = f"{person_id} ({name})" if name else person_id
                rows.append(Row(tiles, f"{who}: {heading}{_validation(chosen)}"))
    return sheet_of_rows(rows)


def _caption(row: dict[str, object], kind: str) -> str:
    if kind == "temporal_sequence":
        return f"{row['pts_s']:.2f}s {row['emotion']}"
    return f"{row['composite']:.2f} {row['emotion']} {row['yaw']:+.0f}"


def _validation(chosen: pl.DataFrame) -> str:
    count = chosen.filter(pl.col("split") == "validation").height
    return f", {count} of {chosen.height} for validation" if count else ""
