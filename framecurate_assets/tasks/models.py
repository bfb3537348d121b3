"""The models that measure faces, kept open by each process that uses them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from framecurate_assets.faces.engines import EngineChoice, open_engine
from framecurate_assets.policy import DetectionPolicy

if TYPE_CHECKING:
    from framecurate_assets.faces.emotion import EmotionModel
    from framecurate_assets.faces.engine import FaceEngine


@dataclass(frozen=True)
class Models:
    """Which models measure faces, and where their weights are."""

    choice: EngineChoice
    policy: DetectionPolicy
    root: Path
    """The folder of fetched weights."""

    def open(self) -> tuple[FaceEngine, EmotionModel]:
        """The models; those of the last call in this process are still open.

        Raises:
            FramecurateError: weights are missing or altered.
        """
        return _opened(self)

    def check(self) -> None:
        """Open them where this runs, so that what is wrong with them is known before a video is.

        Raises:
            FramecurateError: weights are missing or altered.
        """
        self.open()


@lru_cache(maxsize=1)
def _opened(models: Models) -> tuple[FaceEngine, EmotionModel]:
    # A large import, which a process that only hands models on does not need.
    from framecurate_assets.faces.emotion import EmotionModel

    return open_engine(models.choice, models.policy, models.root), EmotionModel()
