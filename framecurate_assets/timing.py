"""Where time goes: seconds by step, by stage and by video."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

Item = TypeVar("Item")


class Stopwatch:
    """Adds up the seconds of each step. Steps do not overlap: a step inside another counts for itself alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        """Wall-clock seconds by the name of the step, in the order in which each was first begun."""
        self._inner = 0.0

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        """Count the time that the block takes, without the steps that are measured inside it."""
        self.seconds.setdefault(step, 0.0)
        outer, self._inner = self._inner, 0.0
        started = time.perf_counter()
        try:
            yield
        finally:
            elapsed = time.perf_counter() - started
            self.seconds[step] += elapsed - self._inner
            self._inner = outer + elapsed

    def each(self, step: str, items: Iterable[Item]) -> Iterator[Item]:
        """Count the time that it takes to get each item, and not what happens between two of them."""
        iterator = iter(items)
        while True:
            with self.measure(step):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item


def added(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Seconds by step over several stopwatches, in the order in which steps first come."""
    total: dict[str, float] = {}
    for part in parts:
        for step, seconds in part.items():
            total[step] = total.get(step, 0.0) + seconds
    return total


@dataclass
class Profile:
    """What was made in a run, and what it took: seconds of work, of all workers together."""

    entries: list[tuple[str, str | None, Mapping[str, float]]] = field(default_factory=list)
    """Stage, video (None: all of them at once), and seconds by step."""
    wall_s: float = 0.0
    """How long the run took, seconds."""

    def add(self, stage: str, video_id: str | None, seconds: Mapping[str, float]) -> None:
        """A stage of a video was made, or a stage of the whole lake."""
        self.entries.append((stage, video_id, seconds))

    def by_video(self) -> list[dict[str, Any]]:
        """A row a video: `video`, the seconds of each stage, and `sum`."""
        videos: dict[str, dict[str, float]] = {}
        for stage, video_id, seconds in self.entries:
            if video_id is not None:
                video = videos.setdefault(video_id, {})
                video[stage] = video.get(stage, 0.0) + sum(seconds.values())
        return [{"video": video_id, **stages, "sum": sum(stages.values())} for video_id, stages in videos.items()]

    def by_step(self) -> list[dict[str, Any]]:
        """A row for each step of each stage: `stage`, `step`, `seconds`, and `share` of all, percent."""
        steps: dict[tuple[str, str], float] = {}
        for stage, _, seconds in self.entries:
            for step, value in seconds.items():
                steps[stage, step] = steps.get((stage, step), 0.0) + value
        whole = sum(steps.values()) or 1.0
        return [
            {"stage": stage, "step": step, "seconds": value, "share": 100 * value / whole}
            for (stage, step), value in steps.items()
        ]
