"""Whether the files that a table names are there."""

from __future__ import annotations

from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import pruned_paths
from framecurate_assets.lake.tables import Table


def files_are_there(table: Table, lake: Lake, video_id: str | None = None) -> bool:
    """Whether every file that the rows name, if they name any, is there with its size, or was pruned."""
    missing = missing_files(table, lake, video_id)
    if not missing or video_id is None:
        return not missing
    pruned = pruned_paths(lake, video_id)
    return all(path in pruned and size is None for path, size in missing.items())


def missing_files(table: Table, lake: Lake, video_id: str | None) -> dict[str, int | None]:
    """The files that the rows name and that are not as they were, and their size today; None: not there."""
    if "path" not in table.schema:
        return {}
    rows = lake.read(table, video_id).select("path", "bytes").drop_nulls()
    sizes = ((path, size, _size(lake, path)) for path, size in rows.iter_rows())
    return {path: found for path, size, found in sizes if found != size}


def _size(lake: Lake, path: str) -> int | None:
    try:
        return lake.folder.absolute(path).stat().st_size
    except FileNotFoundError:
        return None
