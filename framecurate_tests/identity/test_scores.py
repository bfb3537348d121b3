"""Scores: worked by hand."""

from __future__ import annotations

import pytest

from framecurate_assets.identity.scores import Score, bcubed, pairwise, people_merged, people_split

TRUTH = [1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("labels", "pairs", "faces", "split", "merged"),
    [
        # All right, under other names.
        ([7, 7, 7, 3, 3], Score(1, 1), Score(1, 1), 0, 0),
        # Everybody in one group: 4 of 10 pairs are right; a face's group is 3/5 or 2/5 its person.
        ([0, 0, 0, 0, 0], Score(4 / 10, 1), Score((3 * 3 / 5 + 2 * 2 / 5) / 5, 1), 0, 2),
        # Every face alone: no pair was put together, so none wrongly.
        ([0, 1, 2, 3, 4], Score(1, 0), Score(1, (3 * 1 / 3 + 2 * 1 / 2) / 5), 2, 0),
        # One face of the first person is with the second.
        (
            [0, 0, 1, 1, 1],
            Score(2 / 4, 2 / 4),
            Score((2 * 1 + 1 / 3 + 2 * 2 / 3) / 5, (2 * 2 / 3 + 1 / 3 + 2) / 5),
            1,
            2,
        ),
    ],
)
def test_scores(labels: list[int], pairs: Score, faces: Score, split: int, merged: int) -> None:
    for score, expected in ((pairwise(labels, TRUTH), pairs), (bcubed(labels, TRUTH), faces)):
        assert (score.precision, score.recall) == pytest.approx((expected.precision, expected.recall))
    assert people_split(labels, TRUTH) == split
    assert people_merged(labels, TRUTH) == merged


def test_f_is_the_harmonic_mean() -> None:
    assert Score(0.5, 1.0).f == pytest.approx(2 / 3)
    assert Score(0.0, 0.0).f == 0.0


def test_labels_and_truth_must_belong_together() -> None:
    with pytest.raises(ValueError, match="2 labels for 1 faces"):
        bcubed([1, 2], [1])
    with pytest.raises(ValueError, match="no faces"):
        bcubed([], [])
