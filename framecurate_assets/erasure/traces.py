"""The rows and files of what goes, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from framecurate_assets.erasure.plan import Plan
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, TABLES, Table

REFERENCES = ("model_person_id", "rival_id", "merged_into", "joined_into", "split_from")
"""Columns in which a row of somebody names somebody else."""

OF_UNSEEN_FRAMES = (tables.TEMPORAL_SEQUENCES,)
"""Tables of frames that are no samples: of a video that loses a part, all of them go."""


def tables_with_traces(plan: Plan, lake: Lake) -> Iterator[tuple[Table, str | None, pl.Series]]:
    """Every stored table, or part of one as `Lake` names it, that has rows that go, and which rows these are."""
    for table in TABLES:
        for part in _parts(table, plan, lake):
            going = lake.read(table, part).select(going=_is_trace(table, plan, lake.folder))["going"]
            if going.any() or part in plan.videos:
                yield table, part, going


def files_of(plan: Plan, folder: DataFolder) -> list[Path]:
    """The files below the data folder that go, but for tables, the dataset, and Dagster's history."""
    found: list[Path] = []
    for video_id in plan.videos:
        found += [*folder.frames(video_id).glob("*"), *folder.faces(video_id).glob("*")]
    for video_id in (*plan.videos, *plan.sealed):
        # Frames between the samples, of which nobody knows who else is in them.
        found += folder.sequences(video_id).glob("*")
        found += folder.sheets.glob(f"*/{video_id}.webp")
        found += folder.videos.glob(f"{video_id}.*")
        found += folder.begun("*", video_id).parent.glob(f"*@{video_id}")
        # What an interrupted download or copy left.
        found += folder.videos.glob(f".{video_id}.*")
        found += folder.videos.glob(f".{video_id}.*/**/*")
    for video_id, video in plan.sealed.items():
        found += [frame_file(frame_id, folder) for frame_id in video.frame_ids]
        found += [folder.faces(video_id) / f"{face_id}.jpg" for face_id in video.face_ids]
    return [path for path in found if path.is_file()]


def frame_file(frame_id: str, folder: DataFolder) -> Path:
    """Where a frame is stored."""
    video_id, _, pts_ms = frame_id.rpartition("@")
    return folder.frames(video_id) / f"{pts_ms}.jpg"


def without_references(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Rows that stay, in which nobody who goes is named beside somebody else."""
    named = [name for name in REFERENCES if name in rows.columns]
    is_other = {name: ~pl.col(name).is_in(plan.persons) for name in named}
    return rows.with_columns(pl.when(is_other[name]).then(pl.col(name)).alias(name) for name in named)


def _parts(table: Table, plan: Plan, lake: Lake) -> list[str | None]:
    if table not in PER_VIDEO_TABLES:
        return [None] if lake.path(table).exists() else []
    # What lists named is stored by list: any of them may have named the video.
    possible = lake.video_ids(table) if table is tables.LISTED_VIDEOS else [*plan.videos, *plan.sealed]
    return [part for part in possible if lake.path(table, part).exists()]


def _is_trace(table: Table, plan: Plan, folder: DataFolder) -> pl.Expr:
    """Whether a row goes."""
    frame_ids = plan.frame_ids
    conditions = {
        "video_id": pl.col("video_id").is_in([*plan.videos, *(plan.sealed if table in OF_UNSEEN_FRAMES else ())]),
        "frame_id": pl.col("frame_id").is_in(frame_ids),
        "face_id": _frame_of_face().is_in(frame_ids) | _video_of_face().is_in(plan.videos),
        "person_id": pl.col("person_id").is_in(plan.persons),
        "other_id": pl.col("other_id").is_in(plan.persons),
        "path": pl.col("path").is_in([folder.relative(frame_file(frame_id, folder)) for frame_id in frame_ids]),
    }
    going = [condition for name, condition in conditions.items() if name in table.schema]
    return pl.any_horizontal(pl.lit(value=False), *going).fill_null(value=False)


def _frame_of_face() -> pl.Expr:
    return pl.col("face_id").str.split("#").list.first()


def _video_of_face() -> pl.Expr:
    return pl.col("face_id").str.split("@").list.first()
