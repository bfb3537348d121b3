"""Taking a video in: what it is, before it is fetched where that can be known; what is too small is refused."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import UNFINISHED
from framecurate_assets.policy import VideoPolicy
from framecurate_assets.sources.source import Source, content_sha256
from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.probe import VideoFacts, probe
from framecurate_assets.web.download import download, look_up


@dataclass(frozen=True)
class Intake:
    """What became of one source."""

    status: str
    """ready, rejected, failed or over_budget."""
    reason: str | None = None
    """Why it is not ready, in one sentence."""
    file: Path | None = None
    """The video file in the data folder; None where it was not kept."""
    bytes: int | None = None
    sha256: str | None = None
    """Hash of the file's content, where all of it was read, whatever came of it."""
    facts: VideoFacts | None = None
    """What was probed; None where it could not be."""
    title: str | None = None
    uploader: str | None = None
    licence: str | None = None
    outcome: Literal["ok", "passing", "paused", "permanent"] = "ok"
    """Of a URL: whether a failure may pass, is the host's wish to be left alone, or stays; ok: it did not fail."""
    was_tried: bool = True
    """Of a URL: whether its host was asked at all."""
    retry_after_s: float | None = None
    """Of a URL: seconds after which the host wants to be asked again, if it said so."""
    bytes_fetched: int = 0
    """Of a URL: bytes that came over the network."""


def take_in(source: Source, folder: Path, policy: VideoPolicy) -> Intake:
    """Bring a video into `folder` as `<video_id>.<ending>` if it is good enough.

    Nothing that the source causes is raised: it is failed or rejected, with the reason.
    """
    try:
        return _take_in_file(source, folder, policy) if source.kind == "file" else _take_in_url(source, folder, policy)
    except FramecurateError as error:
        return Intake("failed", str(error), title=_title(source))


def over_budget(spent_bytes: int, allowed_bytes: int) -> Intake:
    """A video that is not even looked at, since nothing is left of the budget."""
    return Intake("over_budget", f"The candidates of other videos take {spent_bytes} of {allowed_bytes} bytes.")


def _take_in_file(source: Source, folder: Path, policy: VideoPolicy) -> Intake:
    original = Path(source.source)
    if not original.is_file():
        raise FramecurateError(f"{original} is no longer there", "Put it back, or remove it from the sources")
    try:
        sha256 = content_sha256(original)
    except OSError as error:
        raise FramecurateError(f"{original} cannot be read: {error.strerror}", "Make it readable") from error
    if not source.video_id.endswith(sha256[:12]):
        raise FramecurateError(f"{original} has changed since it was added", "Add it again: it is another video now")
    intake = Intake("ready", sha256=sha256, title=_title(source))
    try:
        facts = probe(original)
    except UnreadableVideoError as error:
        return replace(intake, status="failed", reason=str(error))
    intake = replace(intake, facts=facts)
    too_small = _too_small(facts.width, facts.height, policy)
    if too_small:
        return replace(intake, status="rejected", reason=too_small)
    file = folder / f"{source.video_id}{original.suffix.lower()}"
    _link_or_copy(original, file)
    return replace(intake, file=file, bytes=file.stat().st_size)


def _take_in_url(source: Source, folder: Path, policy: VideoPolicy) -> Intake:
    remote = look_up(source.source, policy.max_download_height_px)
    intake = Intake("ready", title=remote.title, uploader=remote.uploader, licence=remote.licence)
    if remote.width and remote.height:
        too_small = _too_small(remote.width, remote.height, policy)
        if too_small:
            return replace(intake, status="rejected", reason=too_small)
    fetched = download(source.source, folder, source.video_id, policy.max_download_height_px)
    try:
        facts = probe(fetched.path)
    except UnreadableVideoError as error:
        fetched.path.unlink()
        return replace(intake, status="failed", reason=str(error))
    intake = replace(intake, facts=facts)
    too_small = _too_small(facts.width, facts.height, policy)
    if too_small:
        fetched.path.unlink()
        return replace(intake, status="rejected", reason=too_small)
    sha256 = content_sha256(fetched.path)
    return replace(intake, file=fetched.path, bytes=fetched.path.stat().st_size, sha256=sha256)


def _too_small(width: int, height: int, policy: VideoPolicy) -> str | None:
    shorter = min(width, height)
    if shorter >= policy.min_shorter_side_px:
        return None
    return f"{width}x{height}: the shorter side has {shorter} px, and {policy.min_shorter_side_px} are asked for."


def _title(source: Source) -> str | None:
    return Path(source.source).stem if source.kind == "file" else None


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
