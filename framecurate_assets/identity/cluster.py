"""From face candidates to people."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.errors import FramecurateError
from framecurate_assets.identity.conflicts import separate
from framecurate_assets.identity.fragments import join_fragments
from framecurate_assets.identity.graph import best_of_tracks, build_graph
from framecurate_assets.identity.leftovers import attach_leftovers
from framecurate_assets.identity.neighbours import Indices
from framecurate_assets.identity.stable_ids import keep_person_ids
from framecurate_assets.identity.tracks import link_tracks
from framecurate_assets.identity.whispers import renumbered, whisper
from framecurate_assets.lake.tables import IDENTITY_CLUSTERS

THRESHOLD_BY_FACES = ((1_000, 1.0), (10_000, 0.96), (50_000, 0.88), (200_000, 0.88), (1_000_000, 0.80))
"""The more faces, the nearer the nearest stranger: the part of the seed threshold that holds at that many faces.
Measured from 1 000 to 1 000 000; between these the logarithm of the number decides, outside the nearest holds."""


@dataclass(frozen=True)
class Clustering:
    """Who is who."""

    frame: pl.DataFrame
    """IDENTITY_CLUSTERS: every candidate once, sorted by video_id, pts_s, face_id."""

    highest_number: int
    """The highest person number ever given: hand it to the next run."""

    facts: dict[str, int | float]
    """What to know about it: how many faces, tracks and people, and the thresholds that held."""


def cluster_faces(
    candidates: pl.DataFrame, distance: float, previous: pl.DataFrame | None = None, highest_number: int = 0
) -> Clustering:
    """Which candidates are the same person. The order of the rows makes no difference.

    Args:
        candidates: FACE_CANDIDATES, of one engine.
        distance: seed threshold: Euclidean distance between two descriptors up to which they found a person
            together, for up to a thousand faces. Every other threshold is a multiple of it.
        previous: face_id and person_id of the last run, so that people keep their ids; null on the first.
        highest_number: the highest person number ever given.

    Raises:
        FramecurateError: the candidates come from two engines, or one has no usable descriptor.
    """
    faces = candidates.sort("video_id", "pts_s", "face_id")
    if faces.is_empty():
        _, highest_number = keep_person_ids(pl.DataFrame(schema=_LABELS), previous, highest_number)
        return Clustering(IDENTITY_CLUSTERS.empty(), highest_number, {"faces": 0, "tracks": 0, "people": 0})
    descriptors = _descriptors(faces)
    track_ids = link_tracks(faces, descriptors, distance)
    tracks = _numbered(track_ids)
    representatives = best_of_tracks(tracks, faces["composite"].to_numpy().astype(np.float64))
    threshold = distance * _tightening(len(representatives))

    graph = build_graph(descriptors, tracks, representatives, _numbered(faces["frame_id"].to_list()), threshold)
    keys = _keys(track_ids, tracks, graph.count)
    labels = whisper(graph, np.arange(graph.count), keys)
    # Whoever was put out of a group may draw others with him: hence a second time.
    labels = whisper(graph, separate(graph, labels), keys)
    standing = descriptors[representatives], tracks[representatives], threshold
    seeded = join_fragments(separate(graph, labels), graph, *standing)
    joined = attach_leftovers(seeded, graph, *standing)

    of_faces = renumbered(joined[tracks])
    named, highest_number = keep_person_ids(
        pl.DataFrame({"face_id": faces["face_id"], "label": of_faces}, schema=_LABELS), previous, highest_number
    )
    frame = named.with_columns(
        track_id=pl.Series(track_ids),
        similarity=pl.Series(_similarity_to_centre(descriptors, of_faces)),
        is_core=pl.Series((joined == seeded)[tracks]),
    )
    facts = {
        "faces": faces.height,
        "tracks": graph.count,
        "people": int(of_faces.max()) + 1,
        "tracks_joined_later": int((joined != seeded).sum()),
        "seed_threshold": round(threshold, 4),
    }
    return Clustering(IDENTITY_CLUSTERS.conform(frame), highest_number, facts)


_LABELS = {"face_id": pl.String(), "label": pl.Int64()}


def _descriptors(faces: pl.DataFrame) -> FloatArray:
    """The embeddings as one array, shape (n, size), once they are known to be comparable."""
    engines = faces["engine"].unique().sort().to_list()
    if len(engines) > 1:
        raise FramecurateError(
            f"The candidates were described by {' and '.join(map(str, engines))}, which cannot be compared",
            "Rematerialise detected_faces with one engine",
        )
    unusable = faces.filter(
        pl.col("embedding").is_null()
        | (pl.col("embedding").list.len() != pl.col("embedding").list.len().max())
        | (pl.col("embedding").list.len() == 0)
        | ~pl.col("embedding").list.eval(pl.element().is_finite().fill_null(False)).list.all()
    )
    if not unusable.is_empty():
        raise FramecurateError(
            f"{unusable.height} of {faces.height} candidates have no usable descriptor, the first is "
            f"{unusable['face_id'][0]}",
            "Rematerialise detected_faces and face_candidates of their videos",
        )
    return np.stack(faces["embedding"].to_list()).astype(np.float32)


def _numbered(names: list[str]) -> Indices:
    """Each name's number, 0, 1, … in the order in which they appear."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


def _keys(track_ids: list[str], tracks: Indices, count: int) -> npt.NDArray[np.uint64]:
    """A number a track that depends on its id alone."""
    names = [""] * count
    for name, track in zip(track_ids, tracks.tolist(), strict=True):
        names[track] = name
    digests = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _tightening(faces: int) -> float:
    """The part of the seed threshold that holds for this many faces."""
    sizes, parts = zip(*THRESHOLD_BY_FACES, strict=True)
    return float(np.interp(np.log(faces), np.log(sizes), parts))


def _similarity_to_centre(descriptors: FloatArray, labels: Indices) -> FloatArray:
    """Cosine similarity of each face to the mean of its group's descriptors, -1..1."""
    centres = np.zeros((int(labels.max()) + 1, descriptors.shape[1]), dtype=np.float64)
    np.add.at(centres, labels, descriptors)
    own = centres[labels]
    lengths = np.linalg.norm(own, axis=1) * np.linalg.norm(descriptors, axis=1)
    products = np.einsum("ij,ij->i", own, descriptors)
    similarity = np.divide(products, lengths, out=np.zeros(len(labels)), where=lengths > 0)
    return np.asarray(similarity, dtype=np.float32)
