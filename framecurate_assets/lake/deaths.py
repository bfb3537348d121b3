"""Videos on which the program died: a decoder that crashes on one must not take it down again and again.

A mark says that a stage of a video was begun, and is gone when it ends, however it ends. One that is still there
was left by a process that died.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder

MOST_DEATHS = 3
"""After so many, a video is given up. Not after one: the machine may have been switched off."""


class DeadlyVideoError(FramecurateError):
    """A video on which the program died too often."""


@contextmanager
def without_mark(folder: DataFolder, stage: str, video_id: str) -> Iterator[None]:
    """For work in other processes, whose death this one survives and sees: when it is done, no mark is left."""
    yield
    folder.begun(stage, video_id).unlink(missing_ok=True)


@contextmanager
def marked(folder: DataFolder, stage: str, video_id: str) -> Iterator[None]:
    """Mark a stage of a video as begun for as long as the block runs.

    Raises:
        DeadlyVideoError: it was begun too often and never ended; it may be begun as often again.
    """
    mark = folder.begun(stage, video_id)
    mark.parent.mkdir(parents=True, exist_ok=True)
    try:
        # A byte a try: half of it cannot be written.
        deaths = mark.stat().st_size if mark.exists() else 0
        if deaths >= MOST_DEATHS:
            raise DeadlyVideoError(
                f"The program died {deaths} times while it made {stage} of this video",
                "`framecurate run --retry` tries it again; please report it if it dies again",
            )
        with mark.open("ab") as file:
            file.write(b".")
        yield
    finally:
        mark.unlink(missing_ok=True)
