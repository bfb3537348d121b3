"""Whispers, frame conflicts, fragments and leftovers: how tracks become groups."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.conflicts import separate
from framecurate_assets.identity.faces import NOBODY, Faces
from framecurate_assets.identity.fragments import join_fragments
from framecurate_assets.identity.graph import TrackGraph
from framecurate_assets.identity.leftovers import attach_leftovers
from framecurate_assets.identity.neighbours import Neighbourhood
from framecurate_assets.identity.whispers import renumbered, whisper
from framecurate_tests.identity.graphs import faces, graph, keys
from framecurate_tests.identity.people import DISTANCE, around, axis, person


def _clique(tracks: range, weight: float) -> dict[tuple[int, int], float]:
    return dict.fromkeys(combinations(tracks, 2), weight)


@pytest.mark.parametrize("seed", range(5))
def test_a_stray_edge_does_not_chain_two_people(seed: int) -> None:
    edges = _clique(range(5), 0.4) | _clique(range(5, 10), 0.4) | {(0, 5): 0.5}
    labels = whisper(graph(10, edges), np.arange(10), keys(10, seed))
    assert labels.tolist() == [0] * 5 + [1] * 5


@pytest.mark.parametrize("seed", range(5))
def test_a_long_track_is_not_carried_away_by_one_pair_of_faces(seed: int) -> None:
    # Track 5 has many faces that agree with each other, and a single one that resembles somebody else's.
    edges = _clique(range(5), 0.4) | {(5, 5): 5.0, (0, 5): 0.3}
    labels = whisper(graph(6, edges), np.arange(6), keys(6, seed))
    assert labels.tolist() == [0] * 5 + [1]


@pytest.mark.parametrize("seed", range(5))
def test_two_tracks_seen_together_do_not_whisper_to_each_other(seed: int) -> None:
    labels = whisper(graph(2, {(0, 1): 0.9}, {(0, 1): 3}), np.arange(2), keys(2, seed))
    assert labels.tolist() == [0, 1]


def test_a_stranger_in_a_frame_does_not_keep_a_person_out_of_the_own_group() -> None:
    # Track 4 was in the group first; track 5, seen with it, belongs there far more.
    edges = _clique(range(4), 0.5) | {(0, 4): 0.1} | {(track, 5): 0.5 for track in range(4)}
    labels = whisper(graph(6, edges, {(4, 5): 1}), np.array([0, 0, 0, 0, 0, 5]), keys(6))
    assert labels.tolist() == [0, 0, 0, 0, 1, 0]


def test_settled_tracks_keep_their_label_and_draw_others() -> None:
    # All of the weight around track 2 speaks for the other label, but a person's word is a person's word.
    edges = _clique(range(2), 0.9) | {(0, 2): 0.9, (1, 2): 0.9, (2, 3): 0.3}
    labels = whisper(graph(4, edges, persons={0: 0, 1: 0, 2: 1}), np.array([0, 0, 2, 3]), keys(4))
    assert labels.tolist() == [0, 0, 1, 1]


def test_a_person_who_may_be_in_a_frame_twice_is_not_pushed_away() -> None:
    tracks = graph(3, {(0, 1): 0.5, (0, 2): 0.5}, {(0, 2): 9}, persons={0: 0}, twice=frozenset({0}))
    assert whisper(tracks, np.arange(3), keys(3)).tolist() == [0, 0, 0]
    assert separate(tracks, np.zeros(3, dtype=np.int64)).tolist() == [0, 0, 0]


def test_of_two_tracks_in_one_frame_the_settled_one_stays() -> None:
    edges = {(0, 1): 0.1, (1, 2): 0.9}
    labels = separate(graph(3, edges, {(0, 1): 1}, persons={0: 0}), np.array([0, 0, 0]))
    assert labels.tolist() == [0, 1, 0]


def test_labels_are_numbered_by_appearance() -> None:
    assert renumbered(np.array([7, 3, 7, 9])).tolist() == [0, 1, 0, 2]


def test_of_two_tracks_in_one_frame_the_better_supported_one_stays() -> None:
    edges = {(0, 1): 0.5, (1, 2): 0.5, (0, 2): 0.5, (0, 3): 0.1, (3, 4): 0.2}
    labels = separate(graph(5, edges, {(2, 3): 1}), np.array([0, 0, 0, 0, 1]))
    # Track 3 goes where it is drawn most: to track 4.
    assert labels.tolist() == [0, 0, 0, 1, 1]


def test_tracks_that_have_to_leave_find_each_other() -> None:
    # Two people in one group, twice seen together.
    edges = {(0, 1): 0.9, (2, 3): 0.5, (0, 2): 0.2}
    labels = separate(graph(4, edges, {(0, 2): 4, (1, 3): 4}), np.array([0, 0, 0, 0]))
    assert labels.tolist() == [0, 0, 1, 1]


@given(st.data())
def test_after_separating_no_frame_shows_a_group_twice(data: st.DataObject) -> None:
    count = data.draw(st.integers(2, 8))
    pairs = list(combinations(range(count), 2))
    edges = data.draw(st.dictionaries(st.sampled_from(pairs), st.floats(0.01, 1)))
    apart = data.draw(st.dictionaries(st.sampled_from(pairs), st.integers(1, 3)))
    before = np.array(data.draw(st.lists(st.integers(0, count - 1), min_size=count, max_size=count)))
    after = separate(graph(count, edges, apart), before)
    assert len(after) == count
    assert all(after[one] != after[other] for one, other in apart)
    # Who shares a frame with nobody stays with the others of the group who do not.
    free = [track for track in range(count) if not any(track in pair for pair in apart)]
    assert all((before[one] == before[other]) == (after[one] == after[other]) for one, other in combinations(free, 2))


ANNA = person(0)
NEARLY_ANNA = (ANNA + axis(60) * 0.55 * DISTANCE).astype(np.float32)
LIKE_ANNA = (ANNA + axis(60) * 0.8 * DISTANCE).astype(np.float32)


@pytest.mark.parametrize(
    ("centre", "apart", "one_person"),
    [
        # Halves of one person: their centres are nearer than those of any two people.
        (NEARLY_ANNA, {}, True),
        # Two people who look alike.
        (LIKE_ANNA, {}, False),
        # As near as halves, but seen in one frame: twins.
        (NEARLY_ANNA, {(0, 10): 1}, False),
    ],
)
def test_fragments(centre: FloatArray, apart: dict[tuple[int, int], int], one_person: bool) -> None:
    descriptors = np.array(around(ANNA, 10, within=0.1, seed=1) + around(centre, 10, within=0.1, seed=2))
    tracks = np.arange(20)
    labels = join_fragments(np.repeat([0, 1], 10), graph(20, {}, apart), descriptors, tracks, DISTANCE)
    assert labels.tolist() == ([0] * 20 if one_person else [0] * 10 + [1] * 10)


@pytest.mark.parametrize(
    ("third", "one_person"),
    [
        # Nobody else is anywhere near: two stills of one person.
        (person(5), True),
        # Somebody else is about as near: perhaps none of the three is another.
        ((ANNA - axis(61) * DISTANCE).astype(np.float32), False),
    ],
)
def test_two_who_are_near_only_to_each_other_are_one(third: FloatArray, one_person: bool) -> None:
    descriptors = np.array([ANNA, LIKE_ANNA, third], dtype=np.float32)
    labels = join_fragments(np.arange(3), graph(3, {}), descriptors, np.arange(3), DISTANCE)
    assert labels.tolist() == ([0, 0, 1] if one_person else [0, 1, 2])


def test_fragments_join_step_by_step() -> None:
    # The outer two are too far apart, but not once the inner two are one.
    centres = [(ANNA + axis(60) * offset * DISTANCE).astype(np.float32) for offset in (0.0, 0.4, 0.8)]
    descriptors = np.array([face for seed, c in enumerate(centres) for face in around(c, 30, 0.05, seed)])
    labels = join_fragments(np.repeat([0, 1, 2], 30), graph(90, {}), descriptors, np.arange(90), DISTANCE)
    assert set(labels.tolist()) == {0}


BEN = person(1)


def _attached(
    descriptors: list[FloatArray], labels: list[int], tracks: TrackGraph, poor: frozenset[int] = frozenset()
) -> tuple[list[int], list[bool]]:
    every = faces(np.array(descriptors, dtype=np.float32), [track not in poor for track in range(len(labels))])
    voting = np.flatnonzero(every.founders)
    neighbourhood = Neighbourhood(every.descriptors[voting], every.tracks[voting])
    attached, between = attach_leftovers(np.array(labels), every, voting, neighbourhood, tracks, DISTANCE)
    return attached.tolist(), between.tolist()


AMID = (ANNA + BEN) * 0.6
NEAR = ANNA + axis(60) * 1.05 * DISTANCE


@pytest.mark.parametrize(
    ("leftover", "big", "apart", "expected", "between"),
    [
        # Clearly Anna, just outside the seed threshold.
        (NEAR, 10, {}, 0, False),
        # Too far from everybody.
        (ANNA + axis(60) * 1.2 * DISTANCE, 10, {}, 2, False),
        # Between two people, and near to both.
        (AMID, 10, {}, -1, True),
        # Anna is known from too few faces.
        (NEAR, 5, {}, 2, False),
        # Anna is in the same frame.
        (NEAR, 10, {(0, 20): 1}, 2, False),
    ],
)
def test_leftovers(
    leftover: FloatArray, big: int, apart: dict[tuple[int, int], int], expected: int, between: bool
) -> None:
    people = [face for seed, centre in enumerate((ANNA, BEN)) for face in around(centre, 10, 0.1, seed)]
    # Those who are too few are a person each.
    labels = [10 * (at >= 10) if at % 10 < big else at for at in range(20)]
    kept = np.unique([*labels, 20], return_inverse=True)[1].tolist()
    attached, doubtful = _attached([*people, leftover], kept, graph(21, {}, apart))
    assert attached[:20] == kept[:20]
    assert attached[20] == {0: kept[0], 2: kept[20], -1: -1}[expected]
    assert doubtful[20] == between


@pytest.mark.parametrize(
    ("face", "apart", "expected", "between"),
    [
        (NEAR, {}, 0, False),
        # Even a person of whom there are two faces may be joined.
        (person(2), {}, 2, False),
        (AMID, {}, -1, True),
        (person(3), {}, -1, False),
        (NEAR, {(0, 22): 1}, -1, False),
    ],
)
def test_a_poor_track_joins_or_is_nobodys(
    face: FloatArray, apart: dict[tuple[int, int], int], expected: int, between: bool
) -> None:
    people = [
        f
        for seed, (centre, n) in enumerate([(ANNA, 10), (BEN, 7), (person(2), 5)])
        for f in around(centre, n, 0.1, seed)
    ]
    labels = np.repeat([0, 1, 2, 3], [10, 7, 5, 1]).tolist()
    attached, doubtful = _attached([*people, face], labels, graph(23, {}, apart), poor=frozenset({22}))
    assert (attached[22], doubtful[22]) == (expected, between)


def test_two_leftovers_of_one_frame_do_not_join_one_person() -> None:
    strays = [NEAR, ANNA + axis(61) * 1.05 * DISTANCE]
    labels = np.repeat([0, 1, 2], [10, 1, 1]).tolist()
    attached, _ = _attached([*around(ANNA, 10, 0.1, 1), *strays], labels, graph(12, {}, {(10, 11): 1}))
    assert attached == [0] * 10 + [0, 2]


def test_a_long_track_stands_by_its_better_faces() -> None:
    # Two faces of one track, the worse one far off: the track's own descriptor lies near the better one.
    one = np.array([ANNA, ANNA + axis(60)], dtype=np.float32)
    track = Faces(
        one,
        np.zeros(2, dtype=np.int64),
        np.arange(2),
        np.array([0.9, 0.3], dtype=np.float32),
        np.ones(2, dtype=np.bool_),
        np.full(2, NOBODY),
        keys(1),
    )
    # Weights are the squares of the quality: 9 to 1.
    np.testing.assert_allclose(track.track_descriptors(np.array([0]))[0], ANNA + 0.1 * axis(60), atol=1e-6)
