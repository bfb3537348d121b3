"""What a playlist, channel or feed names, without asking anything of the videos themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from yt_dlp.extractor import get_info_extractor
from yt_dlp.utils import unsmuggle_url

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.extractors import is_of_lists
from framecurate_assets.web.site import Site, open_site

LISTS = ("playlist", "multi_video")
"""What yt-dlp calls an answer with entries."""

MOST_LISTS = 20
"""Lists within one list that are read: a channel has tabs, and a tab may have playlists."""


@dataclass(frozen=True)
class ListedVideo:
    """A video that a list names."""

    url: str
    position: int
    """Its place among the videos of the list, from 1."""


def expand_list(url: str, limit: int, settings: DownloadPolicy) -> tuple[ListedVideo, ...]:
    """The videos in the first places of a list; of an address that is one video, this one.

    Live streams are left out: once over, lists name them as videos.

    Args:
        url: http or https.
        limit: videos, at most.
        settings: how sites are asked.

    Raises:
        WebError: the site does not answer, or has neither a list nor a video there.
    """
    urls: dict[str, None] = {}
    with open_site(settings, **_flat(limit)) as site:
        for found in _Reading(site).videos_of(url):
            urls.setdefault(found)
            if len(urls) == limit:
                break
    return tuple(ListedVideo(found, position) for position, found in enumerate(urls, start=1))


def _flat(limit: int) -> dict[str, Any]:
    """The options of yt-dlp that make it name the entries of a list, and not ask for each."""
    return {
        "extract_flat": "in_playlist",
        "playlistend": limit,
        "playlist_items": None,
        "noplaylist": False,
        "match_filter": None,
        "ignore_no_formats_error": True,
    }


class _Reading:
    """One reading of a list and of those in it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._read: set[str] = set()

    def videos_of(self, url: str) -> Iterator[str]:
        """The addresses of the videos of a list, in their order."""
        self._read.add(url)
        answer = self._site.extract(url)
        if answer.get("_type") in LISTS:
            yield from self._videos_among(answer, url)
        else:
            yield url

    def _videos_among(self, answer: Mapping[str, Any], url: str) -> Iterator[str]:
        for entry in filter(None, answer.get("entries") or ()):
            if entry.get("live_status") in ("is_live", "is_upcoming"):
                continue
            if entry.get("_type") in LISTS:
                yield from self._videos_among(entry, url)
            elif (address := _address(entry, url)) is None:
                continue
            elif not _is_list(entry):
                yield address
            elif address not in self._read and len(self._read) <= MOST_LISTS:
                yield from self.videos_of(address)


def _is_list(entry: Mapping[str, Any]) -> bool:
    name = entry.get("ie_key")
    return bool(name) and entry.get("_type") in ("url", "url_transparent") and is_of_lists(get_info_extractor(name))


def _address(entry: Mapping[str, Any], list_url: str) -> str | None:
    """Where the video of an entry is; None where nobody can tell.

    A page of its own is better than a file, whose address may hold for an hour; of a page with several videos,
    each one has only the address of its file.
    """
    page = entry.get("webpage_url")
    found = entry.get("manifest_url") or entry.get("url")
    if entry.get("_type", "video") == "video" and page and page != list_url:
        found = page
    if found and found.startswith("//"):
        found = urljoin(list_url, found)
    if not found or not found.startswith(("http://", "https://")):
        return None
    # What yt-dlp's extractors tell each other behind an address is no part of it.
    return str(unsmuggle_url(found)[0])
