"""What a clustering tells besides who is who: its figures, and the exceptions that it made."""

from __future__ import annotations

import numpy as np
import polars as pl

from framecurate_assets.identity.calibrate import Threshold
from framecurate_assets.identity.clustering import TWICE
from framecurate_assets.identity.faces import NOBODY
from framecurate_assets.identity.material import Material
from framecurate_assets.identity.people import People
from framecurate_assets.identity.same_frame import seen_together


def same_frame_twice(material: Material, people: People) -> pl.DataFrame:
    """`Clustering.twice`, the face with the lower id first."""
    faces = material.faces
    groups = people.labels[faces.tracks]
    one, other = seen_together(faces.frames)
    one, other = np.minimum(one, other), np.maximum(one, other)
    both = (groups[one] == groups[other]) & (groups[one] != NOBODY)
    one, other = one[both], other[both]
    one, other = one[np.lexsort((other, one))], other[np.lexsort((other, one))]
    images = {(a, b) for a, b in faces.twice.tolist()}
    pairs = np.sort(np.stack([faces.tracks[one], faces.tracks[other]], axis=1), axis=1).tolist()
    frame = material.frame[material.rows]
    twice = pl.DataFrame(
        {
            "group": groups[one],
            "frame_id": frame["frame_id"][one],
            "face_id": frame["face_id"][one],
            "other_face_id": frame["face_id"][other],
            "distance": np.linalg.norm(faces.descriptors[one] - faces.descriptors[other], axis=1),
            "cause": ["picture_or_mirror" if (a, b) in images else "policy" for a, b in pairs],
        }
    )
    return twice.select([pl.col(name).cast(dtype) for name, dtype in TWICE.items()])


def facts_of(material: Material, people: People, threshold: Threshold) -> dict[str, int | float | str]:
    """`Clustering.facts`."""
    faces = material.faces
    candidates = ~material.frame["is_exemplar"].to_numpy()[material.rows]
    groups = people.labels[faces.tracks][candidates]
    settled = int((faces.settled[candidates] != NOBODY).sum())
    facts: dict[str, int | float | str] = {
        "faces": int((~material.frame["is_exemplar"]).sum()),
        "tracks": len(np.unique(faces.tracks[candidates])),
        "people": len(np.unique(groups[groups != NOBODY])),
        "unassigned": int((groups == NOBODY).sum()),
        "tracks_joined_later": int((~people.is_core & (people.labels != NOBODY)).sum()),
        "seed_threshold": round(people.threshold, 4),
        "threshold_from": threshold.source,
        "threshold_before_tightening": round(threshold.distance, 4),
        "labels_same_person": threshold.tracks,
        "labels_different_people": threshold.pairs,
        "settled_faces": settled,
        "incremental": "yes" if 2 * settled > len(groups) else "no",
    }
    if threshold.low is not None and threshold.high is not None:
        facts["threshold_interval"] = f"{threshold.low:.3f} to {threshold.high:.3f}"
    return facts
