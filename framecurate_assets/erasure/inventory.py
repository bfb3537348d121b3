"""What there is of something before it is erased, and how much a data folder holds before and after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from framecurate_assets.erasure.mentions import Mentions
from framecurate_assets.erasure.plan import Plan
from framecurate_assets.erasure.traces import files_of, tables_with_traces
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, TABLES
from framecurate_assets.sources.source import content_sha256


@dataclass(frozen=True)
class Holdings:
    """How much a place holds."""

    count: int
    """Rows of a table, or files of a folder."""
    bytes: int | None = None
    """Of the files of a folder."""


def holdings(folder: DataFolder) -> dict[str, Holdings]:
    """Rows of every table that has any, and files of every folder, by name; folders end in a slash."""
    lake = Lake(folder)
    found: dict[str, Holdings] = {}
    for table in TABLES:
        if table in PER_VIDEO_TABLES:
            rows = sum(lake.read(table, part).height for part in lake.video_ids(table))
        else:
            rows = lake.read(table).height if lake.path(table).exists() else 0
        found[table.name] = Holdings(rows)
    pictures = (folder.all_frames, folder.all_faces, folder.all_sequences, folder.sheets, folder.dataset)
    for place in (folder.videos, *pictures):
        found[f"{place.name}/"] = _of_files(place.rglob("*"))
    return found


def going(plan: Plan, folder: DataFolder) -> dict[str, Holdings]:
    """The same of what goes."""
    lake = Lake(folder)
    found: dict[str, Holdings] = {}
    for table, _, rows in tables_with_traces(plan, lake):
        found[table.name] = Holdings(found.get(table.name, Holdings(0)).count + int(rows.sum()))
    files = files_of(plan, folder)
    for name in sorted({path.relative_to(folder.root).parts[0] for path in files}):
        found[f"{name}/"] = _of_files(path for path in files if path.relative_to(folder.root).parts[0] == name)
    return found


def others_in(plan: Plan, lake: Lake) -> dict[str, tuple[int, int]]:
    """Other people who lose faces: how many of how many, by person id."""
    if not lake.path(tables.IDENTITY_CLUSTERS).exists():
        return {}
    clusters = lake.read(tables.IDENTITY_CLUSTERS)
    going_rows = [rows for table, _, rows in tables_with_traces(plan, lake) if table is tables.IDENTITY_CLUSTERS]
    if not going_rows:
        return {}
    counts = (
        clusters.with_columns(going=going_rows[0])
        .filter(pl.col("person_id").is_in(plan.persons).not_())
        .group_by("person_id")
        .agg(pl.col("going").sum(), pl.len())
        .filter(pl.col("going") > 0)
        .sort("person_id")
    )
    return {person_id: (int(lost), int(had)) for person_id, lost, had in counts.iter_rows()}


def left_alone(plan: Plan, folder: DataFolder) -> list[Path]:
    """Files of the user's own that hold or name what goes: originals, copies in the inbox, the policy."""
    rows = Lake(folder).read_all(tables.RAW_VIDEOS, [*plan.videos, *plan.sealed])
    own = [Path(source) for source in rows.filter(pl.col("kind") != "url")["source"].drop_nulls()]
    hashes, sizes = set(rows["sha256"].drop_nulls()), set(rows["bytes"].drop_nulls())
    in_inbox = [path for path in folder.inbox.rglob("*") if path.is_file() and path.stat().st_size in sizes]
    own += [path for path in in_inbox if content_sha256(path) in hashes]
    if folder.policy_file.exists() and Mentions.of(plan).is_erased(folder.policy_file.read_text(encoding="utf-8")):
        own.append(folder.policy_file)
    return sorted({path for path in own if path.exists()})


def _of_files(paths: Iterable[Path]) -> Holdings:
    sizes = [path.stat().st_size for path in paths if path.is_file()]
    return Holdings(len(sizes), sum(sizes))
