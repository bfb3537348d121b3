"""Which face engine a lake belongs to: descriptors of two engines never meet in one clustering."""

from __future__ import annotations

from framecurate_assets.lake.catalog import connect
from framecurate_assets.lake.folder import DataFolder


def pinned_engine(folder: DataFolder) -> str | None:
    """Name of the engine that wrote the lake's faces; null where there is none yet.

    Where two engines wrote, which an asset check reports, the first in the alphabet is named.
    """
    with connect(folder, names=["detected_faces"]) as connection:
        row = connection.execute("SELECT min(engine) FROM detected_faces").fetchone()
    return row[0] if row else None
