"""Which faces of a person may be chosen at all: those asked for, and those that are surely this person's."""

from __future__ import annotations

import polars as pl

from framecurate_assets.identity.margin import margin
from framecurate_assets.lake.tables import SELECTION_VERDICTS
from framecurate_assets.policy import Policy


def distrusted(faces: pl.DataFrame, policy: Policy, threshold: float, only: frozenset[str] | None) -> pl.DataFrame:
    """The faces that may not be chosen, as SELECTION_VERDICTS, each with the first rule that it fails:

    * `not_asked_for`: `only` does not name its person;
    * `too_few_faces`: the person has fewer faces (value) than `identity.min_faces` (threshold);
    * `not_core`: it joined its person later, being too poor to found one or a leftover; value is its distance to the
      person, and threshold, for comparison only, the seed threshold: the distance is not what it failed by;
    * `rival_near`: its margin, 1 - distance / rival_distance, is less than `selection.min_margin`. A face without a
      rival passes, and so does a person's only face, which has no other to be near to; else one whose distance is
      not known fails.

    Args:
        faces: columns face_id, person_id, is_core, distance, rival_distance.
        policy: the policy.
        threshold: the seed threshold of clustering, Euclidean distance.
        only: ids of the people who are asked for; None: all.
    """
    count = pl.len().over("person_id")
    no_rival = pl.col("rival_distance").is_null() & pl.col("distance").is_not_null()
    only_face = (count == 1) & pl.col("distance").is_null()
    clear = no_rival | only_face | (margin() >= policy.selection.min_margin).fill_null(False)
    asked_for = pl.lit(True) if only is None else pl.col("person_id").is_in(list(only))
    return SELECTION_VERDICTS.conform(
        faces.with_columns(
            reason=pl.when(~asked_for)
            .then(pl.lit("not_asked_for"))
            .when(count < policy.identity.min_faces)
            .then(pl.lit("too_few_faces"))
            .when(~pl.col("is_core").fill_null(False))
            .then(pl.lit("not_core"))
            .when(~clear)
            .then(pl.lit("rival_near")),
            count=count,
            margin=margin(),
        )
        .filter(pl.col("reason").is_not_null())
        .with_columns(
            rival_id=pl.lit(None, pl.String()),
            value=_by_reason(too_few_faces="count", not_core="distance", rival_near="margin"),
            threshold=_by_reason(
                too_few_faces=pl.lit(policy.identity.min_faces),
                not_core=pl.lit(threshold),
                rival_near=pl.lit(policy.selection.min_margin),
            ),
        )
    )


def _by_reason(**values: str | pl.Expr) -> pl.Expr:
    """The value that belongs to the reason; null for any other reason."""
    of = {name: pl.col(value) if isinstance(value, str) else value for name, value in values.items()}
    return pl.coalesce(pl.when(pl.col("reason") == name).then(value.cast(pl.Float64)) for name, value in of.items())
