"""The CPU time that the networks alone take for the faces of some frames: what nothing around them can go below."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.analyse import analyse_frames
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.emotion import EmotionModel
from framecurate_assets.policy import DetectionPolicy


class TimedNetwork:
    """Stands before a network, and counts its calls and their CPU seconds."""

    def __init__(self, network: Callable[..., Any]) -> None:
        self._network = network
        self.calls = 0
        self.seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        """What the network gives."""
        started = time.process_time()
        answer = self._network(*arguments)
        self.seconds += time.process_time() - started
        self.calls += 1
        return answer


def model_seconds(frames: Iterable[RGBImage], policy: DetectionPolicy | None = None) -> dict[str, TimedNetwork]:
    """Measure the faces of frames, and count what each network takes for it.

    Args:
        frames: each of shape (height, width, 3), uint8, RGB, upright.
        policy: how small a face is looked for; its engine does not count, it is the embedded one. None: the default.

    Returns:
        Calls and CPU seconds by the name of the network: detector, mesh, emotion, descriptor. The sum of the seconds
        is the floor. The networks are warm.
    """
    policy = policy or DetectionPolicy()
    engine, emotions = EmbeddedEngine(policy.smallest_face_px, policy.min_confidence), EmotionModel()
    networks = {
        "detector": _timed(engine._detector),
        "mesh": _timed(engine._mesh),
        "emotion": _timed(emotions),
        "descriptor": _timed(engine._descriptor),
    }
    for _ in analyse_frames(frames, engine, emotions, policy):
        pass
    return networks


def _timed(owner: Any) -> TimedNetwork:
    owner._network = TimedNetwork(owner._network)
    timed: TimedNetwork = owner._network
    return timed
