"""Persons who are in one frame twice, and why that is right."""

from __future__ import annotations

import numpy as np
import polars as pl

from framecurate_assets.lake.tables import SAME_FRAME_TWICE
from framecurate_assets.people.rulings import Rulings


def same_frame_twice(
    twice: pl.DataFrame, clusters: pl.DataFrame, candidates: pl.DataFrame, rulings: Rulings
) -> pl.DataFrame:
    """SAME_FRAME_TWICE: the pairs that clustering allowed, and those that people made.

    People made a pair if they merged two persons who are in one frame, moved one of the faces, or allowed the person
    to be there twice. A pair that nobody accounts for is not listed: an asset check finds it.

    Args:
        twice: `Clustering.twice`.
        clusters: IDENTITY_CLUSTERS.
        candidates: FACE_CANDIDATES.
        rulings: what people said.
    """
    pairs = _pairs(clusters, candidates)
    allowed = rulings.allowed_twice(pairs["person_id"].unique())
    by_people = (
        (pl.col("model_person_id") != pl.col("other_model_person_id"))
        | pl.col("face_id").is_in(list(rulings.pins))
        | pl.col("other_face_id").is_in(list(rulings.pins))
        | pl.col("person_id").is_in(list(allowed))
    )
    listed = pairs.join(_either_way(twice), on=["face_id", "other_face_id"], how="left").with_columns(
        cause=pl.coalesce("cause", pl.when(by_people).then(pl.lit("correction")))
    )
    return SAME_FRAME_TWICE.conform(listed.drop_nulls("cause").sort("face_id", "other_face_id"))


def _pairs(clusters: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Every two faces of one person in one frame, the lower id first, with the distance of their descriptors."""
    seen = candidates.select("face_id", "frame_id", "embedding")
    faces = clusters.drop_nulls("person_id").join(seen.drop("embedding"), on="face_id")
    crowded = (
        faces.filter(pl.len().over("person_id", "frame_id") > 1)
        .select("person_id", "frame_id", "face_id", "model_person_id")
        .join(seen.select("face_id", "embedding"), on="face_id")
    )
    others = crowded.rename({name: f"other_{name}" for name in ("face_id", "model_person_id", "embedding")})
    pairs = crowded.join(others, on=["person_id", "frame_id"]).filter(pl.col("face_id") < pl.col("other_face_id"))
    distances = [
        float(np.linalg.norm(np.subtract(one, other)))
        for one, other in pairs.select("embedding", "other_embedding").iter_rows()
    ]
    return pairs.with_columns(distance=pl.Series(distances, dtype=pl.Float32))


def _either_way(twice: pl.DataFrame) -> pl.DataFrame:
    """Columns face_id, other_face_id, cause: each pair in both orders."""
    pairs = twice.select("face_id", "other_face_id", "cause")
    turned = pairs.select(face_id="other_face_id", other_face_id="face_id", cause="cause")
    return pl.concat([pairs, turned]).unique(["face_id", "other_face_id"])
