"""What a URL offers, asked of the site and read from the video's own header, without fetching it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.faults import GivenUpError, one_line
from framecurate_assets.web.headers import UnknownHeaderError, read_header
from framecurate_assets.web.remote_file import RemoteFile
from framecurate_assets.web.site import Site, open_site
from framecurate_assets.web.traffic import too_large

SIZE_NOT_STATED = "The site does not say how large the picture is, and what is not known is not fetched."

LONGEST_TEXT = 300
"""Characters of a title or a name that are kept, at most."""


@dataclass(frozen=True)
class RemoteVideo:
    """What is known of a video before it is fetched; None where nobody says."""

    title: str | None
    uploader: str | None
    licence: str | None

    width: int | None
    """Pixels of the format that is fetched, from the file's own header where it is one file."""

    height: int | None
    """Pixels of the format that is fetched, from the file's own header where it is one file."""

    size_unknown: str | None
    """Why width and height are not known, in one sentence."""

    duration_s: float | None

    bytes: int | None
    """Of the file; None where it comes in pieces."""

    format_id: str
    """The site's name of the format that is fetched."""

    bytes_fetched: int
    """What it has cost to know this."""


@dataclass(frozen=True)
class Found:
    """A video, with what it takes to fetch it."""

    remote: RemoteVideo

    answer: dict[str, Any]
    """yt-dlp's own, of the format that is fetched."""

    headers: Mapping[str, str]
    """Of the video file's answer, the names in lower case; empty where it comes in pieces."""


def look_up(url: str, max_height_px: int, settings: DownloadPolicy) -> RemoteVideo:
    """Ask a site what a URL offers, without fetching it.

    Args:
        url: http or https.
        max_height_px: as for `download`, so that width and height are those of what it would fetch.
        settings: the limits that hold.

    Raises:
        WebError: the site does not answer, or offers no video, a list of videos, a live stream, or a video that is
            longer or larger than the settings allow.
        FramecurateError: the settings are of no use.
    """
    with open_site(settings, **preferring(max_height_px)) as site:
        return find(site, url, settings).remote


def preferring(max_height_px: int) -> dict[str, Any]:
    """yt-dlp's options for the best format up to a size, on its shorter side; the smallest if all are larger.

    Of two with the same size the one without sound.
    """
    return {"format_sort": [f"res:{max_height_px}", "+hasaud"]}


def find(site: Site, url: str, settings: DownloadPolicy) -> Found:
    """As `look_up`, in a session that goes on."""
    answer = site.extract(url)
    with site.faults_of(url):
        if answer.get("_type", "video") != "video":
            remedy = "Add it with `framecurate add --list`, or add the address of each video that you want"
            raise GivenUpError("is a list of videos", remedy, "permanent")
        found = Found(_as_the_site_says(answer), answer, {})
        # What is too long is not worth another request.
        _check_limits(found.remote, settings)
        if answer["protocol"] in ("http", "https"):
            found = _as_the_file_says(site, found)
            _check_limits(found.remote, settings)
    return replace(found, remote=replace(found.remote, bytes_fetched=site.bytes_fetched))


def _as_the_site_says(answer: dict[str, Any]) -> RemoteVideo:
    width, height = _positive(answer.get("width")), _positive(answer.get("height"))
    known = width is not None and height is not None
    return RemoteVideo(
        title=_text(answer.get("title")),
        uploader=_text(answer.get("uploader")),
        licence=_text(answer.get("license")),
        width=width if known else None,
        height=height if known else None,
        size_unknown=None if known else SIZE_NOT_STATED,
        duration_s=answer.get("duration") or _duration_of_pieces(answer),
        bytes=_positive(answer.get("filesize")),
        format_id=str(answer["format_id"]),
        bytes_fetched=0,
    )


def _as_the_file_says(site: Site, found: Found) -> Found:
    """Whatever a page claims, the header of the file is what will be decoded."""
    file = RemoteFile(site, found.answer["url"], found.answer.get("http_headers") or {})
    remote = replace(found.remote, bytes=file.size or found.remote.bytes)
    try:
        header = read_header(file.read, file.size)
    except UnknownHeaderError as error:
        return replace(
            found, remote=replace(remote, width=None, height=None, size_unknown=str(error)), headers=file.headers
        )
    remote = replace(
        remote,
        width=header.width,
        height=header.height,
        size_unknown=None,
        duration_s=header.duration_s or remote.duration_s,
    )
    return replace(found, remote=remote, headers=file.headers)


def _check_limits(remote: RemoteVideo, settings: DownloadPolicy) -> None:
    if remote.duration_s and remote.duration_s > settings.max_duration_s:
        problem = f"lasts {remote.duration_s:.0f} seconds, and {settings.max_duration_s:g} are allowed"
        raise GivenUpError(problem, "Allow more with download.max_duration_s", "permanent")
    if remote.bytes and remote.bytes > settings.max_bytes:
        raise too_large(settings.max_bytes)


def _duration_of_pieces(answer: dict[str, Any]) -> float | None:
    """What the pieces of a DASH manifest last together, which yt-dlp does not add up."""
    pieces = answer.get("fragments")
    return sum(piece.get("duration") or 0.0 for piece in pieces) or None if isinstance(pieces, list) else None


def _text(value: object) -> str | None:
    return one_line(str(value), LONGEST_TEXT) or None if value else None


def _positive(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None
