"""Synthetic people: descriptors whose distances are chosen, in frames whose order is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.lake.tables import FACE_CANDIDATES

DISTANCE = 0.52
SIZE = 128


@dataclass(frozen=True)
class Face:
    """A face of a test: who, where and when."""

    descriptor: FloatArray
    video: str = "v"
    at: float = 0.0
    x: float = 0.0
    shot: int = 0
    composite: float = 0.8
    sharpness: float | None = 300.0


def axis(number: int, size: int = SIZE) -> FloatArray:
    """The unit vector of one dimension."""
    vector = np.zeros(size, dtype=np.float32)
    vector[number] = 1
    return vector


def person(number: int, apart: float = 0.84, size: int = SIZE) -> FloatArray:
    """Centre of a person: all centres are `apart` from each other. Numbers below a quarter of `size`."""
    return np.asarray(axis(number, size) * apart / np.sqrt(2), dtype=np.float32)


def around(centre: FloatArray, count: int, within: float, seed: int = 0) -> list[FloatArray]:
    """Descriptors around a centre, about `within` from each other."""
    noise = np.random.default_rng(seed).normal(size=(count, len(centre)))
    noise[:, : len(centre) // 4] = 0
    noise *= within / np.sqrt(2) / np.linalg.norm(noise, axis=1, keepdims=True)
    return list((centre + noise).astype(np.float32))


def candidates(faces: Sequence[Face], engine: str = "test") -> pl.DataFrame:
    """FACE_CANDIDATES; faces of one video and time are in one frame, their boxes 100 px wide at `x`."""
    seen: dict[str, int] = {}
    rows = []
    for face in faces:
        frame_id = f"{face.video}@{round(face.at * 1000)}"
        seen[frame_id] = seen.get(frame_id, -1) + 1
        rows.append(
            {
                "face_id": f"{frame_id}#{seen[frame_id]}",
                "frame_id": frame_id,
                "video_id": face.video,
                "pts_s": face.at,
                "shot": face.shot,
                "x1": face.x,
                "y1": 0.0,
                "x2": face.x + 100,
                "y2": 100.0,
                "composite": face.composite,
                "det_score": 0.95,
                "frontality": 0.9,
                "sharpness": face.sharpness,
                "embedding": face.descriptor.tolist(),
                "engine": engine,
            }
        )
    frame = pl.DataFrame(rows)
    missing = [pl.lit(None).alias(name) for name in FACE_CANDIDATES.schema if name not in frame.columns]
    return FACE_CANDIDATES.conform(frame.with_columns(missing))
