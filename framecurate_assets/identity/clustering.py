"""What a clustering says of every face."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

FACES = {
    "face_id": pl.String(),
    "group": pl.Int64(),
    "person_id": pl.String(),
    "track_id": pl.String(),
    "similarity": pl.Float32(),
    "is_core": pl.Boolean(),
    "distance": pl.Float32(),
    "rival_group": pl.Int64(),
    "rival_distance": pl.Float32(),
    "reason": pl.String(),
    "is_exemplar": pl.Boolean(),
}
"""Columns of `Clustering.faces`."""

TWICE = {
    "group": pl.Int64(),
    "frame_id": pl.String(),
    "face_id": pl.String(),
    "other_face_id": pl.String(),
    "distance": pl.Float32(),
    "cause": pl.String(),
}
"""Columns of `Clustering.twice`."""


@dataclass(frozen=True)
class Clustering:
    """Who is who, before anybody has a name."""

    faces: pl.DataFrame
    """One row a candidate and one an exemplar, sorted by video_id, pts_s, face_id; exemplars last.

    group: number of the person, 0, 1, … in the order of the faces; null: nobody's.
    person_id: the settled person whom the group is; null: none.
    track_id: `<video_id>/<shot>/<n>`; null for exemplars.
    similarity: cosine to the mean descriptor of the group, -1..1; null: nobody's.
    is_core: whether the face founded the group, or was drawn by its majority; false: it joined later.
    distance: Euclidean distance to the nearest faces of the group in other tracks (in its own, where there is no
        other); null where there is no such face.
    rival_group, rival_distance: the same to the nearest other group; null where there is none.
    reason: why it is nobody's (far, between, rejected); else null.
    is_exemplar: whether it is no candidate of the lake but a face by which a person is recognised.
    """

    merged: tuple[tuple[str, str, float], ...]
    """Settled persons that turned out to be one: (person_id, into, Euclidean distance of their centres)."""

    twice: pl.DataFrame
    """Pairs of faces of one frame and one group: group, frame_id, face_id, other_face_id, distance, cause."""

    facts: dict[str, int | float | str]
    """What to know about it: how many faces, tracks and people, and the threshold that held, and why."""
