"""A face of a temporal sequence: decoded around a person's best moment, or the moment itself."""

from __future__ import annotations

from typing import Any

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.stages import TEMPORAL_SEQUENCES
from framecurate_assets.why.answer import Step, figure, number_of
from framecurate_assets.why.identity import called
from framecurate_assets.why.records import Records

STAGE = TEMPORAL_SEQUENCES.name


def sequence_face_steps(face_id: str, records: Records) -> list[Step]:
    """What a face of a sequence is; none where it is no such face."""
    sequences = records.read(tables.TEMPORAL_SEQUENCES)
    steps = []
    for row in sequences.filter(pl.col("face_id") == face_id).iter_rows(named=True):
        length = sequences.filter(pl.col("person_id") == row["person_id"]).height
        sentence = (
            f"It is number {row['position']} of the {length} frames that were decoded around {row['anchor_face_id']} "
            f"for {called(row['person_id'], records)}: {row['pts_s']:.3f} s, {figure(row['distance'])} from that face."
        )
        steps.append(Step(STAGE, "decoded", sentence, value=row["distance"], rival=row["anchor_face_id"]))
    return steps


def anchor_steps(face_id: str, records: Records) -> list[Step]:
    """Whether a sequence was decoded around a face of the sampled frames, or tried to be in vain."""
    around = records.read(tables.TEMPORAL_SEQUENCES).filter(pl.col("anchor_face_id") == face_id)
    missing = records.read(tables.MISSING_SEQUENCES).filter(pl.col("anchor_face_id") == face_id)
    decoded = [
        Step(
            STAGE,
            "anchor",
            f"The sequence of {called(person_id, records)} was decoded around it: {number_of(count, 'frame')}.",
        )
        for person_id, count in around.group_by("person_id").len().sort("person_id").iter_rows()
    ]
    return [*decoded, *(_missing(row, records) for row in missing.iter_rows(named=True))]


def sequences_of_video(records: Records) -> list[Step]:
    """Whose sequences were decoded from a video, and whose were tried in vain."""
    rows = records.rows(tables.TEMPORAL_SEQUENCES)
    missing = records.read(tables.MISSING_SEQUENCES)
    missing = missing.filter(pl.col("anchor_face_id").str.starts_with(f"{records.video_id}@").fill_null(value=False))
    decoded = [
        Step(STAGE, "decoded", f"The sequence of {called(person_id, records)} has {number_of(count, 'frame')} of it.")
        for person_id, count in rows.group_by("person_id").len().sort("person_id").iter_rows()
    ]
    return [*decoded, *(_missing(row, records) for row in missing.iter_rows(named=True))]


def _missing(row: dict[str, Any], records: Records) -> Step:
    return Step(STAGE, "no sequence", f"{called(row['person_id'], records)} has no temporal sequence: {row['reason']}")
