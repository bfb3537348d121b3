"""Videos from the web: what a URL offers, and fetching it, with yt-dlp as a library."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from yt_dlp import YoutubeDL
from yt_dlp.globals import plugin_dirs
from yt_dlp.utils import YoutubeDLError

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import UNFINISHED, remove_unfinished

TIMEOUT_S = 20
"""Seconds without an answer after which a connection is given up."""

ATTEMPTS_AGAIN = 3
"""How often a request that failed is made again."""

Progress = Callable[[int, int | None], None]
"""Called with the bytes fetched so far, and the bytes there are or None where nobody knows."""

# What someone has put into a plugin folder of yt-dlp is no part of framecurate: with it, two machines with the
# same lock file could fetch different videos.
plugin_dirs.value = []


class DownloadError(FramecurateError):
    """A URL from which no video could be had."""


@dataclass(frozen=True)
class RemoteFacts:
    """What a site says of a video, before or after it is fetched; None where it does not say."""

    title: str | None
    uploader: str | None
    licence: str | None

    width: int | None
    """Pixels of the format that is fetched, upright."""

    height: int | None
    """Pixels of the format that is fetched, upright."""

    duration_s: float | None


@dataclass(frozen=True)
class Downloaded:
    """A video that was fetched."""

    path: Path
    """The file, `<video_id>.<ending>`."""

    facts: RemoteFacts


def look_up(url: str, max_height_px: int) -> RemoteFacts:
    """Ask a site what a URL offers, without fetching it.

    Args:
        url: http or https.
        max_height_px: as for `download`, so that width and height are those of what it would fetch.

    Raises:
        DownloadError: the site does not answer, offers no video, a list of videos or a live stream.
    """
    return _facts(_extract(url, {"format_sort": [f"res:{max_height_px}"]}, download=False))


def download(url: str, folder: Path, video_id: str, max_height_px: int, progress: Progress | None = None) -> Downloaded:
    """Fetch the best video up to a size, without its sound where the site offers that.

    The file appears in the folder under its final name once it is whole.

    Args:
        url: http or https.
        folder: where the file goes; it is made if it is missing.
        video_id: the file's name, without its ending.
        max_height_px: shorter side, at most, of what is fetched where the site offers several sizes; its
            smallest if all are larger.
        progress: called now and then.

    Raises:
        DownloadError: as `look_up`, or the video cannot be fetched to its end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_unfinished(folder / video_id)
    with TemporaryDirectory(dir=folder, prefix=f".{video_id}.", suffix=UNFINISHED) as unfinished:
        options = {
            "format_sort": [f"res:{max_height_px}"],
            "outtmpl": f"{unfinished.replace('%', '%%')}/video.%(ext)s",
            "progress_hooks": [_hook(progress)] if progress else [],
        }
        answer = _extract(url, options, download=True)
        file = Path(answer["requested_downloads"][0]["filepath"])
        path = file.replace(folder / f"{video_id}{file.suffix}")
    return Downloaded(path, _facts(answer))


def _extract(url: str, options: dict[str, Any], download: bool) -> dict[str, Any]:
    """What yt-dlp says of the URL, of one video and of the format that the options choose."""
    try:
        with YoutubeDL(_OPTIONS | options) as site:
            answer: dict[str, Any] = site.extract_info(url, download=download)
    except YoutubeDLError as error:
        raise DownloadError(f"{url} gives no video: {_sentence(error)}", "Open it in a browser to see why") from error
    if answer.get("_type") == "playlist":
        raise DownloadError(f"{url} is a list of videos", "Add the address of each video that you want")
    return answer


class _Silence:
    """Stands in for the console: what matters is raised."""

    def debug(self, message: str) -> None: ...

    def warning(self, message: str) -> None: ...

    def error(self, message: str) -> None: ...


def _refuse_live(answer: dict[str, Any], *, incomplete: bool) -> None:  # noqa: ARG001
    # A live stream has no end, and neither would fetching it.
    if answer.get("is_live") or answer.get("live_status") in ("is_live", "is_upcoming"):
        raise DownloadError(f"{answer.get('webpage_url')} is a live stream", "Add it when it is over")


_OPTIONS: dict[str, Any] = {
    # The picture alone where it can be had alone, so that nothing has to be merged or converted.
    "format": "bestvideo/best",
    "noplaylist": True,
    "playlist_items": "0",
    "match_filter": _refuse_live,
    "socket_timeout": TIMEOUT_S,
    "retries": ATTEMPTS_AGAIN,
    "extractor_retries": ATTEMPTS_AGAIN,
    "fragment_retries": ATTEMPTS_AGAIN,
    "skip_unavailable_fragments": False,
    "fixup": "never",
    "nopart": True,
    "updatetime": False,
    "cachedir": False,
    "quiet": True,
    "no_warnings": True,
    "noprogress": True,
    "logger": _Silence(),
}


def _hook(progress: Progress) -> Callable[[dict[str, Any]], None]:
    def report(state: dict[str, Any]) -> None:
        total = state.get("total_bytes") or state.get("total_bytes_estimate")
        progress(int(state.get("downloaded_bytes") or 0), int(total) if total else None)

    return report


def _facts(answer: dict[str, Any]) -> RemoteFacts:
    return RemoteFacts(
        title=answer.get("title"),
        uploader=answer.get("uploader"),
        licence=answer.get("license"),
        width=answer.get("width"),
        height=answer.get("height"),
        duration_s=answer.get("duration"),
    )


def _sentence(error: YoutubeDLError) -> str:
    """yt-dlp's message without colours, its own labels, Python's view of the cause, and how to report a bug."""
    message = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().partition("\n")[0]
    message = re.sub(r"^ERROR:\s*", "", message)
    message = re.sub(r"^\[[^\]]+\]\s+(?:[^\s:]+: )?", "", message)
    message = re.split(r"[;.]?\s*please report this issue on|\s*\(caused by", message, flags=re.IGNORECASE)[0]
    return message.strip().rstrip(".")
