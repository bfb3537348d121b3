"""Making data folders, and comparing them: rows, files, and when what was written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from framecurate_assets import pipeline
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, TABLES
from framecurate_assets.resources import SilentProgress
from framecurate_assets.sources.expand import expand
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.sources.source import identify
from framecurate_assets.sources.source_list import add_sources, identify_all

POLICY = "sampling: {frames_per_section: 4}\n"
"""Twelve frames a video instead of ninety."""

FEWEST = "sampling: {frames_per_section: 1}\nselection: {temporal: 0}\n"
"""Three frames a video and no sequences: where it does not matter what is seen."""


def data_folder(root: Path, sources: Iterable[Path | str], policy: str = POLICY) -> DataFolder:
    """A data folder with sources and a policy, in which nothing was made yet."""
    folder = DataFolder(root)
    root.mkdir(parents=True, exist_ok=True)
    folder.policy_file.write_text(policy, encoding="utf-8")
    for source in sources:
        add_sources(folder.sources_file, identify_all(expand(str(source))).sources)
    return folder


def bring_up_to_date(folder: DataFolder, *, retry: bool = False) -> pipeline.Outcome:
    """What `framecurate run` does with the sources of a data folder; with `retry`, what `run --retry` does."""
    sources = all_sources(folder).sources
    at_once = frozenset(source.video_id for source in sources) if retry else frozenset()
    return pipeline.bring_up_to_date(folder, sources, SilentProgress(), at_once)


def video_id(clip: Path) -> str:
    """The id under which a file is taken in."""
    return identify(str(clip)).video_id


def all_rows(folder: DataFolder) -> dict[str, list[dict[str, object]]]:
    """The rows of every table, but for the time of the intake."""
    lake = Lake(folder)
    frames = {
        table.name: lake.read_all(table)
        if table in PER_VIDEO_TABLES
        else lake.read(table)
        if lake.path(table).exists()
        else table.empty()
        for table in TABLES
    }
    return {
        name: frame.select(pl.exclude("ingested_at", "given_at", "happened_at")).to_dicts()
        for name, frame in frames.items()
    }


def rows_of(folder: DataFolder, name: str, **values: object) -> list[dict[str, object]]:
    """The rows of a table in which the named columns have these values."""
    return [row for row in all_rows(folder)[name] if all(row[key] == value for key, value in values.items())]


def written(folder: DataFolder, *tables: str) -> dict[str, int]:
    """When each file of the tables (all by default) was written, in nanoseconds, by its place in the lake."""
    files = [
        path
        for path in folder.tables.rglob("*.parquet")
        if not tables or path.relative_to(folder.tables).parts[0].removesuffix(".parquet") in tables
    ]
    return {path.relative_to(folder.tables).as_posix(): path.stat().st_mtime_ns for path in sorted(files)}


def contents(place: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = [path for path in sorted(place.rglob("*")) if path.is_file()]
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


def size_of(place: Path) -> int:
    """Bytes of all files below a folder."""
    return sum((Path(folder) / name).stat().st_size for folder, _, names in os.walk(place) for name in names)


def unfinished(folder: DataFolder) -> list[Path]:
    """What an interrupted writer left."""
    return list(folder.root.rglob("*.unfinished*"))
