"""What was erased on request."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.tables.table import TIMESTAMP, Table, column

SEALED_VIDEOS = Table(
    "sealed_videos",
    "video_id",
    (
        column("video_id", pl.String, "A video of which the frames that show an erased person are gone."),
        column("sealed_at", TIMESTAMP, "When."),
        column("frames_erased", pl.Int32, "Frames that went, all times together."),
        column("faces_erased", pl.Int32, "Detected faces that went with them, those of other people too."),
    ),
)
"""Videos whose file was erased because it shows an erased person: never fetched or sampled again."""


FORGOTTEN = Table(
    "forgotten",
    "digest",
    (
        column("digest", pl.String, "SHA-256 of 'framecurate:' and the id, 64 hex digits: the id itself is forgotten."),
        column("kind", pl.String, "video, frame, face or person."),
        column("forgotten_at", TIMESTAMP, "When."),
    ),
)
"""What was erased on request, so that it is not taken in again and a check can prove that nothing of it is left."""
