"""Whether a face was chosen for the dataset, and if not, what stood against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.stages import PERSON_SELECTIONS
from framecurate_assets.why.answer import Step, figure, number_of
from framecurate_assets.why.founding import too_poor_to_found
from framecurate_assets.why.identity import called
from framecurate_assets.why.records import Records

STAGE = PERSON_SELECTIONS.name


def selection_steps(face_id: str, records: Records) -> list[Step]:
    """A step for each picture that shows the face in the dataset, or one that says why there is none."""
    chosen = records.read(tables.PERSON_SELECTIONS).filter(pl.col("face_id") == face_id)
    if chosen.height:
        return [_chosen(row, records) for row in chosen.iter_rows(named=True)]
    verdicts = records.read(tables.SELECTION_VERDICTS).filter(pl.col("face_id") == face_id)
    if verdicts.height:
        return [_left_out(verdicts.row(0, named=True), records)]
    if not records.is_made(PERSON_SELECTIONS):
        return [Step(STAGE, "not selected yet", "No dataset was made yet: `framecurate run` does that.")]
    if face_id in records.read(tables.TEMPORAL_SEQUENCES)["face_id"]:
        sentence = "Left out: a sequence is taken as a whole or not at all, and the bytes gained more elsewhere."
        return [Step(STAGE, "left out", sentence)]
    sentence = "The dataset was made without it: `framecurate run` makes it again if it is to be looked at."
    return [Step(STAGE, "not looked at", sentence)]


def _chosen(row: dict[str, Any], records: Records) -> Step:
    series = "the best pictures" if row["kind"] == "high_quality" else "the temporal sequence"
    split = f" for {row['split']}" if row["split"] else ""
    sentence = f"Chosen{split}: number {row['rank']} of {series} of {called(row['person_id'], records)}, {row['path']}."
    return Step(STAGE, "chosen", sentence, row["kind"], row["score"])


def _left_out(row: dict[str, Any], records: Records) -> Step:
    rival_id = row["rival_id"] or (_nearest_other(row["face_id"], records) if row["reason"] == "rival_near" else None)
    value, threshold = row["value"], row["threshold"]
    if row["reason"] == "not_core":
        why = _joined_later(row["face_id"], value, records)
    else:
        explain = EXPLANATIONS.get(row["reason"])
        why = explain(_named(rival_id, records), value, threshold) if explain else f"{row['reason']} {figure(value)}"
    return Step(STAGE, "left out", f"Left out: {why}.", row["reason"], value, threshold, rival_id)


def _nearest_other(face_id: str, records: Records) -> str | None:
    """The person that a face might be instead of its own."""
    rows = records.read(tables.IDENTITY_CLUSTERS).filter(pl.col("face_id") == face_id)
    return rows["rival_id"][0] if rows.height else None


def _named(rival_id: str | None, records: Records) -> str | None:
    """How a rival is called in a sentence: a face that was chosen, or a person."""
    if rival_id is None:
        return None
    chosen = records.read(tables.PERSON_SELECTIONS).filter(pl.col("face_id") == rival_id)
    if chosen.is_empty():
        return called(rival_id, records)
    whose, kind = chosen.select("person_id", "kind").row(0)
    return f"{called(whose, records)}'s {'picture' if kind == 'high_quality' else 'sequence picture'} {rival_id}"


def _joined_later(face_id: str, value: float | None, records: Records) -> str:
    """Why a face is not of the core: its distance, which may be small, is not the reason."""
    poor = too_poor_to_found(face_id, records)
    why = f"too poor to found a person ({poor})" if poor else "at first it resembled too few others to be somebody"
    return (
        f"it joined later: {why}. It is {figure(value)} from its person; only faces that are surely the person's are "
        "chosen"
    )


def _near_duplicate(rival: str | None, value: float | None, threshold: float | None) -> str:
    # Bits are counted in whole numbers; distances of descriptors within one shot are far below 1.
    if threshold is None or threshold >= 1 or value == 0:
        return f"{rival} looks the same ({figure(value)} of 64 bits differ; at least {figure(threshold)} are asked for)"
    return (
        f"{rival} shows the same face in the same shot (their descriptors are {figure(value)} apart; at least "
        f"{figure(threshold)} is asked for)"
    )


def _too_close_in_time(rival: str | None, value: float | None, threshold: float | None) -> str:
    return f"{rival} is {figure(value)} s away; at least {figure(threshold)} s are asked for"


def _shot_is_full(_rival: str | None, value: float | None, threshold: float | None) -> str:
    return (
        f"{figure(value)} pictures of its shot were chosen, and at most {figure(threshold)} may be, as long as other "
        "shots of the person have any"
    )


def _rival_near(rival: str | None, value: float | None, threshold: float | None) -> str:
    if rival is None:
        return "how near it is to its person is not known"
    return (
        f"{rival} is nearly as near as its own person, who is nearer by a share of {figure(value)}; at least "
        f"{figure(threshold)} is asked for"
    )


def _gained_less(rival: str | None, value: float | None, threshold: float | None) -> str:
    if rival is None:
        return "no best pictures are asked for"
    return (
        f"the person has all the pictures asked for, and the least of them, {rival}, gained {figure(threshold)} where "
        f"this one would gain {figure(value)}"
    )


def _too_few_faces(_rival: str | None, value: float | None, threshold: float | None) -> str:
    faces = number_of(int(value or 0), "face")
    return f"its person has {faces}, and at least {figure(threshold)} are asked for to get a folder"


def _budget(_rival: str | None, value: float | None, threshold: float | None) -> str:
    return f"it takes {_bytes(value)}, and {_bytes(threshold)} of the budget were left"


def _not_asked_for(_rival: str | None, _value: float | None, _threshold: float | None) -> str:
    return "its person is not among those of the reference photos"


def _bytes(value: float | None) -> str:
    return "an unknown number of bytes" if value is None else f"{value:.0f} bytes"


EXPLANATIONS: dict[str, Callable[[str | None, float | None, float | None], str]] = {
    "near_duplicate": _near_duplicate,
    "too_close_in_time": _too_close_in_time,
    "shot_is_full": _shot_is_full,
    "rival_near": _rival_near,
    "gained_less": _gained_less,
    "too_few_faces": _too_few_faces,
    "budget": _budget,
    "not_asked_for": _not_asked_for,
}
"""What each word of selection_verdicts but `not_core` means, as the end of a sentence."""
