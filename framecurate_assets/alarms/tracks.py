"""The tracks of all persons, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.identity.neighbours import Indices

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tracks:
    """n tracks, sorted by person, then by the person that the model sees, then by track."""

    person_ids: list[str]
    """Length n."""

    person_of: Indices
    """Shape (n,): number of the person, 0, 1, … in the order of the ids."""

    model_person_of: Indices
    """Shape (n,): number of the person whom clustering took the track for: those of one person are neighbours, and
    where people merged persons there are several."""

    track_ids: list[str]
    """Length n."""

    faces: Indices
    """Shape (n,): how many faces each has."""

    means: Numbers
    """Shape (n, size): mean descriptor."""

    spreads: Numbers
    """Shape (n,): mean squared distance of its faces from that mean."""

    def subset(self, rows: Indices) -> Tracks:
        """The tracks of these rows, in their order."""
        return Tracks(
            [self.person_ids[row] for row in rows],
            self.person_of[rows],
            self.model_person_of[rows],
            [self.track_ids[row] for row in rows],
            self.faces[rows],
            self.means[rows],
            self.spreads[rows],
        )


def tracks_of(clusters: pl.DataFrame, candidates: pl.DataFrame) -> Tracks:
    """The tracks of everybody; faces that are nobody's are left out.

    Args:
        clusters: IDENTITY_CLUSTERS.
        candidates: FACE_CANDIDATES of one engine, all of them with a descriptor.
    """
    key = ["person_id", "model_person_id", "track_id"]
    faces = (
        clusters.filter(pl.col("person_id").is_not_null())
        .select("face_id", *key)
        .join(candidates.select("face_id", "embedding"), on="face_id")
        .sort(*key, "face_id")
    )
    tracks = faces.group_by(key, maintain_order=True).len("faces")
    counts = tracks["faces"].to_numpy().astype(np.int64)
    means, spreads = _means_and_spreads(faces, counts)
    return Tracks(
        tracks["person_id"].to_list(),
        _numbers(tracks, "person_id"),
        _numbers(tracks, "person_id", "model_person_id"),
        tracks["track_id"].to_list(),
        counts,
        means,
        spreads,
    )


def _means_and_spreads(faces: pl.DataFrame, counts: Indices) -> tuple[Numbers, Numbers]:
    """Of runs of faces: mean descriptors, shape (n, size), and mean squared distances from them, shape (n,)."""
    if faces.is_empty():
        return np.zeros((0, 1)), np.zeros(0)
    descriptors = faces["embedding"].list.to_array(faces["embedding"].list.len()[0]).to_numpy()
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    means = np.add.reduceat(descriptors, starts, axis=0, dtype=np.float64) / counts[:, None]
    away = descriptors - np.repeat(means, counts, axis=0)
    spreads = np.add.reduceat(np.einsum("ij,ij->i", away, away), starts) / counts
    return means, spreads


def _numbers(tracks: pl.DataFrame, *names: str) -> Indices:
    """The number of each run of rows with the same values."""
    return np.asarray(tracks.select(pl.struct(names).rle_id()).to_series().to_numpy(), dtype=np.int64)
