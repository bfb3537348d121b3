"""What yt-dlp's extractors know of a URL from its spelling alone, without asking any site."""

from __future__ import annotations

from typing import Any

OF_LISTS = ("YoutubeTab",)
"""Extractors of playlists and channels beside those whose own examples are all lists."""


def extractor_of(url: str) -> Any:
    """The class of the extractor that would be asked; the generic one for a site that yt-dlp does not know."""
    # It takes long to load, and who lists files needs none of it.
    from yt_dlp.extractor import gen_extractor_classes

    return next(extractor for extractor in gen_extractor_classes() if extractor.suitable(url))


def is_of_videos(extractor: Any) -> bool:
    """Whether an extractor gives single videos only."""
    return bool(extractor._RETURN_TYPE == "video")


def is_of_lists(extractor: Any) -> bool:
    """Whether an extractor gives lists of videos, such as playlists and channels."""
    return bool(extractor._RETURN_TYPE == "playlist" or extractor.ie_key() in OF_LISTS)
