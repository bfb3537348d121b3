"""The way of a frame: whether it was sampled, and what became of the faces in it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.forgotten import forgotten_at
from framecurate_assets.stages import DETECTED_FACES, SAMPLED_FRAMES
from framecurate_assets.video.plan import Grid
from framecurate_assets.why.answer import Step, number_of
from framecurate_assets.why.face import face_steps, fate_steps
from framecurate_assets.why.records import Records
from framecurate_assets.why.sequence import STAGE as SEQUENCES

STAGE = SAMPLED_FRAMES.name


def frame_steps(frame_id: str, records: Records) -> list[Step]:
    """Whether a frame was sampled, and in one step each what became of its faces."""
    return [*sampling_steps(frame_id, records), *_faces(frame_id, records), *_decoded(frame_id, records)]


def sampling_steps(frame_id: str, records: Records) -> list[Step]:
    """Whether a frame was sampled; if not, what was sampled instead of it."""
    frames = records.rows(tables.SAMPLED_FRAMES)
    row = frames.filter(pl.col("frame_id") == frame_id)
    steps = records.staleness(SAMPLED_FRAMES)
    if row.height:
        return [*steps, _sampled(row, records)]
    when = forgotten_at(records.lake, "frame", frame_id)
    if when is not None:
        return [*steps, Step(STAGE, "erased", f"It was erased on {when:%Y-%m-%d}.")]
    return [*steps, Step(STAGE, "not sampled", _why_not(int(frame_id.rpartition("@")[2]) / 1000, frames, records))]


def _sampled(row: pl.DataFrame, records: Records) -> Step:
    frame = row.row(0, named=True)
    picture = records.rows(tables.PICTURES).filter(pl.col("frame_id") == frame["frame_id"])["picture"].to_list()
    of = f"the picture {picture[0]}" if picture else f"the {frame['section']} of the video, shot {frame['shot']}"
    sentence = f"Sampled: {of}, {frame['pts_s']:.3f} s, {frame['width']}x{frame['height']}, {frame['path']}."
    return Step(STAGE, "sampled", sentence)


def _why_not(at_s: float, frames: pl.DataFrame, records: Records) -> str:
    raw = records.rows(tables.RAW_VIDEOS)
    if frames.is_empty() or raw.is_empty():
        return "No frame of this video was sampled."
    if raw["kind"][0] == "images":
        return f"Not sampled: the set has no picture with the number {at_s:g} that is a frame."
    start_s = raw["clip_start_s"][0] or 0.0
    end_s = min(raw["clip_end_s"][0] or float("inf"), raw["duration_s"][0] or float(frames["pts_s"].max()))  # type: ignore[arg-type]
    around = _around(at_s, frames)
    if not start_s <= at_s <= end_s:
        return f"Not sampled: only {start_s:g} to {end_s:.3f} s are looked at. {around}"
    grid = Grid(start_s, end_s, records.policy.sampling.frames_per_section)
    if frames.height < grid.cells:
        return (
            f"Not sampled: each of the {frames.height} frames of the video was, and none is at {at_s:.3f} s. {around}"
        )
    section = grid.section_at(at_s)
    cell = min(int((at_s - start_s) / grid.spacing_s), grid.cells - 1)
    instead = frames.sort("pts_s")["frame_id"][cell]
    return (
        f"Not sampled: each of the {grid.cells} cells of {grid.spacing_s:.3f} s gives one frame, and that of this "
        f"moment, in the {section}, gave {instead}. {around}"
    )


def _around(at_s: float, frames: pl.DataFrame) -> str:
    before = frames.filter(pl.col("pts_s") < at_s).sort("pts_s").tail(1)["frame_id"].to_list()
    after = frames.filter(pl.col("pts_s") > at_s).sort("pts_s").head(1)["frame_id"].to_list()
    parts = [*(f"before it {frame_id}" for frame_id in before), *(f"after it {frame_id}" for frame_id in after)]
    return f"Sampled: {', '.join(parts)}."


def _faces(frame_id: str, records: Records) -> list[Step]:
    """How many faces are in it, and where each ended."""
    if frame_id not in records.rows(tables.SAMPLED_FRAMES)["frame_id"] or not records.is_made(DETECTED_FACES):
        return []
    face_ids = records.rows(tables.DETECTED_FACES).filter(pl.col("frame_id") == frame_id)["face_id"].sort().to_list()
    outcome = "found" if face_ids else "no faces"
    sentence = f"{number_of(len(face_ids), 'face')} above the loose gate."
    count = Step(DETECTED_FACES.name, outcome, sentence, value=len(face_ids))
    return [count, *(_ended(fate_steps(face_id, records), face_id) for face_id in face_ids)]


def _decoded(frame_id: str, records: Records) -> list[Step]:
    """Whether it was decoded for temporal sequences, and where each face of it ended there."""
    rows = records.rows(tables.TEMPORAL_SEQUENCES).filter(pl.col("frame_id") == frame_id)
    face_ids = rows["face_id"].unique().sort().to_list()
    if not face_ids:
        return []
    count = Step(SEQUENCES, "decoded", f"Decoded for a temporal sequence, with {number_of(len(face_ids), 'face')}.")
    return [count, *(_ended(face_steps(face_id, records), face_id) for face_id in face_ids)]


def _ended(steps: list[Step], face_id: str) -> Step:
    return replace(steps[-1], subject=face_id)
