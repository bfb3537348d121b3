"""Descriptors of as many people as one likes, drawn as the embedded engine's are spread.

Between people and within a person descriptors are normal, with the covariances that the labelled ones have: within a
person over pairs of faces of different tracks, between people over the means. A fifth of the people are drawn from
the spread of the group that the descriptor tells apart worst. Faces per person follow Zipf's law.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray

NARROW_SHARE = 0.2
ZIPF_EXPONENT = 1.1
MEAN_FACES = 20
"""Of a person."""

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Spread:
    """Means, shape (size,), and factors, shape (size, size): a standard normal vector times a factor is a draw."""

    mean: FloatArray
    between: FloatArray
    narrow_mean: FloatArray
    narrow_between: FloatArray
    within: FloatArray


def measure_spread(path: Path) -> Spread:
    """The spread of labelled descriptors (an .npz with descriptors, person, track and group)."""
    data = np.load(path)
    descriptors, person, track = data["descriptors"].astype(np.float64), data["person"], data["track"]
    within = _within(descriptors, person, track)
    people = np.unique(person)
    means = np.stack([descriptors[person == number].mean(axis=0) for number in people])
    narrow = np.array([data["group"][person == number][0] == 1 for number in people])
    return Spread(
        _single(means[~narrow].mean(axis=0)),
        _factor(np.cov(means[~narrow].T)),
        _single(means[narrow].mean(axis=0)),
        _factor(np.cov(means[narrow].T)),
        _factor(within),
    )


def draw(spread: Spread, faces: int, seed: int = 0) -> tuple[FloatArray, Labels]:
    """Descriptors, shape (faces, size), and who each is; in random order."""
    random = np.random.default_rng(seed)
    people = max(faces // MEAN_FACES, 1)
    shares = 1 / np.arange(1, people + 1) ** ZIPF_EXPONENT
    sizes = np.maximum(np.floor(shares / shares.sum() * (faces - people)).astype(np.int64) + 1, 1)
    sizes[0] += faces - sizes.sum()
    narrow = random.random(people) < NARROW_SHARE
    centres = spread.mean + random.normal(size=(people, len(spread.mean))).astype(np.float32) @ spread.between
    narrow_draws = random.normal(size=(int(narrow.sum()), len(spread.mean))).astype(np.float32)
    centres[narrow] = spread.narrow_mean + narrow_draws @ spread.narrow_between
    truth = random.permutation(np.repeat(np.arange(people), sizes))
    descriptors = centres[truth]
    for start in range(0, faces, 50_000):
        part = slice(start, start + 50_000)
        noise = random.normal(size=descriptors[part].shape).astype(np.float32)
        descriptors[part] += noise @ spread.within
    return descriptors, truth


def _within(
    descriptors: npt.NDArray[np.float64], person: npt.NDArray[np.int32], track: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Half the covariance of the differences of two faces of one person, not of one track; every person counts once."""
    covariances = []
    for number in np.unique(person):
        rows = np.flatnonzero(person == number)
        one, other = np.triu_indices(len(rows), 1)
        elsewhere = track[rows[one]] != track[rows[other]]
        differences = descriptors[rows[one][elsewhere]] - descriptors[rows[other][elsewhere]]
        if len(differences):
            covariances.append(differences.T @ differences / len(differences) / 2)
    return np.asarray(np.mean(covariances, axis=0))


def _factor(covariance: npt.NDArray[np.float64]) -> FloatArray:
    values, vectors = np.linalg.eigh(covariance)
    return _single((vectors * np.sqrt(np.maximum(values, 0))).T)


def _single(values: npt.NDArray[np.float64]) -> FloatArray:
    return np.asarray(values, dtype=np.float32)
