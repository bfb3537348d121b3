"""How well groups of faces agree with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Score:
    """Precision and recall, 0..1."""

    precision: float
    """Of what was put together, the share that belongs together."""
    recall: float
    """Of what belongs together, the share that was put together."""

    @property
    def f(self) -> float:
        """Harmonic mean of the two; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def pairwise(labels: Sequence[int], truth: Sequence[int]) -> Score:
    """Over all pairs of faces: put together rightly, wrongly, or not.

    A side without any pair counts as 1: nothing wrong was said, nothing right was missed. Big people weigh by
    the square of their faces.

    Source: C. Manning, P. Raghavan, H. Schütze, "Introduction to information retrieval", 2008, section 16.3.
    """
    shared = _contingency(labels, truth)
    together = _pairs(shared)
    found, true = _pairs(shared.sum(axis=1)), _pairs(shared.sum(axis=0))
    return Score(together / found if found else 1.0, together / true if true else 1.0)


def bcubed(labels: Sequence[int], truth: Sequence[int]) -> Score:
    """Mean over faces: of a face's group the share that is the same person, of a person the share in the group.

    Source: A. Bagga, B. Baldwin, "Entity-based cross-document coreferencing using the vector space model",
    COLING 1998; E. Amigó et al., "A comparison of extrinsic clustering evaluation metrics based on formal
    constraints", Information Retrieval 12, 2009.
    """
    shared = _contingency(labels, truth)
    total = shared.sum()
    if total == 0:
        raise ValueError("there are no faces to score")
    precision = (shared**2 / shared.sum(axis=1, keepdims=True)).sum() / total
    recall = (shared**2 / shared.sum(axis=0, keepdims=True)).sum() / total
    return Score(float(precision), float(recall))


def people_split(labels: Sequence[int], truth: Sequence[int]) -> int:
    """People whose faces are in more than one group."""
    return int(((_contingency(labels, truth) > 0).sum(axis=0) > 1).sum())


def people_merged(labels: Sequence[int], truth: Sequence[int]) -> int:
    """People who share a group with another person."""
    present = _contingency(labels, truth) > 0
    return int(present[present.sum(axis=1) > 1].any(axis=0).sum())


def _contingency(labels: Sequence[int], truth: Sequence[int]) -> npt.NDArray[np.float64]:
    """Faces of each group (row) and person (column)."""
    if len(labels) != len(truth):
        raise ValueError(f"{len(labels)} labels for {len(truth)} faces")
    groups, group = np.unique(np.asarray(labels), return_inverse=True)
    people, person = np.unique(np.asarray(truth), return_inverse=True)
    shared = np.zeros((len(groups), len(people)))
    np.add.at(shared, (group, person), 1)
    return shared


def _pairs(sizes: npt.NDArray[np.float64]) -> float:
    return float((sizes * (sizes - 1) / 2).sum())
