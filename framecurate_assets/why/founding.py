"""Whether a face is good enough to found a person, or only to join one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.stages import IDENTITY_CLUSTERS
from framecurate_assets.why.answer import Step, figure
from framecurate_assets.why.records import Records


@dataclass(frozen=True)
class _Rule:
    """What the policy asks of a founder, and a face's measurement."""

    name: str
    word: str
    value: float | None
    threshold: float
    is_strict: bool
    """Whether it has to be more than the threshold; else as much is enough."""

    @property
    def holds(self) -> bool:
        """Whether the face keeps it; what was not measured does not."""
        if self.value is None:
            return False
        return self.value > self.threshold if self.is_strict else self.value >= self.threshold


def founder_steps(face_id: str, records: Records) -> list[Step]:
    """Each rule for founding a person, with what was measured of a candidate."""
    return [
        Step(
            IDENTITY_CLUSTERS.name,
            "passed" if rule.holds else "failed",
            f"{rule.word} {figure(rule.value)}; to found a person it has to be "
            f"{'over' if rule.is_strict else 'not under'} {rule.threshold:g}",
            rule.name,
            rule.value,
            rule.threshold,
        )
        for rule in _rules(face_id, records)
    ]


def too_poor_to_found(face_id: str, records: Records) -> str | None:
    """The rules that a candidate fails, in words; None where some face of its track keeps them all."""
    clusters = records.rows(tables.IDENTITY_CLUSTERS)
    track_ids = clusters.filter(pl.col("face_id") == face_id)["track_id"]
    together = clusters.filter(pl.col("track_id").is_in(track_ids.to_list()))["face_id"]
    if any(all(rule.holds for rule in _rules(one, records)) for one in {face_id, *together}):
        return None
    failed = [rule for rule in _rules(face_id, records) if not rule.holds]
    return "; ".join(
        f"{rule.word} {figure(rule.value)}, {'not over' if rule.is_strict else 'under'} {rule.threshold:g}"
        for rule in failed
    )


def _rules(face_id: str, records: Records) -> Iterator[_Rule]:
    policy = records.policy.identity
    for face in records.rows(tables.FACE_CANDIDATES).filter(pl.col("face_id") == face_id).iter_rows(named=True):
        yield _Rule("founder_confidence", "confidence", face["det_score"], policy.founder_confidence, True)
        yield _Rule("founder_frontality", "frontality", face["frontality"], policy.founder_frontality, False)
        yield _Rule("founder_sharpness", "sharpness", face["sharpness"], policy.founder_sharpness, True)
