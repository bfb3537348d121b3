"""What is measured of groups of tracks is what going through all pairs of faces gives."""

import numpy as np
import pytest

from framecurate_assets.alarms.separation import EXPECTED_PAIRS, EXPECTED_WIDTH, measure_groups, separation
from framecurate_assets.alarms.tracks import tracks_of
from framecurate_tests.alarms.people import clustered, tracks_around
from framecurate_tests.identity.people import DISTANCE, person


def test_widths_and_distances_are_those_of_the_faces() -> None:
    # Two persons with tracks of one length each, so that tracks and faces count alike.
    people = [tracks_around(f"person_000{number}", person(number), 4, faces=3, seed=number) for number in (1, 2)]
    clusters, candidates = clustered([track for tracks in people for track in tracks])
    tracks = tracks_of(clusters, candidates)
    groups = measure_groups(tracks, tracks.person_of, DISTANCE)
    faces = [np.stack([face for track in tracks for face in track.descriptors]).astype(float) for tracks in people]

    gap = separation(groups, np.array([0]), np.array([1]), DISTANCE)
    between = np.linalg.norm(faces[0][:, None] - faces[1][None], axis=2)
    assert gap.between[0] == pytest.approx(np.sqrt((between**2).mean()))
    for number in (0, 1):
        pairs = np.linalg.norm(faces[number][:, None] - faces[number][None], axis=2)
        other_tracks = np.kron(1 - np.eye(4), np.ones((3, 3))).astype(bool)
        squared = (pairs[other_tracks] ** 2).mean()
        expected = (12 * squared + EXPECTED_PAIRS * (EXPECTED_WIDTH * DISTANCE) ** 2) / (12 + EXPECTED_PAIRS)
        assert groups.widths[number] == pytest.approx(np.sqrt(expected))
    assert groups.faces.tolist() == [12, 12]
