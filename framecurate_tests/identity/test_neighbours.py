"""Neighbours are those of a plain distance matrix, or among very many nearly so; the best faces stand for a track."""

from __future__ import annotations

import numpy as np
import pytest

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity import neighbours
from framecurate_assets.identity.faces import NOBODY, Faces
from framecurate_assets.identity.graph import best_of_tracks
from framecurate_assets.identity.neighbours import Indices, Neighbourhood


def _crowd(count: int, tracks: int) -> tuple[FloatArray, Indices]:
    random = np.random.default_rng(0)
    centres = random.normal(size=(40, 16))
    descriptors = centres[random.integers(0, 40, count)] + 0.3 * random.normal(size=(count, 16))
    return descriptors.astype(np.float32), np.arange(count) % tracks


@pytest.mark.parametrize("way", ["blocks", "small blocks", "faiss"])
def test_neighbours_are_those_of_a_plain_distance_matrix(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    descriptors, tracks = _crowd(60, tracks=20)
    plain = np.linalg.norm(descriptors[:, None] - descriptors[None], axis=2)
    plain[tracks[:, None] == tracks[None]] = np.inf
    monkeypatch.setattr(neighbours, "BLOCK_ROWS", 7 if way == "small blocks" else 1024)
    monkeypatch.setattr(neighbours, "SMALL_PAIRS", 0 if way == "faiss" else 10_000)
    found, distances = Neighbourhood(descriptors, tracks).nearest(descriptors, tracks, 5)
    np.testing.assert_array_equal(found, np.argsort(plain, axis=1)[:, :5])
    np.testing.assert_allclose(distances, np.sort(plain, axis=1)[:, :5], rtol=1e-3)


def test_among_very_many_nearly_all_neighbours_are_found_and_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    descriptors, tracks = _crowd(4000, tracks=1000)
    exact, _ = Neighbourhood(descriptors, tracks).nearest(descriptors, tracks, 10)
    monkeypatch.setattr(neighbours, "EXACT_PAIRS", 0)
    monkeypatch.setattr(neighbours, "SMALL_PAIRS", 0)
    first, distances = Neighbourhood(descriptors, tracks).nearest(descriptors, tracks, 10)
    again, _ = Neighbourhood(descriptors, tracks).nearest(descriptors, tracks, 10)
    np.testing.assert_array_equal(first, again)
    assert (tracks[first] != tracks[:, None]).all()
    assert (np.diff(distances, axis=1) >= 0).all()
    assert np.mean([len(set(a) & set(b)) / 10 for a, b in zip(first, exact, strict=True)]) > 0.9


def test_where_neighbours_are_few_the_rest_is_infinitely_far() -> None:
    descriptors, tracks = np.eye(3, dtype=np.float32), np.array([0, 0, 1])
    _, distances = Neighbourhood(descriptors, tracks).nearest(descriptors, tracks, 24)
    assert np.isfinite(distances).sum(axis=1).tolist() == [1, 1, 2]


def _best(quality: list[float], founders: list[bool], settled: list[int]) -> list[int]:
    """Track 0 but for the second face, which is track 1."""
    tracks = np.array([0, 1, *[0] * (len(quality) - 2)])
    rows: list[int] = best_of_tracks(
        Faces(
            np.zeros((len(quality), 2), dtype=np.float32),
            tracks,
            np.arange(len(quality)),
            np.array(quality, dtype=np.float32),
            np.array(founders),
            np.array(settled),
            np.zeros(2, dtype=np.uint64),
        )
    ).tolist()
    return rows


def test_the_five_best_faces_stand_for_a_track() -> None:
    quality = [0.5, 0.1, 0.9, 0.5, 0.8, 0.2, 0.7, 0.5]
    # Of the three at 0.5 the first two.
    assert _best(quality, [True] * 8, [NOBODY] * 8) == [0, 1, 2, 3, 4, 6]


def test_faces_that_may_found_nobody_stand_only_for_settled_tracks() -> None:
    quality = [0.5, 0.9, 0.8]
    assert _best(quality, [True, False, False], [NOBODY] * 3) == [0]
    assert _best(quality, [True, False, False], [NOBODY, 4, NOBODY]) == [0, 1]
