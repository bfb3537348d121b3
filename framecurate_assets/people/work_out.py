"""One run over the faces of the whole lake: who is who now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from framecurate_assets.identity.cluster import cluster_faces
from framecurate_assets.identity.clustering import Clustering
from framecurate_assets.lake.lake import fingerprint
from framecurate_assets.people.corrections import Correction
from framecurate_assets.people.known_people import known_people
from framecurate_assets.people.people import People
from framecurate_assets.people.replay import replay
from framecurate_assets.people.settle import settle
from framecurate_assets.policy import IdentityPolicy


def work_out_people(
    candidates: pl.DataFrame,
    previous: People,
    corrections: Sequence[Correction],
    policy: IdentityPolicy,
    engine_distance: float,
    now: datetime,
    code_version: str = "",
) -> tuple[People, Clustering]:
    """Cluster the candidates of the lake, with all that the last run found and people said.

    Args:
        candidates: FACE_CANDIDATES.
        previous: the last run, as `read_people` gives it.
        corrections: what people said, as `read_log` gives it.
        policy: the thresholds.
        engine_distance: the engine's own seed threshold.
        now: when.
        code_version: of the clustering; another one than in the last run clusters all again.

    Raises:
        FramecurateError: the candidates come from two engines, or one has no usable descriptor.
    """
    rulings = replay(corrections, given=previous.given, joined=previous.joined, faces=frozenset(candidates["face_id"]))
    engine = candidates["engine"].first() if candidates.height else None
    rules = rules_fingerprint(policy, str(engine), code_version) if engine else previous.rules
    known = known_people(previous, rulings, candidates, same_rules=rules == previous.rules)
    clustering = cluster_faces(candidates, policy, engine_distance, known)
    return settle(clustering, known, rulings, previous, candidates, now, rules), clustering


def rules_fingerprint(policy: IdentityPolicy, engine: str, code_version: str) -> str:
    """Changes with whatever decides who is who beside the faces and what people said."""
    deciding = policy.model_dump_json(exclude={"min_faces", "allowed_same_frame"})
    return fingerprint(deciding, engine, code_version)
