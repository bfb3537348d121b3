"""Which video or list a URL means, by yt-dlp's knowledge of the spellings of each site; nothing is asked of any."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from framecurate_assets.errors import FramecurateError
from framecurate_assets.web.extractors import extractor_of, is_of_lists, is_of_videos

MAX_SLUG_LENGTH = 60
"""Characters of a site's id that a video id keeps: it names files."""

USUAL_PORTS = {"http": 80, "https": 443}

SITES_OF_PARTS = ("BiliBili",)
"""Extractors of yt-dlp whose videos have parts, ?p=2, of which the id that they take from a URL says nothing."""


# All of yt-dlp's extractors may have to be asked, some milliseconds, and a list of sources is read again and again.
@lru_cache(maxsize=10_000)
def video_id(url: str) -> str:
    """`<extractor>-<id>`: lower case, `[a-z0-9_-]`, one for all spellings of a video's URL.

    Raises:
        FramecurateError: it is no URL of http or https.
    """
    url = _canonical(url)
    extractor, site_id = _extractor_and_id(url)
    if site_id is None:
        # The address is all that is known of such a video, and the last part of it only a name.
        return "-".join(filter(None, (extractor, _slug(_last_part(url)), _digest(url))))
    slug = _slug(site_id)
    return f"{extractor}-{slug}" if slug == site_id else f"{extractor}-{slug}-{_digest(f'{extractor}:{site_id}')}"


def list_id(url: str) -> str:
    """`list-<name>-<8 hex of a hash of the URL>`: lower case, `[a-z0-9_-]`, as names of files may be.

    Raises:
        FramecurateError: it is no URL of http or https.
    """
    url = _canonical(url)
    name = extractor_of(url).get_temp_id(url) or _last_part(url) or urlsplit(url).hostname
    return "-".join(filter(None, ("list", _slug(str(name)), _digest(url))))


def is_known_list(url: str) -> bool:
    """Whether the spelling of a URL alone says that it is a playlist or channel of a site that yt-dlp knows.

    Raises:
        FramecurateError: it is no URL of http or https.
    """
    url = _canonical(url)
    return not is_of_videos(extractor_of(_outside_list(url))) and is_of_lists(extractor_of(url))


def _canonical(url: str) -> str:
    """The URL in one spelling: scheme and host in lower case, no usual port, no jump to a second of the video."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _no_address(url) from error
    if parts.scheme not in USUAL_PORTS or not parts.hostname:
        raise _no_address(url)
    login, at, _ = parts.netloc.rpartition("@")
    shown_port = "" if port in (None, USUAL_PORTS[parts.scheme]) else f":{port}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    fragment = "" if parts.fragment.startswith("t=") else parts.fragment
    return urlunsplit((parts.scheme, f"{login}{at}{host}{shown_port}", parts.path or "/", parts.query, fragment))


def _no_address(url: str) -> FramecurateError:
    return FramecurateError(f"{url} is not a web address", "Give a URL that starts with http:// or https://")


def _extractor_and_id(url: str) -> tuple[str, str | None]:
    """The site that yt-dlp knows the URL by, in lower case, and the video's id there; None if it knows none."""
    extractor = extractor_of(_outside_list(url))
    if is_of_videos(extractor):
        # A video that was opened from a playlist is that video: the site adds the list to its address.
        url = _outside_list(url)
    else:
        extractor = extractor_of(url)
    site_id = extractor.get_temp_id(url)
    return extractor.ie_key().lower(), site_id and site_id + _part(extractor, url)


def _part(extractor: Any, url: str) -> str:
    """Which part of a video a URL means; nothing for the first, which is what the URL without a part means."""
    if extractor.ie_key() not in SITES_OF_PARTS:
        return ""
    part = parse_qs(urlsplit(url).query).get("p", ["1"])[-1]
    return f"-p{int(part)}" if part.isdecimal() and int(part) > 1 else ""


def _outside_list(url: str) -> str:
    parts = urlsplit(url)
    query = [field for field in parts.query.split("&") if not field.startswith("list=")]
    return urlunsplit(parts._replace(query="&".join(query)))


def _last_part(url: str) -> str:
    return Path(urlsplit(url).path).stem


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower())[:MAX_SLUG_LENGTH].strip("-")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
