"""A policy says what it means, and a mistake in it never passes silently."""

from pathlib import Path

import pytest

from framecurate_assets.errors import FramecurateError
from framecurate_assets.policy import Policy, read_policy


def test_without_a_file_the_defaults_of_the_documentation_hold(tmp_path: Path) -> None:
    policy = read_policy(tmp_path / "policy.yaml")
    assert policy == Policy()
    assert policy.video.min_shorter_side_px == 720
    assert policy.sampling.frames_per_section == 30
    assert policy.candidates.min_sharpness == 100
    assert policy.candidates.max_per_video == 50
    assert policy.budget.dataset_bytes == 1_000_000_000


def test_a_preset_sets_what_the_file_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("candidates: {preset: moderate, max_yaw: 40}")
    candidates = read_policy(path).candidates
    assert (candidates.max_yaw, candidates.max_pitch, candidates.min_sharpness) == (40, 30, 50)


def test_the_overrides_of_a_run_replace_single_keys(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("candidates: {preset: moderate, max_yaw: 40}\nsampling: {frames_per_section: 10}")
    policy = read_policy(path, {"candidates": {"preset": "relaxed"}, "budget": {"dataset_bytes": 5}})
    # The run's preset fills what the file left out; what the file said by name stays.
    assert (policy.candidates.max_yaw, policy.candidates.max_pitch) == (40, 45)
    assert (policy.sampling.frames_per_section, policy.budget.dataset_bytes) == (10, 5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("candidates: {preset: strickt}", "unknown preset 'strickt': choose one of strict, moderate, relaxed"),
        ("candidates: {max_yawn: 3}", "candidates.max_yawn"),  # a misspelt key
        ("candidate: {max_yaw: 3}", "candidate:"),  # a misspelt section
        ("candidates: {max_yaw: .nan}", "candidates.max_yaw"),  # a threshold that no face could fail
        ("sampling: {frames_per_section: 0}", "sampling.frames_per_section"),  # out of range
        ("video: 720", "video"),  # a value where a section belongs
        ("- video", "holds list"),
        ("video: {", "is not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    with pytest.raises(FramecurateError) as raised:
        read_policy(path)
    assert message in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_fingerprint_changes_with_the_section_and_with_nothing_else() -> None:
    one, other = Policy(), Policy.model_validate({"candidates": {"max_yaw": 29}})
    assert one.candidates.fingerprint != other.candidates.fingerprint
    assert one.sampling.fingerprint == other.sampling.fingerprint
