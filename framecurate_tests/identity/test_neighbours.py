"""Neighbours are exactly those of a plain distance matrix; the best faces of a track stand for it."""

from __future__ import annotations

import numpy as np
import pytest

from framecurate_assets.identity import neighbours
from framecurate_assets.identity.graph import best_of_tracks
from framecurate_assets.identity.neighbours import nearest_neighbours


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (1024, 8192),  # everything in one block
        (7, 11),  # many blocks, the last one smaller
        (50, 3),  # fewer columns in a block than neighbours asked for
    ],
)
def test_blocks_change_nothing(rows: int, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    descriptors = random.normal(size=(50, 16)).astype(np.float32)
    tracks = random.integers(0, 20, 50)
    plain = np.linalg.norm(descriptors[:, None] - descriptors[None], axis=2)
    plain[tracks[:, None] == tracks[None]] = np.inf
    monkeypatch.setattr(neighbours, "BLOCK_ROWS", rows)
    monkeypatch.setattr(neighbours, "BLOCK_COLUMNS", columns)
    found, distances = nearest_neighbours(descriptors, tracks, 5)
    np.testing.assert_array_equal(found, np.argsort(plain, axis=1)[:, :5])
    np.testing.assert_allclose(distances, np.sort(plain, axis=1)[:, :5], rtol=1e-3)


def test_where_neighbours_are_few_the_rest_is_infinitely_far() -> None:
    descriptors = np.eye(3, dtype=np.float32)
    _, distances = nearest_neighbours(descriptors, np.array([0, 0, 1]), 24)
    assert np.isfinite(distances).sum(axis=1).tolist() == [1, 1, 2]


def test_the_five_best_faces_stand_for_a_track() -> None:
    tracks = np.array([0, 1, 0, 0, 0, 0, 0, 0])
    quality = np.array([0.5, 0.1, 0.9, 0.5, 0.8, 0.2, 0.7, 0.5])
    # Of the three at 0.5 the first two.
    assert best_of_tracks(tracks, quality).tolist() == [0, 1, 2, 3, 4, 6]
