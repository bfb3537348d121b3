"""Taking in a video file: it is linked or copied, never moved."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.intake.intake import Intake, too_small
from framecurate_assets.lake.files import UNFINISHED
from framecurate_assets.policy import VideoPolicy
from framecurate_assets.sources.source import Source, content_sha256
from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.probe import probe


def take_in_file(source: Source, folder: Path, policy: VideoPolicy) -> Intake:
    """Bring a file into `folder` as `<video_id>.<ending>` if it is good enough.

    Raises:
        FramecurateError: it is gone, or may not be read.
    """
    original = Path(source.source)
    if not original.is_file():
        raise FramecurateError(f"{original} is no longer there", "Put it back, or remove it from the sources")
    try:
        sha256 = content_sha256(original)
    except OSError as error:
        raise FramecurateError(f"{original} cannot be read: {error.strerror}", "Make it readable") from error
    intake = Intake("ready", sha256=sha256, title=original.stem)
    if not source.video_id.endswith(sha256[:12]):
        reason = f"{original} has changed since it was added. Add it again: it is another video now."
        return replace(intake, status="failed", reason=reason)
    try:
        facts = probe(original)
    except UnreadableVideoError as error:
        return replace(intake, status="failed", reason=str(error))
    intake = replace(intake, facts=facts)
    refusal = too_small(facts.width, facts.height, policy)
    if refusal:
        return replace(intake, status="rejected", reason=refusal)
    file = folder / f"{source.video_id}{original.suffix.lower()}"
    _link_or_copy(original, file)
    return replace(intake, file=file, bytes=file.stat().st_size)


def _link_or_copy(original: Path, file: Path) -> None:
    """A hard link costs no disk; another disk or file system gets a copy. The original is never moved."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}{UNFINISHED}")
    unfinished.unlink(missing_ok=True)
    try:
        os.link(original, unfinished)
    except OSError:
        shutil.copyfile(original, unfinished)
    unfinished.replace(file)
    # Where both were links to the same content already, renaming one to the other has left both.
    unfinished.unlink(missing_ok=True)
