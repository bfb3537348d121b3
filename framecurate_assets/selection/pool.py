"""What selection chooses from, as arrays: the faces that may be chosen, person by person, and the sequences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.policy import SelectionPolicy
from framecurate_assets.selection.kinds import WEIGHTS, kinds, numbered
from framecurate_assets.selection.times import microseconds, microseconds_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SEQUENCE_WEIGHT = 1.0
"""What a temporal sequence counts in the gain: as a person's first picture does without its variety. It costs the bytes
of five, so where bytes are short it stands about where the tenth picture does."""


@dataclass(frozen=True)
class Rules:
    """What of the policy limits a choice of pictures."""

    pictures: int
    """Of a person, at most."""
    floor: int
    """Of these, as many come before anybody gets more."""
    hash_bits: int
    descriptor_distance: float
    gap_us: int
    per_shot: int
    """Pictures of a person from one shot, at most, while there are others."""

    @classmethod
    def of(cls, policy: SelectionPolicy, threshold: float) -> Rules:
        """The rules of a policy, given clustering's seed threshold. The share of a shot is rounded up."""
        # 0.7 x 10 is a little more than 7 in floating point.
        share = int(np.ceil(round(policy.max_shot_share * policy.high_quality, 9)))
        return cls(
            policy.high_quality,
            min(policy.floor, policy.high_quality),
            policy.min_hash_distance,
            policy.min_descriptor_distance * threshold,
            microseconds_of(policy.min_gap_s),
            max(1, share),
        )


@dataclass(frozen=True)
class Pool:
    """The faces that may be chosen: one entry each, the faces of a person neighbours.

    The gain of a set S of a person's pictures is

        sum over features f, kinds k of f:  weight(f) * sqrt(sum of the quality of those in S that are of kind k)

    with the features and weights of `kinds.WEIGHTS` and the composite as quality: each further picture of a kind
    counts less, and a picture of a kind not shown yet counts most. Concave functions of sums are monotone and
    submodular. Source: H. Lin, J. Bilmes, "A class of submodular functions for document summarization", ACL 2011.
    """

    person: Ints
    """0, 1, …, shape (n,), ascending."""
    starts: Ints
    """The first face of each person, shape (people,)."""
    quality: Floats
    size: Ints
    """Bytes."""
    kinds: Ints
    """Shape (features, n): see `kinds.kinds`."""
    kind_weights: Floats
    """What each kind counts."""
    hashes: npt.NDArray[np.uint64]
    video: Ints
    shot: Ints
    """0, 1, …: two faces share one where person, video and shot are the same."""
    times: Ints
    """Microseconds."""
    descriptors: FloatArray
    """Shape (n, d); NaN where there is none."""

    @classmethod
    def of(cls, faces: pl.DataFrame) -> Pool:
        """The pool of faces that are sorted by person, video and time."""
        person = faces["person_id"].rle_id().to_numpy().astype(np.int64)
        of_kinds = kinds(faces, person)
        video = faces["video_id"].rank("dense").to_numpy().astype(np.int64)
        kind_weights = np.zeros(int(of_kinds.max(initial=-1)) + 1)
        for row, weight in zip(of_kinds, WEIGHTS.values(), strict=True):
            kind_weights[row] = weight
        return cls(
            person=person,
            starts=np.unique(person, return_index=True)[1].astype(np.int64),
            quality=np.maximum(faces["composite"].to_numpy().astype(np.float64), 0),
            size=faces["bytes"].to_numpy().astype(np.int64),
            kinds=of_kinds,
            kind_weights=kind_weights,
            hashes=faces["phash"].to_numpy(),
            video=video,
            shot=numbered(person, video, faces["shot"].to_numpy().astype(np.int64)),
            times=microseconds(faces["pts_s"]),
            descriptors=_descriptors(faces["embedding"]),
        )

    @property
    def weights(self) -> Floats:
        """Of the features, shape (features,)."""
        return np.array(list(WEIGHTS.values()))


@dataclass(frozen=True)
class Sequences:
    """Temporal sequences of people of a pool, one entry each: taken as a whole or not at all."""

    person: Ints
    """Number of the person in the pool, shape (s,)."""
    size: Ints
    """Bytes of all its pictures."""
    gain: Floats
    """`SEQUENCE_WEIGHT` * sqrt(mean composite)."""


def _descriptors(embeddings: pl.Series) -> FloatArray:
    width = int(embeddings.list.len().max() or 1)  # type: ignore[arg-type]
    missing = pl.Series([[float("nan")] * width], dtype=pl.List(pl.Float32))
    filled = pl.select(pl.coalesce(embeddings.cast(pl.List(pl.Float32)), missing)).to_series()
    return filled.list.to_array(width).to_numpy().reshape(len(embeddings), width)
