"""Temporal sequences as selection gets them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from framecurate_assets.lake.tables import TEMPORAL_SEQUENCES
from framecurate_tests.selection.faces import SCHEMA, faces

MORE = ("source", "picture", "label", "licence", "uploader", "video_sha256", "phash", "brightness", "sha256")


def sequence(
    person_id: str, video: str, times: Sequence[float], anchor: str, size: int = 1000, **values: Any
) -> pl.DataFrame:
    """The frames of a sequence at some seconds of a video, around a face."""
    rows = [{"video": video, "at": at, "n": "s0", "size": size, "person_id": person_id, **values} for at in times]
    frame = faces(rows).with_columns(
        position=pl.int_range(1, len(times) + 1, dtype=pl.Int32),
        anchor_face_id=pl.lit(anchor),
        distance=pl.lit(0.1, pl.Float32),
    )
    return frame.select(*TEMPORAL_SEQUENCES.schema, *[name for name in MORE if name in SCHEMA])
