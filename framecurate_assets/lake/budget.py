"""What the pictures of candidates have cost so far."""

from __future__ import annotations

from framecurate_assets.lake.catalog import connect
from framecurate_assets.lake.lake import Lake


def candidate_bytes_by_video(lake: Lake) -> dict[str, int]:
    """Bytes of the candidate crops of every video that has any."""
    with connect(lake.folder, names=["face_candidates"]) as connection:
        rows = connection.execute(
            "SELECT video_id, sum(bytes)::BIGINT FROM face_candidates GROUP BY video_id"
        ).fetchall()
    return dict(rows)
