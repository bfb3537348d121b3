"""What a source is: a file or a URL, under an id that is the same wherever the same video turns up again."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from yt_dlp.extractor import gen_extractor_classes

from framecurate_assets.errors import FramecurateError

MAX_SLUG_LENGTH = 60
"""Characters of a site's id that a video id keeps: it names files."""

USUAL_PORTS = {"http": 80, "https": 443}

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """One video to ingest."""

    source: str
    """The URL as it was given, or the absolute path of the file."""

    video_id: str
    """`<extractor>-<id>` or `file-<first 12 hex of the content hash>`: lower case, `[a-z0-9_-]`."""

    kind: Literal["url", "file", "images"]

    label: str | None = None
    """What the person who lists it says of it: an emotion, a name."""

    licence: str | None = None
    """The licence under which it may be used."""

    notes: str | None = None
    """Anything else."""

    clip_start_s: float | None = None
    """Nothing before this second is sampled; None: from the start."""

    clip_end_s: float | None = None
    """Nothing after this second is sampled; None: to the end."""

    def __post_init__(self) -> None:
        """Check the clip.

        Raises:
            FramecurateError: the clip starts before the video or does not end after its start.
        """
        start_s = 0.0 if self.clip_start_s is None else self.clip_start_s
        end_s = float("inf") if self.clip_end_s is None else self.clip_end_s
        if not 0 <= start_s < end_s:
            raise FramecurateError(
                f"The clip of {self.source} goes from {start_s} to {end_s} s",
                "Let clip_start be 0 or more, and clip_end more than clip_start",
            )


def identify(
    source: str,
    label: str | None = None,
    licence: str | None = None,
    notes: str | None = None,
    clip_start_s: float | None = None,
    clip_end_s: float | None = None,
) -> Source:
    """Find out which video a path or URL means, without any network traffic.

    Raises:
        FramecurateError: it is empty, no file, a folder, or a URL that is not http or https.
    """
    source = source.strip()
    if is_url(source):
        return Source(source, _url_id(source), "url", label, licence, notes, clip_start_s, clip_end_s)
    path = _existing_file(source)
    video_id = f"file-{content_sha256(path)[:12]}"
    return Source(str(path), video_id, "file", label, licence, notes, clip_start_s, clip_end_s)


def is_url(source: str) -> bool:
    """Whether it is written as a URL of any kind, not as a path."""
    return _SCHEME.match(source) is not None


def content_sha256(path: Path) -> str:
    """The hash of a file's content, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _existing_file(source: str) -> Path:
    if not source:
        raise FramecurateError("A source is empty", "Give the path of a video file or a URL")
    path = Path(source).expanduser()
    if path.is_dir():
        raise FramecurateError(f"{source} is a folder, not a video", "Give the path of a file in it")
    if not path.is_file():
        raise FramecurateError(f"{source} does not exist", "Check its spelling; a URL starts with https://")
    return path.resolve()


def _url_id(url: str) -> str:
    try:
        url = _canonical(url)
    except ValueError as error:
        remedy = "Give a URL that starts with http:// or https://"
        raise FramecurateError(f"{url} is not a web address", remedy) from error
    extractor, site_id = _extractor_and_id(url)
    if site_id is None:
        # The address is all that is known of such a video, and the last part of it only a name.
        return "-".join(filter(None, (extractor, _slug(Path(urlsplit(url).path).stem), _digest(url))))
    slug = _slug(site_id)
    return f"{extractor}-{slug}" if slug == site_id else f"{extractor}-{slug}-{_digest(f'{extractor}:{site_id}')}"


def _canonical(url: str) -> str:
    """The URL in one spelling: scheme and host in lower case, no usual port, no jump to a second of the video.

    Raises:
        ValueError: it is not http or https, or has no host or no valid port.
    """
    parts = urlsplit(url)
    if parts.scheme not in USUAL_PORTS or not parts.hostname:
        raise ValueError(url)
    login, at, _ = parts.netloc.rpartition("@")
    port = "" if parts.port in (None, USUAL_PORTS[parts.scheme]) else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    fragment = "" if parts.fragment.startswith("t=") else parts.fragment
    return urlunsplit((parts.scheme, f"{login}{at}{host}{port}", parts.path or "/", parts.query, fragment))


def _extractor_and_id(url: str) -> tuple[str, str | None]:
    """The site that yt-dlp knows the URL by, in lower case, and the video's id there; None if it knows none."""
    extractor = _extractor(_outside_list(url))
    if extractor._RETURN_TYPE == "video":
        # A video that was opened from a playlist is that video: the site adds the list to its address.
        url = _outside_list(url)
    else:
        extractor = _extractor(url)
    return extractor.ie_key().lower(), extractor.get_temp_id(url)


def _outside_list(url: str) -> str:
    parts = urlsplit(url)
    query = [field for field in parts.query.split("&") if not field.startswith("list=")]
    return urlunsplit(parts._replace(query="&".join(query)))


def _extractor(url: str) -> Any:
    return next(extractor for extractor in gen_extractor_classes() if extractor.suitable(url))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower())[:MAX_SLUG_LENGTH].strip("-")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
