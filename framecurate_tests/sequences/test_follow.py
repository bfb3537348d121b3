"""Following a person from frame to frame, on frames made of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from framecurate_assets.sequences.anchors import Anchor
from framecurate_assets.sequences.follow import Step, Wish, follow
from framecurate_assets.sequences.seen import SeenFace, SeenFrame
from framecurate_assets.video.shots import shot_feature

THRESHOLD = 0.5
ANCHOR = Anchor("a", "v", 10.0, 0, np.array([100, 100, 200, 200], np.float32), np.array([0, 0], np.float32))
ROOM = shot_feature(np.random.default_rng(1).integers(0, 120, (90, 160, 3), dtype=np.uint8))
GARDEN = shot_feature(np.full((90, 160, 3), 255, dtype=np.uint8))


def face(distance: float = 0.1, left: float = 100, fault: str | None = None) -> SeenFace:
    box = np.array([left, 100, left + 100, 200], dtype=np.float32)
    return SeenFace({}, box, np.array([distance, 0], np.float32), fault, b"")


def frame(*faces: SeenFace, feature: Any = ROOM) -> SeenFrame:
    return SeenFrame(0.0, feature, faces or (face(),))


def followed(
    frames: dict[int, SeenFrame | None], missing: dict[int, int | str] | None = None
) -> list[int] | Wish | str:
    """Offsets of the sequence of five around frame 0; frames that are not given are like the anchor's."""
    around: dict[int, SeenFrame | None] = {number: frame() for number in range(-9, 10)}
    around |= frames
    outcome = follow(ANCHOR, lambda offset: (missing or {}).get(offset, offset), around, 5, THRESHOLD)
    if isinstance(outcome, str | Wish):
        return outcome
    numbers = {id(seen): number for number, seen in around.items()}
    return [numbers[id(step.frame)] for step in outcome]


def test_the_anchor_stands_in_the_middle() -> None:
    assert followed({}) == [-2, -1, 0, 1, 2]


@pytest.mark.parametrize(
    "lost",
    [
        None,  # it cannot be decoded
        SeenFrame(0.0, ROOM, ()),
        frame(face(0.43)),  # more than 0.85 of the threshold: somebody else
        frame(face(0.2), face(0.1, left=400)),  # another face of the frame is nearer
        frame(face(left=190)),  # it jumped
        frame(face(fault="cut by the frame's edge")),
        frame(feature=GARDEN),  # a cut
    ],
)
def test_where_one_side_ends_the_other_gives_more(lost: SeenFrame | None) -> None:
    assert followed({1: lost}) == [-4, -3, -2, -1, 0]
    assert followed({-2: lost}) == [-1, 0, 1, 2, 3]
    assert "before it" in str(followed({-2: lost, 3: lost}))


def test_no_frame_is_taken_twice_and_no_gap_is_jumped() -> None:
    assert followed({}, {2: 1}) == [-3, -2, -1, 0, 1]
    assert followed({}, {-1: "the shot ends"}) == [0, 1, 2, 3, 4]
    reason = followed({}, {-1: "the shot ends", 4: "there is no more of the video"})
    assert reason == "before it the shot ends, after it there is no more of the video"


def test_a_face_that_moves_is_compared_with_the_frame_before() -> None:
    assert followed({offset: frame(face(left=100 + 40 * offset)) for offset in range(-4, 5)}) == [-2, -1, 0, 1, 2]


def test_an_anchor_that_is_not_found_in_its_own_frame_is_followed_nowhere() -> None:
    assert followed({0: frame(face(left=400))}) == "at the moment itself the face that is nearest is in another place"


def test_frames_are_asked_for_all_at_once_and_again_only_where_the_window_moves() -> None:
    seen: dict[int, SeenFrame | None] = {}
    wishes = []
    while isinstance(outcome := follow(ANCHOR, lambda offset: offset, seen, 5, THRESHOLD), Wish):
        wishes.append(sorted(outcome.frames))
        seen |= {number: None if number == 2 else frame() for number in outcome.frames}
    assert wishes == [[-2, -1, 0, 1, 2], [-3]]
    assert isinstance(outcome, tuple)
    assert len(outcome) == 5
    assert all(isinstance(step, Step) for step in outcome)


def test_a_frame_that_was_seen_for_somebody_else_says_nothing_before_its_neighbour_is_seen() -> None:
    seen: dict[int, SeenFrame | None] = {2: frame(face(left=180))}
    asked = follow(ANCHOR, lambda offset: offset, seen, 5, THRESHOLD)
    assert asked == Wish((0, 1, -1, -2))
    seen |= {0: frame(), 1: frame(face(left=140)), -1: frame(), -2: frame()}
    assert isinstance(follow(ANCHOR, lambda offset: offset, seen, 5, THRESHOLD), tuple)
