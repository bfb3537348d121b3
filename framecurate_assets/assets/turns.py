"""Videos that are made at the same time and have to decide one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Condition


class Turns:
    """Each video's turn comes when all before it are done, so that what they share is given out in their order."""

    def __init__(self, video_ids: Sequence[str]) -> None:
        self._to_come = list(reversed(video_ids))
        self._done: set[str] = set()
        self._changed = Condition()

    def wait_for(self, video_id: str) -> None:
        """Wait until every video before this one is done. Those have to be under way, or nothing ends this."""
        with self._changed:
            self._changed.wait_for(lambda: not self._to_come or self._to_come[-1] == video_id)

    def done(self, video_id: str) -> None:
        """Let the next ones decide; a video that failed is done too."""
        with self._changed:
            self._done.add(video_id)
            while self._to_come and self._to_come[-1] in self._done:
                self._to_come.pop()
            self._changed.notify_all()
