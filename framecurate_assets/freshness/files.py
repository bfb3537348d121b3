"""Whether the files that a table names are there."""

from __future__ import annotations

from framecurate_assets.freshness.look import Look
from framecurate_assets.lake.tables import Table


def files_are_there(table: Table, look: Look, video_id: str | None = None) -> bool:
    """Whether every file that the rows name, if they name any, is there with its size, or was pruned."""
    missing = look.missing_files(table, video_id)
    if not missing or video_id is None:
        return not missing
    pruned = look.pruned_paths(video_id)
    return all(path in pruned and size is None for path, size in missing.items())
