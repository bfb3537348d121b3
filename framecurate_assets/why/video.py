"""The way of a video: how it came in, and what was made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.stages import (
    DETECTED_FACES,
    FACE_CANDIDATES,
    IDENTITY_CLUSTERS,
    PERSON_SELECTIONS,
    SAMPLED_FRAMES,
    TEMPORAL_SEQUENCES,
    Stage,
)
from framecurate_assets.why.answer import Step, number_of
from framecurate_assets.why.candidate import refusals
from framecurate_assets.why.identity import called
from framecurate_assets.why.intake import intake_steps
from framecurate_assets.why.records import Records
from framecurate_assets.why.sequence import sequences_of_video


def video_steps(records: Records) -> list[Step]:
    """The whole way of a video; the last step is how far it came."""
    *before, standing = intake_steps(records)
    is_ready = standing.outcome == "ready"
    made = [
        step
        for stage, tell in TELLERS
        if records.is_made(stage) and (is_ready or stage.name == standing.stage or records.rows(stage.table).height)
        for step in (*records.staleness(stage), *tell(records))
    ]
    return [*before, standing, *made, *_not_made(records)] if is_ready else [*before, *made, standing]


def _frames(records: Records) -> list[Step]:
    frames = records.rows(tables.SAMPLED_FRAMES)
    refused = records.rows(tables.PICTURES).filter(pl.col("reason").is_not_null())
    steps = [
        Step(SAMPLED_FRAMES.name, "refused", f"The picture {row['picture']} is no frame: {row['reason']}")
        for row in refused.iter_rows(named=True)
    ]
    if frames.is_empty():
        return [*steps, Step(SAMPLED_FRAMES.name, "no frames", "No frame was sampled.")]
    sections = Counter(frames["section"])
    parts = ", ".join(f"{sections[name]} {name}" for name in ("front", "middle", "end") if sections[name])
    first_s, last_s = frames.select(first=pl.col("pts_s").min(), last=pl.col("pts_s").max()).row(0)
    shots = number_of(frames["shot"].n_unique(), "shot")
    sentence = f"{number_of(frames.height, 'frame')} ({parts}) from {first_s:.3f} to {last_s:.3f} s, in {shots}."
    return [*steps, Step(SAMPLED_FRAMES.name, "sampled", sentence, value=frames.height)]


def _faces(records: Records) -> list[Step]:
    faces = records.rows(tables.DETECTED_FACES)
    where = number_of(faces["frame_id"].n_unique(), "frame")
    sentence = f"{number_of(faces.height, 'face')} above the loose gate, in {where}."
    return [Step(DETECTED_FACES.name, "found" if faces.height else "no faces", sentence, value=faces.height)]


def _candidates(records: Records) -> list[Step]:
    found, passed = records.rows(tables.DETECTED_FACES).height, records.rows(tables.FACE_CANDIDATES).height
    sentence = f"{passed} of {number_of(found, 'face')} are candidates."
    outcome = "candidates" if passed else "no candidates"
    return [*refusals(records), Step(FACE_CANDIDATES.name, outcome, sentence, value=passed)]


def _people(records: Records) -> list[Step]:
    rows = records.rows(tables.IDENTITY_CLUSTERS)
    faces = Counter(rows["person_id"].drop_nulls())
    people = [
        Step(IDENTITY_CLUSTERS.name, person_id, f"{called(person_id, records)} has {number_of(count, 'face')} in it.")
        for person_id, count in sorted(faces.items(), key=lambda item: (-item[1], item[0]))
    ]
    nobodys = Counter(rows.filter(pl.col("person_id").is_null())["reason"])
    if nobodys:
        parts = ", ".join(f"{count} {reason}" for reason, count in sorted(nobodys.items(), key=str))
        people.append(Step(IDENTITY_CLUSTERS.name, "nobody's", f"Faces that are nobody's: {parts}."))
    return people


def _selected(records: Records) -> list[Step]:
    chosen = records.rows(tables.PERSON_SELECTIONS)
    left_out = Counter(records.rows(tables.SELECTION_VERDICTS)["reason"])
    steps = [
        Step(PERSON_SELECTIONS.name, "left out", f"{reason} left out {number_of(count, 'face')}.", reason, count)
        for reason, count in left_out.most_common()
    ]
    kinds = Counter(chosen["kind"])
    people = number_of(chosen["person_id"].n_unique(), "person", "people")
    sentence = (
        f"{number_of(chosen.height, 'picture')} of it in the dataset: {kinds['high_quality']} best, "
        f"{kinds['temporal_sequence']} of temporal sequences; of {people}."
    )
    outcome = "chosen" if chosen.height else "nothing chosen"
    return [*steps, Step(PERSON_SELECTIONS.name, outcome, sentence, value=chosen.height)]


def _not_made(records: Records) -> list[Step]:
    """The first stage that was not made yet."""
    waiting = [stage for stage, _ in TELLERS if not records.is_made(stage)]
    return [Step(stage.name, "not made yet", "`framecurate run` makes it.") for stage in waiting[:1]]


TELLERS: tuple[tuple[Stage, Callable[[Records], list[Step]]], ...] = (
    (SAMPLED_FRAMES, _frames),
    (DETECTED_FACES, _faces),
    (FACE_CANDIDATES, _candidates),
    (IDENTITY_CLUSTERS, _people),
    (TEMPORAL_SEQUENCES, sequences_of_video),
    (PERSON_SELECTIONS, _selected),
)
"""The stages after the intake, and what is told of each where it was made."""
