"""All that decides what is stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from framecurate_assets.faces.engines import choose_engine
from framecurate_assets.lake.budget import candidate_bytes_by_video
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source


@dataclass(frozen=True)
class Inputs:
    """All that decides what is stale."""

    lake: Lake
    policy: Policy
    sources: Sequence[Source]
    engine: str
    """Name of the face engine that detection would use today."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """A video whose next try is due later than this is left alone."""

    named: frozenset[str] = frozenset()
    """Videos that a person asked for by name: what failed is tried again whenever that was."""

    by_hand: bool = True
    """Whether a person waits for the result: what an error of the program spoilt is not worth a try by itself."""

    @cached_property
    def spent_bytes(self) -> dict[str, int]:
        """Bytes of the candidates of every video that has any."""
        return candidate_bytes_by_video(self.lake)

    def bytes_left(self, video_id: str) -> int:
        """What the other videos leave of the candidates' budget; below 0 where it was lowered since."""
        others = sum(self.spent_bytes.values()) - self.spent_bytes.get(video_id, 0)
        return self.policy.budget.candidates_bytes - others


def todays_inputs(lake: Lake, policy: Policy, sources: Sequence[Source], *, by_hand: bool) -> Inputs:
    """All that decides, with the engine that the policy and the lake come to now.

    Raises:
        FramecurateError: the engine does not fit the lake, or its weights are not here.
    """
    engine = choose_engine(policy.detection, lake.folder.models, pinned_engine(lake.folder))
    return Inputs(lake, policy, sources, engine.name, by_hand=by_hand)
