from __future__ import annotations

import time

import pytest

from framecurate_assets.timing import Profile, Stopwatch, added


@pytest.fixture(autouse=True)
def a_clock_that_goes_on_by_one_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter(range(1000))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(looks)))


def test_a_step_inside_another_counts_for_itself_alone() -> None:
    watch = Stopwatch()
    with watch.measure("outer"):  # looks 0 and 5
        with watch.measure("inner"):  # looks 1 and 2
            pass
        with watch.measure("inner"):  # looks 3 and 4
            pass
    assert watch.seconds == {"outer": 3.0, "inner": 2.0}


def test_of_an_iterator_only_getting_the_next_item_counts() -> None:
    watch = Stopwatch()
    for _ in watch.each("getting", [1, 2]):
        with watch.measure("using"):
            pass
    # Two items and the end; each used once.
    assert watch.seconds == {"getting": 3.0, "using": 2.0}


def test_an_error_ends_its_step() -> None:
    watch = Stopwatch()
    with pytest.raises(ValueError, match="broken"), watch.measure("outer"), watch.measure("inner"):
        raise ValueError("broken")
    assert watch.seconds == {"outer": 2.0, "inner": 1.0}


def test_seconds_of_several_watches_are_added_step_by_step() -> None:
    assert added([{"a": 1.0, "b": 2.0}, {}, {"b": 3.0, "c": 4.0}]) == {"a": 1.0, "b": 5.0, "c": 4.0}


def test_a_profile_tells_seconds_by_video_and_stage_and_by_step() -> None:
    profile = Profile()
    profile.add("sampled_frames", "one", {"decode": 3.0, "encode JPEG": 1.0})
    profile.add("sampled_frames", "two", {"decode": 2.0})
    profile.add("detected_faces", "one", {"find faces": 2.0})
    profile.add("identity_clusters", None, {"whole stage": 2.0})
    assert profile.by_video() == [
        {"video": "one", "sampled_frames": 4.0, "detected_faces": 2.0, "sum": 6.0},
        {"video": "two", "sampled_frames": 2.0, "sum": 2.0},
    ]
    assert profile.by_step() == [
        {"stage": "sampled_frames", "step": "decode", "seconds": 5.0, "share": 50.0},
        {"stage": "sampled_frames", "step": "encode JPEG", "seconds": 1.0, "share": 10.0},
        {"stage": "detected_faces", "step": "find faces", "seconds": 2.0, "share": 20.0},
        {"stage": "identity_clusters", "step": "whole stage", "seconds": 2.0, "share": 20.0},
    ]
