"""Whose faces are by now, for many faces at once."""

from __future__ import annotations

import polars as pl

from framecurate_assets.people.rulings import Rulings


def owners_now(faces: pl.DataFrame, rulings: Rulings) -> pl.Series:
    """The model person of each face, after what clustering joined and people undid.

    Args:
        faces: face_id, and person_id: the model person of an earlier run; null: nobody's.
        rulings: what people said.

    Returns:
        In the order of the faces.
    """
    models = {person: rulings.model_person(person) for person in faces["person_id"].drop_nulls().unique()}
    taken_back = faces.drop_nulls("person_id").filter(pl.col("face_id").is_in(list(rulings.returned)))
    back = {
        face: rulings.returns(face, person) for face, person in taken_back.select("face_id", "person_id").iter_rows()
    }
    now = faces.select(
        pl.coalesce(
            pl.col("face_id").replace_strict(back, default=None, return_dtype=pl.String),
            pl.col("person_id").replace_strict(models, default=None, return_dtype=pl.String),
        )
    )
    return now.to_series().alias("person_id")
