"""How a video came in: what it is, how fetching went, what befell it, and what was removed."""

from __future__ import annotations

from typing import Any

from framecurate_assets.lake import tables
from framecurate_assets.lake.retention import pruned_paths
from framecurate_assets.lake.sealed import is_sealed
from framecurate_assets.stages import RAW_VIDEOS
from framecurate_assets.why.answer import Step, number_of
from framecurate_assets.why.records import Records


def intake_steps(records: Records) -> list[Step]:
    """What came in and how fetching went; the last step is how the video stands, its setbacks further down included."""
    raw = records.rows(tables.RAW_VIDEOS)
    steps = [*records.staleness(RAW_VIDEOS), *_attempts(records), *_removed(records)]
    if raw.is_empty():
        where = f": {records.source.source}" if records.source else ""
        steps.append(Step(RAW_VIDEOS.name, "waiting", f"It was not taken in yet{where}; `framecurate run` does that."))
        return steps
    row = raw.row(0, named=True)
    if row["status"] != "ready":
        return [*steps, Step(RAW_VIDEOS.name, row["status"], f"{row['reason']} It came from {row['source']}.")]
    steps.append(Step(RAW_VIDEOS.name, "ready", _what_it_is(row)))
    return steps + [
        Step(one["stage"], one["status"], one["reason"])
        for one in records.rows(tables.VIDEO_SETBACKS).iter_rows(named=True)
    ]


def _what_it_is(row: dict[str, Any]) -> str:
    size = f"{row['width']}x{row['height']}" if row["width"] else None
    length = f"{row['duration_s']:.1f} s" if row["duration_s"] else None
    clip = f"from {row['clip_start_s'] or 0:g} s on" if row["clip_start_s"] or row["clip_end_s"] else None
    clip = f"{clip} to {row['clip_end_s']:g} s" if clip and row["clip_end_s"] else clip
    taken = f"taken in on {row['ingested_at']:%Y-%m-%d}" if row["ingested_at"] else None
    return ", ".join(part for part in (row["source"], size, length, clip, taken) if part) + "."


def _attempts(records: Records) -> list[Step]:
    steps = []
    for row in records.rows(tables.FETCH_ATTEMPTS).iter_rows(named=True):
        last = f", last on {row['last_attempt_at']:%Y-%m-%d %H:%M}" if row["last_attempt_at"] else ""
        again = f"; the next try is due on {row['next_attempt_at']:%Y-%m-%d %H:%M}" if row["next_attempt_at"] else ""
        reason = f": {row['reason'].rstrip('.')}" if row["reason"] else ""
        tries = number_of(row["attempts"], "try", "tries")
        steps.append(Step(RAW_VIDEOS.name, row["outcome"], f"{tries} to fetch it{last}{reason}{again}."))
    return steps


def _removed(records: Records) -> list[Step]:
    steps = []
    if is_sealed(records.lake, records.video_id):
        sealed = records.rows(tables.SEALED_VIDEOS).row(0, named=True)
        sentence = (
            f"It shows a person who was erased on {sealed['sealed_at']:%Y-%m-%d}: {sealed['frames_erased']} frames and "
            f"{sealed['faces_erased']} faces went with its file, and it is never fetched or sampled again."
        )
        steps.append(Step(RAW_VIDEOS.name, "sealed", sentence))
    pruned = len(pruned_paths(records.lake, records.video_id))
    if pruned:
        sentence = f"{number_of(pruned, 'file')} of it were removed as `retention` asks; their rows stay."
        steps.append(Step(RAW_VIDEOS.name, "pruned", sentence))
    return steps
