from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.plan import Mode
from framecurate_assets.video.sample_plan import SamplePlan, plan_sample
from framecurate_assets.video.sampling import SampledFrame, decode_sample, sample_frames

from .clips import numbered_pictures, write_clip

OPEN_GROUPS = {"x264-params": "open-gop=1:bframes=3:scenecut=0:keyint=20:min-keyint=20"}
CUTS = (47, 113, 114, 205, 307)


def decoded_one_after_the_other(path: Path, parts: list[SamplePlan]) -> Iterator[SampledFrame]:
    for part in parts:
        # As a worker process gets it.
        yield from decode_sample(path, pickle.loads(pickle.dumps(part)))


def cost(plan: SamplePlan) -> float:
    return sum(run.cost for run in plan.runs)


@pytest.mark.parametrize("mode", ["exact", "nearest"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("closed.mp4", {}),
        ("open.mp4", OPEN_GROUPS),
        ("open.ts", OPEN_GROUPS),  # each part reads the file from its start
        ("closed.mkv", {}),
        ("one_key_frame.mp4", {"g": "9999"}),
    ],
)
def test_the_parts_of_a_plan_give_what_the_whole_gives(
    tmp_path: Path, name: str, options: dict[str, str], mode: Mode
) -> None:
    path = write_clip(tmp_path / name, numbered_pictures(400), options=options, forced_keys=CUTS)
    policy = SamplingPolicy(mode=mode)
    whole = list(sample_frames(path, policy))
    assert any(frame.follows_forced_key for frame in whole)
    for count in (1, 2, 3, 500):
        frames = list(decoded_one_after_the_other(path, plan_sample(path, policy).parts(count)))
        assert [(frame.pts_s, frame.section, frame.is_keyframe, frame.follows_forced_key) for frame in frames] == [
            (frame.pts_s, frame.section, frame.is_keyframe, frame.follows_forced_key) for frame in whole
        ]
        assert all(np.array_equal(frame.image, other.image) for frame, other in zip(frames, whole, strict=True))


def test_parts_cost_about_the_same_to_decode(tmp_path: Path) -> None:
    # The second half is all key frames: shares of equal length would not be shares of equal cost.
    path = write_clip(tmp_path / "clip.mp4", numbered_pictures(400), forced_keys=range(200, 400))
    plan = plan_sample(path, SamplingPolicy(mode="exact"))
    dearest_run = max(run.cost for run in plan.runs)
    for count in (2, 3, 4):
        parts = plan.parts(count)
        assert len(parts) == count
        assert all(abs(cost(part) - cost(plan) / count) <= dearest_run for part in parts)


def test_a_plan_has_no_more_parts_than_groups_of_frames_to_decode(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", numbered_pictures(100), options={"g": "50"})
    plan = plan_sample(path, SamplingPolicy())
    assert [len(plan.parts(count)) for count in (1, 2, 3, 16)] == [1, 2, 2, 2]


def test_damage_is_told_the_same_by_the_first_part_that_meets_it(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "damaged.mp4", numbered_pictures(200), options={"bf": "0"})
    content = bytearray(path.read_bytes())
    frames_start = content.index(b"mdat")
    for part in (0.3, 0.7):
        start = round(frames_start + part * (len(content) - frames_start))
        content[start : start + 1500] = bytes(range(250)) * 6
    path.write_bytes(content)
    problems = []
    for count in (1, 2, 5):
        with pytest.raises(UnreadableVideoError, match=r"near .* s sampled frames cannot be decoded") as raised:
            list(decoded_one_after_the_other(path, plan_sample(path, SamplingPolicy()).parts(count)))
        problems.append(str(raised.value))
    assert len(set(problems)) == 1
