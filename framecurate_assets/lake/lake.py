"""The lake: one Parquet file per table and video, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import write_bytes
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, Table

MADE_FROM = "framecurate.made_from"
"""Parquet metadata key: fingerprint of what a file was made from (inputs, policy, code)."""

CONTENT = "framecurate.content"
"""Parquet metadata key: fingerprint of the rows, whatever they were made from."""

BYTES_NEEDED = "framecurate.bytes_needed"
"""Parquet metadata key of a setback for want of budget: what the video would have cost."""

FILES_AT_ONCE = 1000
"""Files whose content is in memory at a time, beside the rows that were read before."""


class NotMaterialisedError(FramecurateError):
    """A table is asked for that was not made yet."""


@dataclass(frozen=True)
class Lake:
    """Reads and writes the tables of one data folder."""

    folder: DataFolder

    def path(self, table: Table, video_id: str | None = None) -> Path:
        """Where a table, or a video's part of a per-video table, is stored.

        Raises:
            ValueError: a per-video table without a video, or the reverse.
        """
        if (table in PER_VIDEO_TABLES) != (video_id is not None):
            raise ValueError(f"{table.name} is {'' if table in PER_VIDEO_TABLES else 'not '}stored by video")
        if video_id is None:
            return self.folder.tables / f"{table.name}.parquet"
        return self.folder.tables / table.name / f"{video_id}.parquet"

    def write(
        self,
        table: Table,
        frame: pl.DataFrame,
        video_id: str | None = None,
        *,
        made_from: str = "",
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Replace a table, or a video's part of it, in one step.

        Args:
            table: the table; `frame` must hold its columns.
            frame: the rows, in the order in which they are to be stored.
            video_id: the video, for a per-video table.
            made_from: fingerprint of all that decides the rows; `made_from()` gives it back.
            facts: further keys for the file's metadata; `facts()` gives them back.
        """
        rows = table.conform(frame)
        metadata = {MADE_FROM: made_from, CONTENT: content_fingerprint(rows), **(facts or {})}
        buffer = io.BytesIO()
        rows.write_parquet(buffer, compression="zstd", metadata=metadata)
        write_bytes(self.path(table, video_id), buffer.getvalue())

    def remove(self, table: Table, video_id: str | None = None) -> None:
        """Remove a table's file; one that is not there is no error."""
        self.path(table, video_id).unlink(missing_ok=True)

    def read(self, table: Table, video_id: str | None = None) -> pl.DataFrame:
        """The rows of a table, or a video's part of a per-video table.

        Raises:
            NotMaterialisedError: it was not made yet.
        """
        content = _content(self.path(table, video_id))
        if content is None:
            raise _not_materialised(table, video_id)
        return _read(table, content)

    def require(self, table: Table, video_id: str | None = None) -> None:
        """Make sure that a table, or a video's part of it, was made.

        Raises:
            NotMaterialisedError: it was not made yet.
        """
        if not self.path(table, video_id).exists():
            raise _not_materialised(table, video_id)

    def read_if_there(self, table: Table, video_id: str | None = None) -> pl.DataFrame:
        """The same; no rows where it was not made yet."""
        return self.read(table, video_id) if self.path(table, video_id).exists() else table.empty()

    def read_all(
        self, table: Table, video_ids: Iterable[str] | None = None, columns: Collection[str] | None = None
    ) -> pl.DataFrame:
        """The rows of a per-video table for the given videos, in their order; all stored ones by default.

        Videos without a file have no rows. With `columns` no others are read.
        """
        own = table.columns if columns is None else tuple(one for one in table.columns if one.name in columns)
        wanted = replace(table, columns=own)
        chosen = self.video_ids(table) if video_ids is None else list(video_ids)
        parts = []
        for start in range(0, len(chosen), FILES_AT_ONCE):
            paths = [self.path(table, video_id) for video_id in chosen[start : start + FILES_AT_ONCE]]
            parts += _read_together(wanted, [content for path in paths if (content := _content(path)) is not None])
        return pl.concat(parts) if parts else wanted.empty()

    def video_ids(self, table: Table) -> list[str]:
        """The videos that a per-video table has a file for, sorted."""
        return sorted(path.stem for path in (self.folder.tables / table.name).glob("*.parquet"))

    def made_from(self, table: Table, video_id: str | None = None) -> str | None:
        """The fingerprint given to `write`; null where nothing is stored."""
        return self.facts(table, video_id).get(MADE_FROM)

    def content(self, table: Table, video_id: str | None = None) -> str | None:
        """A fingerprint of the stored rows; null where nothing is stored."""
        return self.facts(table, video_id).get(CONTENT)

    def facts(self, table: Table, video_id: str | None = None) -> dict[str, str]:
        """The metadata of a stored file; empty where nothing is stored."""
        path = self.path(table, video_id)
        return pl.read_parquet_metadata(path) if path.exists() else {}


def _not_materialised(table: Table, video_id: str | None) -> NotMaterialisedError:
    part = f" of {video_id}" if video_id else ""
    return NotMaterialisedError(f"{table.name}{part} is not materialised yet", f"Materialise {table.name} first")


def _content(path: Path) -> bytes | None:
    """What is stored; None where nothing is. Polars opens a path more than once, and it may be replaced in between."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _read_together(table: Table, contents: list[bytes]) -> list[pl.DataFrame]:
    """The rows of several files, in their order. All at once costs a fifth of one after the other."""
    try:
        return [table.conform(pl.read_parquet(contents, columns=list(table.schema)))] if contents else []
    except (pl.exceptions.ColumnNotFoundError, pl.exceptions.SchemaError):
        return [_read(table, content) for content in contents]


def _read(table: Table, content: bytes) -> pl.DataFrame:
    """The rows of one file, be it of an earlier version that did not know all columns."""
    stored = [name for name in pl.read_parquet_schema(io.BytesIO(content)) if name in table.schema]
    return table.conform(table.completed(pl.read_parquet(content, columns=stored)))


def content_fingerprint(rows: pl.DataFrame) -> str:
    """Sixteen hex digits that depend on the rows, their order and their types alone."""
    buffer = io.BytesIO()
    # Unlike Arrow's own format it leaves out what lies behind a null, which differs with where the rows came from.
    rows.rechunk().write_parquet(buffer, compression="uncompressed", statistics=False)
    return hashlib.sha256(buffer.getbuffer()).hexdigest()[:16]


def fingerprint(*parts: str | None) -> str:
    """Sixteen hex digits over an ordered list of texts; a missing part differs from an empty one."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"\x00" if part is None else b"\x01" + str(len(part)).encode() + b":" + part.encode())
    return digest.hexdigest()[:16]
