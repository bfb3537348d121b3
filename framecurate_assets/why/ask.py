"""The way of a video, a frame, a face or a person through the pipeline, until where it ended."""

from __future__ import annotations

from collections import Counter

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.forgotten import forgotten_at
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import Policy
from framecurate_assets.stages import DETECTED_FACES, RAW_VIDEOS
from framecurate_assets.why.answer import Answer, Step
from framecurate_assets.why.face import face_steps
from framecurate_assets.why.frame import frame_steps, sampling_steps
from framecurate_assets.why.intake import intake_steps
from framecurate_assets.why.person import known_persons, person_steps
from framecurate_assets.why.records import Records
from framecurate_assets.why.sequence import sequence_face_steps
from framecurate_assets.why.subject import Subject, known_videos, unknown, what_is_asked
from framecurate_assets.why.video import video_steps


def explain(what: str, lake: Lake, policy: Policy) -> Answer:
    """Tell the way of a thing, stage by stage; nothing is made, and no model is run.

    Args:
        what: a face, frame, video or person id, the URL or path of a source, or the path of a file of the data folder.
        lake: its tables; those that were not made yet are no error.
        policy: as it is today: the thresholds that are shown.

    Raises:
        FramecurateError: there is no such thing; the message names what is near.
    """
    subject = what_is_asked(what, lake)
    records = Records(lake, policy, subject.video_id)
    steps = _erased(subject, lake) or _steps(subject, records)
    return Answer(subject.kind, subject.id, _ended(subject, steps), tuple(steps))


def _steps(subject: Subject, records: Records) -> list[Step]:
    lake = records.lake
    if subject.kind == "person":
        steps = person_steps(subject.id, records)
        if not steps:
            raise unknown(subject, known_persons(lake, records.policy), lake)
        return steps
    if subject.video_id not in known_videos(lake):
        raise unknown(Subject("video", subject.video_id), known_videos(lake), lake)
    if subject.kind == "video":
        return video_steps(records)
    before = intake_steps(records)
    if before[-1].outcome != "ready" and records.rows(tables.SAMPLED_FRAMES).is_empty():
        return before
    return [*before, *(frame_steps(subject.id, records) if subject.kind == "frame" else _face(subject, records))]


def _face(subject: Subject, records: Records) -> list[Step]:
    """The way of a face from its frame on."""
    frame_id = subject.id.partition("#")[0]
    if sequence_face_steps(subject.id, records):
        return face_steps(subject.id, records)
    sampling = sampling_steps(frame_id, records)
    if sampling[-1].outcome != "sampled":
        return sampling
    if not records.is_made(DETECTED_FACES):
        return [*sampling, Step(DETECTED_FACES.name, "not made yet", "`framecurate run` looks for faces in it.")]
    faces = records.rows(tables.DETECTED_FACES)
    if subject.id not in faces["face_id"]:
        raise unknown(subject, faces.filter(pl.col("frame_id") == frame_id)["face_id"].to_list(), records.lake)
    return [*sampling, *face_steps(subject.id, records)]


def _erased(subject: Subject, lake: Lake) -> list[Step]:
    """A step that says so, where the thing itself or its video was erased on request."""
    for kind, identifier in ((subject.kind, subject.id), ("video", subject.video_id)):
        when = forgotten_at(lake, kind, identifier)
        if when is not None:
            return [Step(RAW_VIDEOS.name, "erased", f"{identifier} was erased on {when:%Y-%m-%d}.")]
    return []


def _ended(subject: Subject, steps: list[Step]) -> str:
    """What the last step says of the thing itself; of a frame also what became of the faces in it."""
    own = [step for step in steps if step.subject is None][-1].sentence
    fates = {step.subject: step.outcome for step in steps if step.subject} if subject.kind == "frame" else {}
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(Counter(fates.values()).items()))
    return f"{own.removesuffix('.')}: {counts}." if counts else own
