"""What people said about a face."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.people.corrections import Correction, faces_of, in_words
from framecurate_assets.people.log import read_log
from framecurate_assets.stages import IDENTITY_CLUSTERS
from framecurate_assets.why.answer import Step
from framecurate_assets.why.records import Records


def corrections_of(face_id: str, records: Records) -> list[Step]:
    """The lines of corrections.jsonl that name a face, and what became of each.

    Raises:
        FramecurateError: a line of the log is broken.
    """
    lines = read_log(records.lake.folder.corrections).corrections
    return [_step(line, records) for line in lines if face_id in faces_of(line)]


def _step(line: Correction, records: Records) -> Step:
    states = records.read(tables.CORRECTIONS).filter(pl.col("correction") == line.id)
    said = f"correction {line.id}, by {line.by} on {line.at:%Y-%m-%d}, names it: {in_words(line)}"
    if states.is_empty():
        return Step(IDENTITY_CLUSTERS.name, "not applied yet", f"{said}; `framecurate run` applies it.", line.kind)
    state, reason = states.select("state", "reason").row(0)
    return Step(IDENTITY_CLUSTERS.name, state, f"{said}. {reason or ''}".rstrip(), line.kind)
