from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.engine import Faces
from framecurate_assets.faces.engines import choose_engine, same_person_distance, seed_distance
from framecurate_assets.policy import DetectionPolicy, IdentityPolicy


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


def test_the_engine_that_is_chosen_has_the_name_of_the_one_that_is_opened(tmp_path: Path) -> None:
    assert choose_engine(DetectionPolicy(), tmp_path, None).name == EmbeddedEngine.name


def test_choosing_an_engine_loads_none_of_the_libraries_that_run_it() -> None:
    program = (
        "import sys; from pathlib import Path; from framecurate_assets.policy import DetectionPolicy\n"
        "from framecurate_assets.faces.engines import choose_engine, same_person_distance\n"
        "same_person_distance(choose_engine(DetectionPolicy(), Path('/nowhere'), None).name)\n"
        "same_person_distance('insightface-buffalo_l-0')\n"
        "print(*sorted({'cv2', 'dlib', 'onnx', 'onnxruntime', 'ai_edge_litert', 'insightface'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
