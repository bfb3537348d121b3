"""What became of one video, told in the same way by all that are compared."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

import polars as pl

from framecurate_assets.faces.engines import seed_distance
from framecurate_assets.identity.cluster import cluster_faces
from framecurate_assets.policy import IdentityPolicy


@dataclass(frozen=True)
class Outcome:
    """Counts, and what they cost from the opening of the file, with all models loaded."""

    frames: int
    faces: int
    """Above the loose gate."""
    candidates: int
    people: int
    cpu_s: float
    wall_s: float
    steps: dict[str, float] = field(default_factory=dict)
    """Wall seconds by step."""

    def print(self) -> None:
        """One line for the process that measures."""
        print(json.dumps(asdict(self)), flush=True)

    @classmethod
    def read(cls, output: str) -> Outcome:
        """The outcome in the last line of what a process wrote."""
        return cls(**json.loads(output.strip().splitlines()[-1]))


def people_among(candidates: pl.DataFrame) -> int:
    """How many people clustering finds; the scripts of today know no shots, so nobody is followed through one.

    Args:
        candidates: the columns of detected_faces, of one engine.
    """
    if candidates.is_empty():
        return 0
    alone = candidates.with_columns(shot=pl.col("frame_id").rank("dense").cast(pl.Int32))
    policy = IdentityPolicy()
    clustering = cluster_faces(alone, policy, seed_distance(policy, candidates["engine"][0]))
    return clustering.faces["group"].drop_nulls().n_unique()
