"""What changed for faces that stayed in the lake: no face changes its person without an event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from framecurate_assets.identity.known import Known
from framecurate_assets.lake.tables import IDENTITY_EVENTS
from framecurate_assets.people.corrections import Confirm, Correction, Reject, Rename, Undo, anchors_of, persons_of
from framecurate_assets.people.people import People
from framecurate_assets.people.registry import report_corrections
from framecurate_assets.people.rulings import Rulings


@dataclass(frozen=True)
class Run:
    """What a run started from."""

    previous: People
    known: Known
    rulings: Rulings
    """As they were before the clustering joined anybody."""
    same_rules: bool


def record_events(run: Run, clusters: pl.DataFrame, rulings: Rulings, now: datetime) -> pl.DataFrame:
    """IDENTITY_EVENTS: those of the last run, and one for each pair of persons between whom faces moved.

    Args:
        run: what the run started from.
        clusters: IDENTITY_CLUSTERS, its result.
        rulings: what holds of what people said, as they stand after it.
        now: when.
    """
    before = run.previous.clusters.select("face_id", "model_person_id", before="person_id")
    moved = clusters.select("face_id", after="person_id").join(before, on="face_id")
    moved = moved.filter(pl.col("before").ne_missing(pl.col("after")))
    causes = _Causes(run)
    moved = moved.with_columns(
        cause=pl.Series([causes.of(*row) for row in moved.iter_rows()], dtype=pl.String),
    )
    pairs = moved.group_by("before", "after", "cause").len().sort("before", "after", "cause", nulls_last=True)
    there, here = set(before["before"].drop_nulls()), set(clusters["person_id"].drop_nulls())
    rows: list[dict[str, object]] = []
    for number, (old, new, cause, faces) in enumerate(pairs.iter_rows(), start=run.previous.last_event + 1):
        if old and new and old not in here and rulings.person(old) == new:
            kind, persons = "merged", (old, new)
        elif old and new and new not in there:
            kind, persons = "split", (new, old)
        else:
            kind, persons = "moved", (new, old)
        rows.append(
            {
                "event": number,
                "happened_at": now,
                "kind": kind,
                "person_id": persons[0],
                "other_id": persons[1],
                "faces": faces,
                "cause": cause,
            }
        )
    return pl.concat([run.previous.events, IDENTITY_EVENTS.from_rows(rows)])


class _Causes:
    """Why a face has another person than in the last run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._settled = dict(run.known.settled.iter_rows())
        self._lines = {verdict.correction.id: verdict.correction for verdict in run.rulings.verdicts}
        self._news = list(_news(run.previous.corrections, report_corrections(run.rulings)))

    def of(self, face: str, after: str | None, model: str | None, before: str | None) -> str:
        """The cause of a face's change from one person to another."""
        rulings = self._run.rulings
        base = self._settled.get(face) or (model and rulings.returns(face, model))
        said = None if face in rulings.rejected or not base else rulings.person(base)
        if said == after and said != before and self._news:
            return f"correction {self._last(face, before, after)}"
        return "clustering" if self._run.same_rules else "rules"

    def _last(self, face: str, *persons: str | None) -> int:
        """The latest news that name one of the persons, or the face."""
        for number in reversed(self._news):
            line = self._lines.get(number)
            if line and (face in _rejects(line, self._lines) or _persons(line, self._lines) & set(persons)):
                return number
        return self._news[-1]


def _news(before: pl.DataFrame, after: pl.DataFrame) -> Iterable[int]:
    """Numbers of the lines that are new, gone or of another state than in the last run, ascending."""
    compared = ["correction", "kind", "persons", "faces", "state"]
    rows = [{repr(row): row[0] for row in frame.select(compared).iter_rows()} for frame in (before, after)]
    return sorted({(rows[0] | rows[1])[row] for row in rows[0].keys() ^ rows[1].keys()})


def _persons(line: Correction, lines: dict[int, Correction]) -> set[str]:
    if isinstance(line, Undo):
        return _persons(lines[line.of], lines) if line.of in lines and line.of < line.id else set()
    # These change nobody's person.
    return set() if isinstance(line, Confirm | Rename) else {*persons_of(line), *anchors_of(line)}


def _rejects(line: Correction, lines: dict[int, Correction]) -> tuple[str, ...]:
    if isinstance(line, Undo):
        return _rejects(lines[line.of], lines) if line.of in lines and line.of < line.id else ()
    return line.faces if isinstance(line, Reject) else ()
