"""Face candidates of people who are known: of a labelled set of descriptors, or made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.lake.tables import FACE_CANDIDATES

SIZE, DIMENSIONS = 128, 32
"""Of a descriptor, and those in which faces differ: distances then spread as widely as those of real faces."""
BETWEEN, WITHIN, IN_TRACK = 0.84, 0.44, 0.28
"""Median Euclidean distances of different people, of one person, and of one person in one clip."""


def from_descriptors(path: Path) -> tuple[pl.DataFrame, dict[str, int]]:
    """FACE_CANDIDATES of a labelled set, and who each face is; frames are taken for a 25th of a second."""
    data = np.load(path)
    videos = np.array([f"source-{source:04d}" for source in data["source"].tolist()])
    return table(data["descriptors"], data["person"], videos, data["frame"] / 25, data["quality"][:, 0])


def synthetic(people: int) -> tuple[pl.DataFrame, dict[str, int]]:
    """People as far apart as dlib's descriptors are, seen in tracks of five faces, one to three tracks a video."""
    random = np.random.default_rng(0)
    sizes = np.clip((4 * people / np.arange(1, people + 1) ** 1.1).astype(int), 1, 40)
    of_track = random.permutation(np.repeat(np.arange(people), sizes))
    tracks = noise(random, people, BETWEEN)[of_track] + noise(random, len(of_track), np.sqrt(WITHIN**2 - IN_TRACK**2))
    faces = np.repeat(tracks, 5, axis=0) + noise(random, 5 * len(of_track), IN_TRACK)
    video_of_track = np.cumsum(random.random(len(of_track)) < 0.5)
    place = np.arange(len(of_track)) - np.searchsorted(video_of_track, video_of_track)
    videos = np.array([f"video-{video:04d}" for video in np.repeat(video_of_track, 5).tolist()])
    times = np.repeat(place * 100.0, 5) + np.tile(np.arange(5) * 2.0, len(of_track))
    return table(faces, np.repeat(of_track, 5), videos, times, np.full(len(faces), 0.9))


def noise(random: np.random.Generator, count: int, distance: float) -> npt.NDArray[np.float64]:
    """Shape (count, 128): vectors about `distance` from each other, in as many dimensions as distances vary in."""
    vectors = np.zeros((count, SIZE))
    vectors[:, :DIMENSIONS] = random.normal(size=(count, DIMENSIONS)) * distance / np.sqrt(2 * DIMENSIONS)
    return vectors


def table(
    descriptors: npt.NDArray[np.floating],
    people: npt.NDArray[np.integer],
    videos: npt.NDArray[np.str_],
    times: npt.NDArray[np.floating],
    scores: npt.NDArray[np.floating],
) -> tuple[pl.DataFrame, dict[str, int]]:
    """FACE_CANDIDATES with boxes that never overlap, so that position says nothing; and who each face is."""
    count = len(descriptors)
    left = np.arange(count) * 200.0
    faces = pl.DataFrame(
        {
            "video_id": videos,
            "pts_s": times.astype(np.float64),
            "shot": np.zeros(count, dtype=np.int32),
            "x1": left,
            "y1": np.zeros(count),
            "x2": left + 100,
            "y2": np.full(count, 100.0),
            "det_score": scores,
            "frontality": np.full(count, 0.9),
            "sharpness": np.where(np.arange(count) % 10, 300.0, 50.0),
            "composite": scores,
            "embedding": descriptors.astype(np.float32).tolist(),
            "engine": ["dlib"] * count,
            "person": people,
        }
    ).with_columns(frame_id=pl.format("{}@{}", "video_id", (pl.col("pts_s") * 1000).round().cast(pl.Int64)))
    number = pl.int_range(pl.len()).over("frame_id")
    faces = faces.with_columns(face_id=pl.format("{}#{}", "frame_id", number))
    missing = [pl.lit(None).alias(name) for name in FACE_CANDIDATES.schema if name not in faces.columns]
    # A video that is given another id keeps its faces' people.
    truth = dict(faces.select("face_id", "person").iter_rows())
    truth |= {f"{prefix}{face}": person for prefix in ("0-", "r-") for face, person in truth.items()}
    return FACE_CANDIDATES.conform(faces.with_columns(missing)), truth
