"""The lake as it stands at one moment: what decides what is stale, each thing looked up once for all videos."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import CONTENT, MADE_FROM
from framecurate_assets.lake.tables import Table

Row = Mapping[str, Any]


class Look:
    """A look at the lake. What is written after it was first asked for is not seen: take another one."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        # By the names of tables: a table itself takes long to look up, with all its columns.
        self._facts: dict[tuple[str, str | None], dict[str, str]] = {}
        self._rows: dict[tuple[str, ...], dict[str, list[Row]]] = {}
        self._ids: dict[str, list[str]] = {}
        self._missing: dict[tuple[str, str | None], dict[str, int | None]] = {}
        self._sizes: dict[str, dict[str, int]] = {}

    def facts(self, table: Table, video_id: str | None = None) -> Mapping[str, str]:
        """As `Lake.facts`."""
        key = (table.name, video_id)
        if key not in self._facts:
            self._facts[key] = self.inputs.lake.facts(table, video_id)
        return self._facts[key]

    def content(self, table: Table, video_id: str | None = None) -> str | None:
        """As `Lake.content`."""
        return self.facts(table, video_id).get(CONTENT)

    def made_from(self, table: Table, video_id: str | None = None) -> str | None:
        """As `Lake.made_from`."""
        return self.facts(table, video_id).get(MADE_FROM)

    def video_ids(self, table: Table) -> list[str]:
        """As `Lake.video_ids`."""
        if table.name not in self._ids:
            self._ids[table.name] = self.inputs.lake.video_ids(table)
        return self._ids[table.name]

    def rows(self, table: Table, video_id: str, *columns: str) -> list[Row]:
        """Some columns of the rows that a video has in a table; of a video that is no source there are none."""
        key = (table.name, *columns)
        if key not in self._rows:
            self._rows[key] = self._rows_by_video(table, columns)
        return self._rows[key].get(video_id, [])

    def missing_files(self, table: Table, video_id: str | None = None) -> dict[str, int | None]:
        """The files that the rows name and that are not as they were, and their size today; None: not there."""
        key = (table.name, video_id)
        if key not in self._missing:
            self._missing[key] = self._missing_now(table, video_id) if "path" in table.schema else {}
        return self._missing[key]

    def pruned_paths(self, video_id: str) -> frozenset[str]:
        """As `retention.pruned_paths`."""
        return frozenset(row["path"] for row in self.rows(tables.PRUNED_FILES, video_id, "path"))

    def is_sealed(self, video_id: str) -> bool:
        """As `sealed.is_sealed`."""
        return video_id in self.video_ids(tables.SEALED_VIDEOS)

    def _missing_now(self, table: Table, video_id: str | None) -> dict[str, int | None]:
        if video_id is None:
            named: Collection[Row] = self.inputs.lake.read(table).select("path", "bytes").to_dicts()
        else:
            named = self.rows(table, video_id, "path", "bytes")
        sizes = ((row["path"], row["bytes"]) for row in named if row["path"] is not None and row["bytes"] is not None)
        return {path: found for path, size in sizes if (found := self._size(path)) != size}

    def _rows_by_video(self, table: Table, columns: Collection[str]) -> dict[str, list[Row]]:
        there = set(self.video_ids(table))
        wanted = [source.video_id for source in self.inputs.sources if source.video_id in there]
        found = self.inputs.lake.read_all(table, wanted, {"video_id", *columns})
        by_video: dict[str, list[Row]] = defaultdict(list)
        for row in found.iter_rows(named=True):
            by_video[row["video_id"]].append(row)
        return by_video

    def _size(self, path: str) -> int | None:
        folder, _, name = path.rpartition("/")
        if folder not in self._sizes:
            self._sizes[folder] = self._sizes_in(folder)
        return self._sizes[folder].get(name)

    def _sizes_in(self, folder: str) -> dict[str, int]:
        try:
            with os.scandir(self.inputs.lake.folder.absolute(folder)) as entries:
                return {entry.name: size for entry in entries if (size := _size_of(entry)) is not None}
        except FileNotFoundError:
            return {}


def _size_of(entry: os.DirEntry[str]) -> int | None:
    try:
        return entry.stat().st_size
    except FileNotFoundError:
        return None
