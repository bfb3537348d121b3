"""Looking into one video for the sequences around moments of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.analyse import analyse_frame
from framecurate_assets.sequences.anchors import Anchor
from framecurate_assets.sequences.follow import Step
from framecurate_assets.sequences.look import Rules, Video, look_for_sequences
from framecurate_assets.tasks.models import Models


@dataclass(frozen=True)
class Looked:
    """What came of it."""

    found: dict[str, tuple[Step, ...] | str]
    """The sequence around each anchor, or why there is none, by the anchor's face."""
    frames: int
    """Frames that were decoded and searched for faces."""


@dataclass(frozen=True)
class FollowPeople:
    """Decodes around anchors, and follows the person of each."""

    models: Models
    rules: Rules

    def __call__(self, video: Video, anchors: Sequence[Anchor]) -> Looked:
        """Look into one video.

        Raises:
            UnreadableVideoError: it cannot be read.
        """
        frames = 0

        def measure(picture: RGBImage) -> pl.DataFrame:
            nonlocal frames
            frames += 1
            return analyse_frame(picture, *self.models.open(), self.models.policy).table()

        return Looked(look_for_sequences(video, anchors, measure, self.rules), frames)
