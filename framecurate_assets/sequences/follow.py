"""Following a person from frame to frame around one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from framecurate_assets.arrays import FloatArray
from framecurate_assets.sequences.anchors import Anchor
from framecurate_assets.sequences.seen import SeenFace, SeenFrame
from framecurate_assets.video.shots import shot_difference

SAME_PERSON_PART = 0.85
"""A face is taken for the anchor's up to this part of the seed threshold, as in a track that hardly moved."""

MIN_OVERLAP = 0.25
"""Intersection over union of the boxes in two neighbouring frames, at least: a head that moves by half its width
in 0.2 s has 0.33."""

CUT_DIFFERENCE = 0.25
"""`shot_difference` of two neighbouring frames from which a cut lies between them. Of 59 cuts into real clips 56 came
to that at 0.2 s, and of 100 pairs without a cut fewer than two; samples lie further apart, and ask for more."""

FrameAt = Callable[[int], int | str]
"""Steps from the anchor, negative before it -> the number of the frame shown then, or why there is none."""


@dataclass(frozen=True)
class Step:
    """One frame of a sequence."""

    face: SeenFace
    frame: SeenFrame

    distance: float
    """Euclidean distance of the descriptor to the anchor's."""


@dataclass(frozen=True)
class Wish:
    """Frames that have to be seen before more can be said."""

    frames: tuple[int, ...]


def follow(
    anchor: Anchor, frame_at: FrameAt, seen: Mapping[int, SeenFrame | None], frames: int, threshold: float
) -> tuple[Step, ...] | Wish | str:
    """Follow the anchor's person to both sides until there are as many frames as wanted, and no gap.

    The anchor stands in the middle; where one side ends (a cut, the face is lost, or is no picture to keep), the
    other gives more.

    Args:
        anchor: the face.
        frame_at: which frame is shown how many steps from it.
        seen: frames by number, as far as they were decoded; None: it could not be.
        frames: how many.
        threshold: seed threshold: Euclidean distance up to which two descriptors found a person together.

    Returns:
        The steps in the order of time, the frames that are missing to tell, or why the person cannot be followed.
    """
    steps: dict[int, Step | None] = {}
    numbers: dict[int, int] = {}
    ended: dict[int, str] = {}
    while len(steps) < frames:
        offset = _next(steps, ended)
        if offset is None:
            return f"before it {ended[-1]}, after it {ended[1]}"
        number = frame_at(offset)
        if number in numbers.values():
            number = "every frame lasts longer than the step"
        neighbour = steps[offset - _side(offset)] if offset else None
        outcome: Step | str | None = None
        if isinstance(number, str):
            outcome = number
        elif number in seen and (neighbour or offset == 0):
            outcome = _step(anchor, seen[number], neighbour, threshold)
        if isinstance(outcome, str) and offset == 0:
            return f"at the moment itself {outcome}"
        if isinstance(outcome, str) or isinstance(number, str):
            ended[_side(offset)] = str(outcome)
        else:
            steps[offset], numbers[offset] = outcome, number
    unseen = tuple(number for number in numbers.values() if number not in seen)
    return Wish(unseen) if unseen else tuple(step for _, step in sorted(steps.items()) if step)


def _next(steps: Mapping[int, Step | None], ended: Mapping[int, str]) -> int | None:
    """The nearest offset that was not looked at, on a side that goes on; of two the later."""
    if not steps:
        return 0
    ways = {side: side * (max(side * offset for offset in steps) + 1) for side in (1, -1) if side not in ended}
    return min(ways.values(), key=abs, default=None)


def _side(offset: int) -> int:
    return 1 if offset > 0 else -1


def _step(anchor: Anchor, frame: SeenFrame | None, neighbour: Step | None, threshold: float) -> Step | str:
    """The face that continues the anchor's in a frame, or why there is none.

    Args:
        anchor: whom to look for.
        frame: where; None: it could not be decoded.
        neighbour: the frame next to it on the way from the anchor; None: the frame is the anchor's own.
        threshold: seed threshold.
    """
    if frame is None:
        return "a frame cannot be decoded"
    if neighbour and shot_difference(neighbour.frame.shot_feature, frame.shot_feature) >= CUT_DIFFERENCE:
        return "there is a cut"
    if not frame.faces:
        return "no face can be verified"
    distances = [float(np.linalg.norm(face.descriptor - anchor.descriptor)) for face in frame.faces]
    nearest = int(np.argmin(distances))
    face, distance = frame.faces[nearest], distances[nearest]
    if distance > SAME_PERSON_PART * threshold:
        return f"no face is near enough ({distance:.2f}, at most {SAME_PERSON_PART * threshold:.2f})"
    if _overlap(face.box, neighbour.face.box if neighbour else anchor.box) < MIN_OVERLAP:
        return "the face that is nearest is in another place"
    if face.fault:
        return f"the face is no picture to keep ({face.fault})"
    return Step(face, frame, distance)


def _overlap(a: FloatArray, b: FloatArray) -> float:
    """Intersection over union of two boxes x1, y1, x2, y2, 0..1."""
    shared = float(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0).prod())
    both = float((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod()) - shared
    return shared / both if both > 0 else 0.0
