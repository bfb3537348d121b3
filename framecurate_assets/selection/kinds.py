"""What kind of picture a face is: the features whose variety selection values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

WEIGHTS = {
    "any": 1.0,
    "video": 0.10,
    "pose": 0.05,
    "expression": 0.05,
    "light": 0.05,
    "background": 0.05,
    "time": 0.05,
}
"""What each feature counts in the gain of a selection (`pool.Pool`). `any` has one kind, which all pictures of a
person share: quality with diminishing returns. The others make up a third of it, so quality decides between pictures
that are unlike in it, and variety between those that are about as good."""

FRONT_YAW, FRONT_PITCH = 15.0, 12.0
"""Degrees below which a face looks to the front."""

LIGHT_STEP = 32.0
"""Grey values, of 0..255, that are one kind of light."""

BACKGROUND_BITS = 12
"""Backgrounds whose hashes differ in fewer bits are one kind."""

TIME_STEP_S = 10.0
"""Seconds of one video that are one kind of time."""


def pose() -> pl.Expr:
    """front, left, right, up or down, of the columns yaw and pitch in degrees.

    Front is |yaw| < 15 and |pitch| < 12; else the side of the angle that exceeds its limit by the larger factor, as
    seen in the image: yaw > 0 looks to its right, pitch > 0 up.
    """
    sideways, upwards = pl.col("yaw").abs() / FRONT_YAW, pl.col("pitch").abs() / FRONT_PITCH
    return (
        pl.when((sideways < 1) & (upwards < 1))
        .then(pl.lit("front"))
        .when(sideways >= upwards)
        .then(pl.when(pl.col("yaw") > 0).then(pl.lit("right")).otherwise(pl.lit("left")))
        .otherwise(pl.when(pl.col("pitch") > 0).then(pl.lit("up")).otherwise(pl.lit("down")))
    )


def kinds(faces: pl.DataFrame, person: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Which kind of each feature a face is.

    Args:
        faces: columns video_id, pts_s, yaw, pitch, emotion, brightness, background_hash; the rows of one person are
            neighbours.
        person: number of each face's person, shape (n,).

    Returns:
        Shape (len(WEIGHTS), n): numbers 0, 1, … such that two faces share one where they are of one person and of
        one kind of one feature, and not else.
    """
    video = _ranks(faces["video_id"])
    cell = np.floor(faces["pts_s"].to_numpy() / TIME_STEP_S).astype(np.int64)
    of_features = {
        "any": np.zeros(faces.height, dtype=np.int64),
        "video": video,
        "pose": _ranks(faces.select(pose()).to_series()),
        "expression": _ranks(faces["emotion"].fill_null("")),
        "light": np.floor(faces["brightness"].to_numpy() / LIGHT_STEP).astype(np.int64),
        "background": _backgrounds(faces["background_hash"].fill_null(0).to_numpy(), person),
        "time": numbered(video, cell),
    }
    rows, offset = [], 0
    for feature in WEIGHTS:
        numbers = numbered(person, of_features[feature])
        rows.append(numbers + offset)
        offset += int(numbers.max(initial=-1)) + 1
    return np.stack(rows)


def numbered(*keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Combinations of whole numbers as numbers 0, 1, … in the order of the keys, shape (n,)."""
    combined = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        dense = np.unique(key, return_inverse=True)[1]
        combined = np.unique(combined * (int(dense.max(initial=0)) + 1) + dense, return_inverse=True)[1]
    return combined.astype(np.int64)


def _ranks(values: pl.Series) -> npt.NDArray[np.int64]:
    return values.rank("dense").to_numpy().astype(np.int64)


def _backgrounds(hashes: npt.NDArray[np.uint64], person: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Groups within a person: each is the faces like its first one that no earlier group took."""
    group = np.full(len(hashes), -1, dtype=np.int64)
    bounds = np.append(np.unique(person, return_index=True)[1], len(hashes)).astype(np.int64)
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        left = np.arange(start, end)
        while left.size:
            first = left[0]
            like = np.bitwise_count(hashes[left] ^ hashes[first]) < BACKGROUND_BITS
            group[left[like]] = first
            left = left[~like]
    return group
