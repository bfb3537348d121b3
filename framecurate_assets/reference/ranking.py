"""The faces of a lake by how near they are to photos of a person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.engines import seed_distance
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import IdentityPolicy

COLUMNS = {
    "face_id": pl.String(),
    "video_id": pl.String(),
    "pts_s": pl.Float64(),
    "time": pl.String(),
    "distance": pl.Float32(),
    "person_id": pl.String(),
    "source": pl.String(),
    "path": pl.String(),
}
"""What is told of a face: `time` is pts_s as m:ss.mmm; `person_id` is null for faces that are nobody's or that the
policy refused; `path` is the crop, null where the policy refused the face."""


@dataclass(frozen=True)
class Ranking:
    """Who looks like the photos."""

    faces: pl.DataFrame
    """`COLUMNS`, nearest first."""

    compared: int
    """How many faces have a descriptor."""

    without_descriptor: int
    """How many faces have none, since no preset of the policy would take them: they cannot be compared."""


def rank_faces(lake: Lake, photos: FloatArray, engine: str, distance: float) -> Ranking:
    """Every face of the lake that is near enough to one of the photos: the nearest photo counts.

    Against the mean of the distances to all photos this finds up to half more of a person, with one stranger in a
    hundred.

    Args:
        lake: the tables.
        photos: shape (n, size), descriptors of one person.
        engine: name of the engine that made them; faces of another are counted as if they had none.
        distance: Euclidean distance up to which two descriptors are one person's.

    Raises:
        FramecurateError: the lake has no faces.
    """
    near = [pl.DataFrame(schema={name: COLUMNS[name] for name in ("face_id", "video_id", "pts_s", "distance")})]
    compared = in_all = 0
    for video_id in lake.video_ids(tables.DETECTED_FACES):
        faces = lake.read(tables.DETECTED_FACES, video_id)
        comparable = faces.filter(pl.col("embedding").is_not_null() & (pl.col("engine") == engine))
        in_all += faces.height
        compared += comparable.height
        if comparable.height:
            measured = comparable.with_columns(distance=pl.Series(_distances(comparable, photos)))
            near.append(measured.filter(pl.col("distance") <= distance).select(near[0].columns))
    if not in_all:
        raise FramecurateError(
            f"There are no faces in {lake.folder.root} that a photo could be compared with",
            "Make some first: framecurate run VIDEO...",
        )
    return Ranking(_with_context(pl.concat(near), lake), compared, in_all - compared)


def threshold(policy: IdentityPolicy, engine: str) -> float:
    """The distance up to which a face is taken for that in a photo, where nobody names one: the seed threshold."""
    return seed_distance(policy, engine)


def _distances(faces: pl.DataFrame, photos: FloatArray) -> FloatArray:
    """Shape (n,): Euclidean distance of each face's descriptor from the nearest photo's."""
    descriptors = faces["embedding"].list.to_array(photos.shape[1]).to_numpy()
    return np.asarray(np.linalg.norm(descriptors[:, None] - photos[None], axis=2).min(axis=1), dtype=np.float32)


def _with_context(near: pl.DataFrame, lake: Lake) -> pl.DataFrame:
    """With where each face is seen and whose it is, nearest first."""
    video_ids = near["video_id"].unique().sort()
    crops = lake.read_all(tables.FACE_CANDIDATES, video_ids).select("face_id", "path")
    sources = lake.read_all(tables.RAW_VIDEOS, video_ids).select("video_id", "source")
    clustered = lake.path(tables.IDENTITY_CLUSTERS).exists()
    people = lake.read(tables.IDENTITY_CLUSTERS) if clustered else tables.IDENTITY_CLUSTERS.empty()
    milliseconds = (pl.col("pts_s") * 1000).round().cast(pl.Int64)
    return (
        near.join(crops, on="face_id", how="left")
        .join(people.select("face_id", "person_id"), on="face_id", how="left")
        .join(sources, on="video_id", how="left")
        .with_columns(
            time=pl.format(
                "{}:{}.{}",
                milliseconds // 60_000,
                (milliseconds // 1000 % 60).cast(pl.String).str.zfill(2),
                (milliseconds % 1000).cast(pl.String).str.zfill(3),
            )
        )
        .select([pl.col(name).cast(dtype) for name, dtype in COLUMNS.items()])
        .sort("distance", "face_id")
    )
