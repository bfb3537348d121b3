"""Rows as selection gets them: candidates with their person, their video's source, and their crop's hashes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from framecurate_assets.lake.tables import FACE_CANDIDATES, IDENTITY_CLUSTERS

SCHEMA: dict[str, pl.DataType] = {
    **FACE_CANDIDATES.schema,
    **IDENTITY_CLUSTERS.schema,
    "source": pl.String(),
    "picture": pl.String(),
    "label": pl.String(),
    "licence": pl.String(),
    "uploader": pl.String(),
    "video_sha256": pl.String(),
    "phash": pl.UInt64(),
    "brightness": pl.Float32(),
    "sha256": pl.String(),
}

DEFAULTS: dict[str, Any] = {
    "shot": 0,
    "x1": 10.0,
    "y1": 20.0,
    "x2": 210.0,
    "y2": 260.0,
    "face_px": 200.0,
    "face_ratio": 0.05,
    "det_score": 0.9,
    "landmarks": [float(number) for number in range(10)],
    "yaw": 0.0,
    "pitch": 0.0,
    "roll": 0.0,
    "sharpness": 300.0,
    "frontality": 0.9,
    "composite": 0.8,
    "emotion": "neutral",
    "emotion_scores": [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    "background_hash": 0,
    "embedding": None,
    "engine": "embedded",
    "person_id": "person_0001",
    "model_person_id": "person_0001",
    "similarity": 0.97,
    "is_core": True,
    "distance": 0.3,
    "rival_id": None,
    "rival_distance": None,
    "reason": None,
    "picture": None,
    "label": "happy",
    "licence": "CC BY 4.0",
    "uploader": None,
    "video_sha256": None,
    "brightness": 120.0,
}


def different_hash(number: int) -> int:
    """A hash that differs from those of other numbers in about half of its bits."""
    return int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=8).digest(), "big")


def crop(face_id: str, size: int) -> bytes:
    """What the crop of a face is in these tests: `size` bytes that no other face has."""
    return (face_id.encode() * (size // len(face_id) + 1))[:size]


def faces(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Faces from what is said of each: `video`, `at` (seconds), `n` (which face of the frame), `size` (bytes of its
    crop), and any column; the rest is the same for all, and each looks different."""
    complete = []
    for number, row in enumerate(rows):
        given = dict(row)
        video, at = given.pop("video", "v"), given.pop("at", float(number))
        frame_id = f"{video}@{round(at * 1000)}"
        face_id = f"{frame_id}#{given.pop('n', 0)}"
        size = given.pop("size", 1000)
        own = {
            "face_id": face_id,
            "frame_id": frame_id,
            "video_id": video,
            "pts_s": at,
            "track_id": f"{video}/{given.get('shot', 0)}/0",
            "source": f"https://example.org/{video}",
            "path": f"faces/{video}/{face_id}.jpg",
            "bytes": size,
            "phash": different_hash(number),
            "sha256": hashlib.sha256(crop(face_id, size)).hexdigest(),
        }
        complete.append({**DEFAULTS, **own, **given})
    return pl.DataFrame(complete, schema=SCHEMA)


def write_crops(frame: pl.DataFrame, data_folder: Path) -> None:
    """The crops of the faces, where their paths say."""
    for face_id, path, size in frame.select("face_id", "path", "bytes").iter_rows():
        place = data_folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(crop(face_id, size))
