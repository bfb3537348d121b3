"""Choosing, for tests: from what is said of faces to what is chosen of them."""

from __future__ import annotations

from typing import Any

import polars as pl

from framecurate_assets.policy import Policy
from framecurate_assets.selection.material import Material, material
from framecurate_assets.selection.plan import Plan, plan
from framecurate_tests.selection.faces import faces

THRESHOLD = 0.5
ENOUGH = 10**12


def given(rows: list[dict[str, Any]], sequences: pl.DataFrame | None = None, **selection: Any) -> Material:
    """The faces, sorted and judged, under a policy."""
    policy = Policy.model_validate({"selection": selection})
    return material(faces(rows), policy, THRESHOLD, sequences, None, None)


def planned(rows: list[dict[str, Any]], limit: int = ENOUGH, **selection: Any) -> tuple[Material, Plan]:
    """What is taken of them within a limit."""
    found = given(rows, **selection)
    return found, plan(found.pool, found.rules, found.sequences, limit)


def chosen(rows: list[dict[str, Any]], limit: int = ENOUGH, **selection: Any) -> list[int]:
    """Numbers of the rows that are chosen, in the order in which they are."""
    found, plan_of_them = planned(rows, limit, **selection)
    number = {face_id: row for row, face_id in enumerate(faces(rows)["face_id"].to_list())}
    places = plan_of_them.choosing.chosen
    ids = found.pool_faces[places.tolist()]["face_id"].to_list()
    ranks = plan_of_them.choosing.rank[places].tolist()
    return [number[face_id] for _, face_id in sorted(zip(ranks, ids, strict=True))]
