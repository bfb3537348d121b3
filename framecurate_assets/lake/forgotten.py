"""What was erased on request, remembered as digests: it is not taken in again, and it can be proved to be gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import polars as pl

from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import FORGOTTEN

Kind = Literal["video", "frame", "face", "person"]


def digest(identifier: str) -> str:
    """The 64 hex digits under which an id is remembered: whoever has the id finds it, and nobody reads it here."""
    return hashlib.sha256(f"framecurate:{identifier}".encode()).hexdigest()


def forget_ids(lake: Lake, kind: Kind, ids: Iterable[str], now: datetime) -> None:
    """Remember that these were erased; those that were forgotten before keep their date."""
    known = _rows(lake)
    fresh = pl.DataFrame(
        [{"digest": digest(identifier), "kind": kind, "forgotten_at": now} for identifier in ids], FORGOTTEN.schema
    )
    lake.write(FORGOTTEN, pl.concat([known, fresh]).unique(["digest", "kind"], keep="first").sort("kind", "digest"))


def forgotten_at(lake: Lake, kind: Kind, identifier: str) -> datetime | None:
    """When this was erased; null: it was not."""
    found = _rows(lake).filter((pl.col("kind") == kind) & (pl.col("digest") == digest(identifier)))
    return found["forgotten_at"][0] if found.height else None


def is_forgotten(lake: Lake, kind: Kind, identifier: str) -> bool:
    """Whether this was erased on request."""
    return forgotten_at(lake, kind, identifier) is not None


def forgotten_among(lake: Lake, kind: Kind, ids: Iterable[str]) -> set[str]:
    """Those of many ids that were erased: the table is read once."""
    digests = set(_rows(lake).filter(pl.col("kind") == kind)["digest"])
    return {identifier for identifier in ids if digest(identifier) in digests} if digests else set()


def allow(lake: Lake, kind: Kind, identifier: str) -> None:
    """Take an id off: it may be taken in again."""
    is_this = (pl.col("kind") == kind) & (pl.col("digest") == digest(identifier))
    lake.write(FORGOTTEN, _rows(lake).filter(~is_this))


def _rows(lake: Lake) -> pl.DataFrame:
    return lake.read(FORGOTTEN) if lake.path(FORGOTTEN).exists() else FORGOTTEN.empty()
