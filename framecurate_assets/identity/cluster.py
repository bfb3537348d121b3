"""From face candidates to people."""

from __future__ import annotations

import numpy as np
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.account import facts_of, same_frame_twice
from framecurate_assets.identity.calibrate import Threshold, calibrated
from framecurate_assets.identity.clustering import FACES, TWICE, Clustering
from framecurate_assets.identity.faces import NOBODY
from framecurate_assets.identity.graph import best_of_tracks
from framecurate_assets.identity.groups import means_of
from framecurate_assets.identity.known import Known
from framecurate_assets.identity.margins import Margins, measure_margins
from framecurate_assets.identity.material import Material, gather
from framecurate_assets.identity.neighbours import Indices
from framecurate_assets.identity.people import People, find_people
from framecurate_assets.policy import IdentityPolicy

NOTHING_KNOWN = Known()
"""On the first run."""


def cluster_faces(
    candidates: pl.DataFrame, policy: IdentityPolicy, engine_distance: float, known: Known = NOTHING_KNOWN
) -> Clustering:
    """Which candidates are the same person. The order of the rows makes no difference.

    Args:
        candidates: FACE_CANDIDATES, of one engine.
        policy: the thresholds.
        engine_distance: the engine's own seed threshold: Euclidean distance between two descriptors up to which they
            found a person together, for up to a thousand faces. Every other threshold is a multiple of it.
        known: what earlier runs found and people said. With settled faces only the others look for their place.

    Raises:
        FramecurateError: the candidates come from two engines, or one has no usable descriptor.
    """
    material = gather(candidates, policy, policy.distance or engine_distance, known)
    if not len(material.faces.tracks):
        return _without_people(material)
    threshold = _threshold(material, policy, engine_distance)
    people = find_people(material.faces, threshold.distance, material.rules)
    margins = measure_margins(
        material.faces, people.voting, people.neighbourhood, people.labels, np.ones(len(material.rows), dtype=np.bool_)
    )
    merged = tuple((material.persons[one], material.persons[into], apart) for one, into, apart in people.merged)
    facts = facts_of(material, people, threshold)
    return Clustering(_table(material, people, margins), merged, same_frame_twice(material, people), facts)


def _without_people(material: Material) -> Clustering:
    """There is no face, or a person rejected every one."""
    known = material.frame.select(
        "face_id", "track_id", "is_exemplar", is_core=pl.lit(False), reason=pl.lit("rejected", pl.String())
    )
    rejected = pl.concat([pl.DataFrame(schema=FACES), known], how="diagonal")
    facts: dict[str, int | float | str] = {"faces": rejected.height, "tracks": 0, "people": 0, "unassigned": 0}
    return Clustering(rejected, (), pl.DataFrame(schema=TWICE), facts)


def _threshold(material: Material, policy: IdentityPolicy, engine_distance: float) -> Threshold:
    if policy.distance is not None:
        return Threshold(policy.distance, "policy", 0, 0)
    if not policy.calibrate:
        return Threshold(engine_distance, "engine", 0, 0)
    return calibrated(material.faces, best_of_tracks(material.faces), engine_distance)


def _table(material: Material, people: People, margins: Margins) -> pl.DataFrame:
    """`Clustering.faces`."""
    faces = material.faces
    groups = people.labels[faces.tracks]
    person_of_group = _settled_persons(material, people)
    taking_part = pl.DataFrame(
        {
            "row": material.rows,
            "group": groups,
            "person_id": pl.Series([person_of_group.get(group) for group in groups.tolist()], dtype=pl.String),
            "similarity": _similarity_to_centre(faces.descriptors, groups),
            "is_core": people.is_core[faces.tracks] & (groups != NOBODY),
            "distance": margins.distance,
            "rival_group": margins.rival,
            "rival_distance": margins.rival_distance,
            "reason": np.where(groups != NOBODY, "", np.where(people.between[faces.tracks], "between", "far")),
        }
    )
    table = material.frame.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    return (
        table.join(taking_part, on="row", how="left", maintain_order="left")
        .select(
            "face_id",
            pl.col("group", "rival_group").replace(NOBODY, None),
            "person_id",
            "track_id",
            pl.col("similarity", "distance", "rival_distance").fill_nan(None),
            pl.col("is_core").fill_null(False),
            reason=pl.when("is_rejected").then(pl.lit("rejected")).otherwise(pl.col("reason").replace("", None)),
            is_exemplar="is_exemplar",
        )
        .select([pl.col(name).cast(dtype) for name, dtype in FACES.items()])
    )


def _settled_persons(material: Material, people: People) -> dict[int, str]:
    """The settled person of each group that has one; of those that were merged the one that remains."""
    faces = material.faces
    gone = {person for person, _, _ in people.merged}
    tracks = np.flatnonzero((faces.person_of_track != NOBODY) & (people.labels != NOBODY))
    pairs = set(zip(people.labels[tracks].tolist(), faces.person_of_track[tracks].tolist(), strict=True))
    return {group: material.persons[person] for group, person in pairs if person not in gone}


def _similarity_to_centre(descriptors: FloatArray, labels: Indices) -> FloatArray:
    """Cosine similarity of each face to the mean of its group's descriptors, -1..1; NaN for nobody's."""
    similarity = np.full(len(labels), np.nan, dtype=np.float32)
    rows = np.flatnonzero(labels != NOBODY)
    if len(rows):
        points = descriptors[rows]
        own = means_of(points, labels[rows], int(labels.max()) + 1)[labels[rows]]
        lengths = np.linalg.norm(own, axis=1) * np.linalg.norm(points, axis=1)
        similarity[rows] = np.einsum("ij,ij->i", own, points) / np.maximum(lengths, np.finfo(np.float32).tiny)
    return similarity
