"""The way of a face: what was measured, every rule, whose it is, and whether it was chosen."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.stages import (
    DETECTED_FACES,
    FACE_CANDIDATES,
    IDENTITY_CLUSTERS,
    PERSON_SELECTIONS,
    TEMPORAL_SEQUENCES,
)
from framecurate_assets.why.answer import Step, figure
from framecurate_assets.why.candidate import rule_steps, verdict
from framecurate_assets.why.identity import identity_steps
from framecurate_assets.why.records import Records
from framecurate_assets.why.selection import selection_steps
from framecurate_assets.why.sequence import anchor_steps, sequence_face_steps
from framecurate_assets.why.spoken import corrections_of


def face_steps(face_id: str, records: Records) -> list[Step]:
    """The way of a face from its detection on, or of a face of a temporal sequence; the last step is where it ended."""
    decoded = sequence_face_steps(face_id, records)
    if decoded:
        before = [*records.staleness(TEMPORAL_SEQUENCES), *decoded, *records.staleness(PERSON_SELECTIONS)]
        return [*before, *selection_steps(face_id, records)]
    steps = [*records.staleness(DETECTED_FACES), _detected(face_id, records)]
    steps += [*records.staleness(FACE_CANDIDATES), *rule_steps(face_id, records)]
    return [*steps, *fate_steps(face_id, records)]


def fate_steps(face_id: str, records: Records) -> list[Step]:
    """What was decided about a detected face, stage by stage; the last step is where it ended."""
    judged = verdict(face_id, records)
    if judged.outcome != "candidate":
        return [judged]
    whose = [*corrections_of(face_id, records), *identity_steps(face_id, records)]
    steps = [judged, *records.staleness(IDENTITY_CLUSTERS), *whose]
    if whose[-1].outcome in ("nobody's", "not clustered yet"):
        return steps
    chosen = selection_steps(face_id, records)
    anchored = [*records.staleness(TEMPORAL_SEQUENCES), *anchor_steps(face_id, records)]
    return [*steps, *anchored, *records.staleness(PERSON_SELECTIONS), *chosen]


def _detected(face_id: str, records: Records) -> Step:
    row = records.rows(tables.DETECTED_FACES).filter(pl.col("face_id") == face_id).row(0, named=True)
    pose = ", ".join(f"{angle} {figure(row[angle])}" for angle in ("yaw", "pitch", "roll"))
    described = "described" if row["embedding"] is not None else "without a descriptor, which a rule had made needless"
    sentence = (
        f"Found at {row['pts_s']:.3f} s, {figure(row['face_px'])} px, with score {figure(row['det_score'])}; {pose}; "
        f"composite {figure(row['composite'])}; {row['emotion'] or 'emotion not measured'}; {described}; "
        f"by {row['engine']}."
    )
    return Step(DETECTED_FACES.name, "found", sentence, value=row["det_score"])
