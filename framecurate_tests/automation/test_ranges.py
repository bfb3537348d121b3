"""Many videos in few runs."""

from __future__ import annotations

import pytest

from framecurate_assets.assets.partitions import ranges

ORDER = [f"v{number:03d}" for number in range(120)]


@pytest.mark.parametrize(
    ("wanted", "passable", "found"),
    [
        ("", "", []),
        ("a", "", [("a", "a")]),
        ("ac", "", [("a", "a"), ("c", "c")]),
        ("ac", "b", [("a", "c")]),  # one run does for both
        ("bd", "ae", [("b", "b"), ("d", "d")]),  # never through what is not to be touched
        ("b", "acde", [("b", "b")]),  # nothing is passed over for nothing
        ("abcde", "", [("a", "e")]),
    ],
)
def test_wanted_partitions_become_ranges(wanted: str, passable: str, found: list[tuple[str, str]]) -> None:
    assert list(ranges("abcde", set(wanted), set(passable))) == found


def test_no_range_is_longer_than_a_run_should_be() -> None:
    assert list(ranges(ORDER, set(ORDER))) == [("v000", "v049"), ("v050", "v099"), ("v100", "v119")]
    ends = {"v000", "v049", "v050", "v119"}
    assert list(ranges(ORDER, ends, set(ORDER))) == [("v000", "v049"), ("v050", "v050"), ("v119", "v119")]
