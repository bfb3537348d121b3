"""Finding what is erased in the texts of others, such as the logs of runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from framecurate_assets.erasure.plan import Plan

FORGOTTEN = "forgotten"
"""What stands where an erased name stood."""

_IN_NAMES = "A-Za-z0-9"


@dataclass(frozen=True)
class Mentions:
    """Which texts mention what a plan names."""

    erased: re.Pattern[str]
    """Names of what goes: videos, persons, frames and the faces in them, sources, hashes."""

    affected: re.Pattern[str]
    """These, and the videos that lose a part."""

    @classmethod
    def of(cls, plan: Plan) -> Mentions:
        """What to look for."""
        names = [*plan.videos, *plan.persons, *plan.texts]
        frames = {
            video_id: [frame_id.rpartition("@")[2] for frame_id in video.frame_ids]
            for video_id, video in plan.sealed.items()
        }
        of_frames = [rf"{re.escape(video_id)}[@/_](?:{'|'.join(times)})" for video_id, times in frames.items()]
        return cls(_pattern(names, of_frames), _pattern([*names, *plan.sealed], []))

    def is_affected(self, text: object) -> bool:
        """Whether a text mentions what goes or loses a part."""
        return isinstance(text, str) and self.affected.search(text) is not None

    def is_erased(self, text: object) -> bool:
        """Whether a text mentions what goes."""
        return isinstance(text, str) and self.erased.search(text) is not None

    def without(self, text: str) -> str:
        """The text with another word for what goes."""
        return self.erased.sub(FORGOTTEN, text)

    def in_file(self, path: Path) -> bool:
        """Whether the name or the content of a file mentions what goes; what is no text counts as Latin."""
        return self.is_erased(path.name) or self.is_erased(path.read_bytes().decode("latin-1"))


def _pattern(names: Iterable[str], patterns: Iterable[str]) -> re.Pattern[str]:
    """One that finds the names as whole words, as they are and as JSON writes them."""
    spellings = {spelling for name in names for spelling in (name, json.dumps(name)[1:-1])}
    # The longest first, so that nothing is left of a name that begins with another.
    words = [re.escape(spelling) for spelling in sorted(spellings, key=len, reverse=True)] + list(patterns)
    return re.compile(rf"(?<![{_IN_NAMES}])(?:{'|'.join(words) or '(?!)'})(?![{_IN_NAMES}])")
