"""Videos from the web: fetched whole, going on where an earlier try broke off."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import UNFINISHED, remove_unfinished
from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.faults import GivenUpError, WebError, shown
from framecurate_assets.web.look_up import RemoteVideo, find, preferring
from framecurate_assets.web.resume import FILE_NAME, Part, identity_of, validator
from framecurate_assets.web.site import open_site
from framecurate_assets.web.traffic import too_large

MAX_FRAGMENT_BYTES = 500_000_000
"""Of one piece of a video that comes in pieces: yt-dlp takes each into memory."""

Progress = Callable[[int, int | None], None]
"""Called with the bytes fetched so far, and the bytes there are or None where nobody knows."""


Refusal = Callable[[RemoteVideo], str | None]
"""Told what a video is before it is fetched: why it is not wanted, or None if it is."""


class NotWantedError(FramecurateError):
    """A video that was looked at and not fetched, since whoever asked for it does not want it."""

    def __init__(self, reason: str, remote: RemoteVideo) -> None:
        super().__init__(reason)
        self.reason = reason
        """Why, as `Refusal` gave it."""
        self.remote = remote
        """What it is."""


@dataclass(frozen=True)
class Downloaded:
    """A video that was fetched."""

    path: Path
    """The file, `<video_id>.<ending>`."""

    remote: RemoteVideo
    """What was known of it before."""

    bytes_fetched: int
    """What it has cost, all requests together."""


def download(
    url: str,
    folder: Path,
    video_id: str,
    max_height_px: int,
    settings: DownloadPolicy,
    refusal: Refusal = lambda _: None,
    progress: Progress | None = None,
) -> Downloaded:
    """Fetch the best video up to a size, without its sound where the site offers that.

    The file appears in the folder under its final name once it is whole. After a fault that may pass, what was
    fetched stays in `.<video_id>.unfinished/`, and the next try goes on from there.

    Args:
        url: http or https.
        folder: where the file goes; it is made if it is missing.
        video_id: the file's name, without its ending.
        max_height_px: shorter side, at most, of what is fetched where the site offers several sizes; its
            smallest if all are larger.
        settings: the limits that hold.
        refusal: asked before anything of the video but its header is fetched.
        progress: called now and then.

    Raises:
        NotWantedError: `refusal` gave a reason.
        WebError: as `look_up`, or the video cannot be fetched to its end, or the disk is too full for it.
        FramecurateError: the settings are of no use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_unfinished(folder / video_id)
    kept = _part_of(video_id, folder)
    with _alone_in(kept, url):
        try:
            fetched = _fetch(url, kept, max_height_px, settings, refusal, progress)
        except FramecurateError as error:
            may_go_on = isinstance(error, WebError) and error.outcome != "permanent"
            if not may_go_on or Part(kept, None).bytes_kept == 0:
                shutil.rmtree(kept)
            raise
        path = fetched.path.replace(folder / f"{video_id}{fetched.path.suffix}")
        shutil.rmtree(kept)
    return replace(fetched, path=path)


def discard_part(folder: Path, video_id: str) -> None:
    """Remove what was fetched of a video that is given up."""
    shutil.rmtree(_part_of(video_id, folder), ignore_errors=True)


def _part_of(video_id: str, folder: Path) -> Path:
    return folder / f".{video_id}{UNFINISHED}"


def _fetch(
    url: str,
    kept: Path,
    max_height_px: int,
    settings: DownloadPolicy,
    refusal: Refusal,
    progress: Progress | None,
) -> Downloaded:
    part = Part(kept, None)
    watch = _Watch(part, settings, progress)
    options = {
        "outtmpl": f"{str(kept).replace('%', '%%')}/{FILE_NAME}.%(ext)s",
        "progress_hooks": [watch],
        **preferring(max_height_px),
    }
    with open_site(settings, **options) as site:
        found = find(site, url, settings)
        reason = refusal(found.remote)
        if reason:
            raise NotWantedError(reason, found.remote)
        with site.faults_of(url):
            part.identity = identity_of(site, found)
            part.prepare()
            watch.check_disk((found.remote.bytes or 0) - part.bytes_kept)
        if part.identity and (unchanged := validator(found)):
            found.answer["http_headers"] = {**found.answer.get("http_headers", {}), "If-Range": unchanged}
        path = site.fetch(url, found.answer)
        size = path.stat().st_size
        if found.remote.bytes not in (None, size):
            problem = f"{shown(url)} gave {size} bytes instead of the {found.remote.bytes} that it has"
            raise WebError(problem, "It is tried again later", outcome="passing", bytes_fetched=site.bytes_fetched)
        return Downloaded(path, found.remote, site.bytes_fetched)


class _Watch:
    """Looks after a transfer while it runs."""

    def __init__(self, part: Part, settings: DownloadPolicy, progress: Progress | None) -> None:
        self._part, self._settings, self._progress = part, settings, progress

    def __call__(self, state: dict[str, Any]) -> None:
        done = int(state.get("downloaded_bytes") or 0)
        if done > self._settings.max_bytes:
            raise too_large(self._settings.max_bytes)
        if state["status"] == "downloading":
            self.check_disk(0)
            if "fragment_index" in state:
                self._part.note_fragments()
                self._check_fragment(done)
        if self._progress:
            total = state.get("total_bytes") or state.get("total_bytes_estimate")
            self._progress(done, int(total) if total else None)

    def check_disk(self, needed_bytes: int) -> None:
        """Raises:
        GivenUpError: with so many bytes more, less of the disk would be free than the settings want.
        """
        free_bytes = shutil.disk_usage(self._part.folder).free
        if free_bytes - needed_bytes < self._settings.keep_free_bytes:
            problem = f"does not fit on the disk: {free_bytes} bytes are free, and "
            problem += f"{self._settings.keep_free_bytes} are kept free by download.keep_free_bytes"
            raise GivenUpError(problem, "Free some space", "passing")

    def _check_fragment(self, done: int) -> None:
        if done - self._part.bytes_kept > MAX_FRAGMENT_BYTES:
            raise GivenUpError(
                f"has a piece of more than {MAX_FRAGMENT_BYTES} bytes", "Nothing can be done", "permanent"
            )


@contextmanager
def _alone_in(kept: Path, url: str) -> Iterator[None]:
    """Hold a folder, which is made if it is missing, so that no two processes write into it."""
    kept.mkdir(exist_ok=True)
    held = os.open(kept, os.O_RDONLY)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_there = os.fstat(held).st_nlink > 0
        except BlockingIOError:
            is_there = False
        if not is_there:
            raise WebError(f"{shown(url)} is being fetched by another process", "Wait for it", outcome="passing")
        yield
    finally:
        os.close(held)
