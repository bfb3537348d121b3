"""The faces by which a person is recognised again: several that differ, since a mean is like nobody."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.stable_ids import PREFIX
from framecurate_assets.lake.tables import PERSON_EXEMPLARS
from framecurate_assets.people.owners import owners_now
from framecurate_assets.people.rulings import Rulings

MOST = 8
"""Exemplars of a person, at most."""


def away(exemplars: pl.DataFrame, rulings: Rulings, candidates: pl.DataFrame) -> pl.DataFrame:
    """The exemplars that are no candidates, under the model persons whose they are by now.

    Args:
        exemplars: PERSON_EXEMPLARS of the last run.
        rulings: what people said.
        candidates: FACE_CANDIDATES.
    """
    here = [*candidates["face_id"], *rulings.rejected]
    gone = exemplars.filter(~pl.col("face_id").is_in(here))
    pinned = {face: rulings.model_person(person) for face, person in rulings.pins.items()}
    by_people = pl.col("face_id").replace_strict(pinned, default=None, return_dtype=pl.String)
    return gone.with_columns(person_id=pl.coalesce(by_people, owners_now(gone, rulings)))


def choose_exemplars(exemplars: pl.DataFrame, clusters: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """PERSON_EXEMPLARS: the face nearest to the centre of a person's good ones first, then always the one that is
    farthest from all before it.

    Good are the faces that founded the person and are no worse than its median. Faces that left the lake stay as
    long as they differ enough from those that are here.

    Args:
        exemplars: those of the last run that are no candidates, with today's model persons.
        clusters: IDENTITY_CLUSTERS.
        candidates: FACE_CANDIDATES.
    """
    described = ("face_id", "video_id", "composite", "embedding", "engine")
    faces = (
        clusters.drop_nulls("person_id")
        .select("face_id", "is_core", person_id="model_person_id")
        .join(candidates.select(described), on="face_id")
        .with_columns(pl.col("composite").fill_null(0))
        .with_columns(is_core=pl.col("is_core") | ~pl.col("is_core").any().over("person_id"))
        .filter("is_core")
        .filter(pl.col("composite") >= pl.col("composite").median().over("person_id"))
        .with_columns(rank=pl.lit(0, pl.Int32))
    )
    faces = PERSON_EXEMPLARS.conform(faces)
    engine = pl.lit(candidates["engine"].first(), pl.String)
    is_comparable = pl.col("engine").eq_missing(engine)
    pool = _sorted(pl.concat([faces, PERSON_EXEMPLARS.conform(exemplars.filter(is_comparable))]))
    # Of those who are away, what another engine described stays as it is.
    foreign = exemplars.filter(~is_comparable & ~pl.col("person_id").is_in(pool["person_id"].unique().to_list()))
    chosen = _sorted(pl.concat([_different(pool), PERSON_EXEMPLARS.conform(foreign)]))
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("person_id")
    return chosen.with_columns(rank=rank).filter(pl.col("rank") <= MOST)


def _sorted(exemplars: pl.DataFrame) -> pl.DataFrame:
    number = pl.col("person_id").str.strip_prefix(PREFIX).cast(pl.Int64)
    return exemplars.sort(number, "rank", "face_id")


def _different(pool: pl.DataFrame) -> pl.DataFrame:
    """The faces that stand for each person of a pool, ranked from 1."""
    if pool.is_empty():
        return pool
    descriptors = pool["embedding"].explode().to_numpy().reshape(pool.height, -1).astype(np.float32)
    here = pool["rank"].to_numpy() == 0
    rows: list[int] = []
    ranks: list[int] = []
    start = 0
    for count in pool["person_id"].rle().struct.field("len"):
        own = slice(start, start + count)
        chosen = _farthest_first(descriptors[own], _first(descriptors[own], here[own]))
        rows += [start + row for row in chosen]
        ranks += range(1, len(chosen) + 1)
        start += count
    return pool[rows].with_columns(rank=pl.Series(ranks, dtype=pl.Int32))


def _farthest_first(descriptors: FloatArray, first: int) -> list[int]:
    """Rows, beginning with one, then always the one that is farthest from all before it."""
    chosen = [first]
    nearest = np.linalg.norm(descriptors - descriptors[first], axis=1)
    while len(chosen) < min(len(descriptors), MOST):
        nearest[chosen[-1]] = -1
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(descriptors - descriptors[chosen[-1]], axis=1))
    return chosen


def _first(descriptors: FloatArray, here: npt.NDArray[np.bool_]) -> int:
    """The face nearest to the centre of those that are here; of a person who is away the one that was it."""
    if not here.any():
        return 0
    own = descriptors[here]
    return int(np.flatnonzero(here)[np.linalg.norm(own - own.mean(axis=0), axis=1).argmin()])
