"""What the lake holds of one video, and of it in the tables over all videos."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.freshness.stale import is_stale, stale_videos
from framecurate_assets.lake import tables
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import Table
from framecurate_assets.policy import Policy
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import STAGES, Stage
from framecurate_assets.why.answer import Step


@dataclass(frozen=True)
class Records:
    """The rows about one video; without rows where nothing was made yet."""

    lake: Lake
    policy: Policy
    """As it is today."""

    video_id: str

    _read: dict[str, pl.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    """Tables that were read before, by name: several steps ask for the same ones."""

    def rows(self, table: Table) -> pl.DataFrame:
        """The rows of a table that are about this video."""
        rows = self.read(table)
        if table in tables.PER_VIDEO_TABLES:
            return rows
        if "video_id" in table.schema:
            return rows.filter(pl.col("video_id") == self.video_id)
        return rows.filter(pl.col("face_id").str.starts_with(f"{self.video_id}@"))

    def read(self, table: Table) -> pl.DataFrame:
        """The rows of a table over the whole lake, about whatever video; of a per-video table those of this video."""
        if table.name not in self._read:
            video_id = self.video_id if table in tables.PER_VIDEO_TABLES else None
            self._read[table.name] = self.lake.read_if_there(table, video_id)
        return self._read[table.name]

    @cached_property
    def source(self) -> Source | None:
        """What the sources say of the video; None: it is not on the list."""
        found = [one for one in all_sources(self.lake.folder).sources if one.video_id == self.video_id]
        return found[0] if found else None

    def is_made(self, stage: Stage) -> bool:
        """Whether the stage was ever made for the video."""
        return self.lake.path(stage.table, self.video_id if stage.per_video else None).exists()

    def staleness(self, stage: Stage) -> list[Step]:
        """A step that says so, where a stage was made and is to be made again."""
        if not self.is_made(stage) or stage.name not in self._stale_stages:
            return []
        sentence = (
            "Made under other rules, or of other rows, than today's: `framecurate run` makes it again. The thresholds "
            "shown are today's."
        )
        return [Step(stage.name, "stale", sentence)]

    @cached_property
    def _stale_stages(self) -> frozenset[str]:
        sources = [self.source] if self.source else []
        # A lake stays with the engine that it was begun with.
        inputs = Inputs(self.lake, self.policy, sources, pinned_engine(self.lake.folder) or "")
        return frozenset(
            stage.name
            for stage in STAGES
            if (stale_videos(stage, inputs) if stage.per_video else is_stale(stage, inputs))
        )
