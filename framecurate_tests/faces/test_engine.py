from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from framecurate_assets.faces.engine import Faces
from framecurate_assets.faces.engines import same_person_distance, seed_distance
from framecurate_assets.policy import IdentityPolicy


def _arrays(count: int) -> dict[str, Any]:
    """Arrays of the right shapes; the score tells which face it is."""
    return {
        "boxes": np.tile(np.array([1, 2, 3, 4], dtype=np.float32), (count, 1)),
        "det_scores": np.arange(count, dtype=np.float32) / 10,
        "landmarks": np.zeros((count, 5, 2), dtype=np.float32),
        "angles": np.zeros((count, 3), dtype=np.float32),
    }


@pytest.mark.parametrize("name", ["boxes", "det_scores", "landmarks", "angles"])
def test_arrays_of_another_length_or_with_nan_are_refused_at_the_border(name: str) -> None:
    arrays = _arrays(3)
    with pytest.raises(ValueError, match="has shape"):
        Faces(**{**arrays, name: np.zeros((3, 17), dtype=np.float32)})
    unmeasured = arrays[name].copy()
    unmeasured.flat[-1] = np.nan
    with pytest.raises(ValueError, match=f"{name} holds a number that is not finite"):
        Faces(**{**arrays, name: unmeasured})


def test_a_subset_keeps_the_arrays_parallel() -> None:
    faces = Faces(**_arrays(4)).subset(np.array([False, True, False, True]))
    assert len(faces) == 2
    assert np.allclose(faces.det_scores, [0.1, 0.3])


def test_no_faces() -> None:
    assert len(Faces(**_arrays(0))) == 0


def test_the_policy_or_else_the_engine_says_how_far_apart_one_person_may_be() -> None:
    engine = "embedded-1"
    assert seed_distance(IdentityPolicy(), engine) == same_person_distance(engine)
    assert seed_distance(IdentityPolicy(distance=0.3), engine) == 0.3
    # Without faces nothing is compared.
    assert seed_distance(IdentityPolicy(), None) == 0.0
