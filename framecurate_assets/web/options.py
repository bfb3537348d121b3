"""The options that yt-dlp always gets: what it may fetch and how, and all that it must leave alone."""

from __future__ import annotations

import urllib.parse
from typing import Any

from framecurate_assets.errors import FramecurateError
from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.faults import GivenUpError

RETRIES = 3
"""How often one session goes on with a transfer that broke off."""


def fixed_options(settings: DownloadPolicy) -> dict[str, Any]:
    """yt-dlp's options for every session.

    Raises:
        FramecurateError: the proxy of the settings is no address of one.
    """
    _check_proxy(settings.proxy)
    rate = settings.max_bytes_per_s
    return {
        # One file with the picture, so that nothing has to be merged; sound in it is put up with (`preferring`).
        "format": f"bestvideo*{_PROTOCOLS}",
        "noplaylist": True,
        "playlist_items": "0",
        "match_filter": _refuse_live,
        "proxy": settings.proxy or "",
        "socket_timeout": settings.timeout_s,
        "ratelimit": rate / settings.per_host if rate else None,
        "retries": RETRIES,
        "extractor_retries": RETRIES,
        "fragment_retries": RETRIES,
        "retry_sleep_functions": dict.fromkeys(("http", "fragment", "extractor"), _wait_s),
        "skip_unavailable_fragments": False,
        # Sites are not lied to about where a request comes from.
        "geo_bypass": False,
        "external_downloader": "native",
        # YouTube wants its scripts to be run. Where it is installed, deno does, and gives them no file and no network.
        "js_runtimes": {"deno": {}},
        "fixup": "never",
        "updatetime": False,
        "cachedir": False,
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "color": "never",
        "logger": _Silence(),
    }


_PROTOCOLS = "[protocol~='^(https?|m3u8_native|http_dash_segments)$']"


def _check_proxy(proxy: str | None) -> None:
    parts = urllib.parse.urlsplit(proxy or "http://none")
    if parts.scheme not in ("http", "socks4", "socks4a", "socks5", "socks5h") or not parts.hostname:
        remedy = "Mend download.proxy: it looks like http://proxy:3128 or socks5://proxy:1080"
        raise FramecurateError("The proxy of the policy is no address of a proxy", remedy)


class _Silence:
    """Stands in for the console: what matters is raised."""

    def debug(self, message: str) -> None: ...

    def warning(self, message: str) -> None: ...

    def error(self, message: str) -> None: ...


def _wait_s(n: int) -> float:
    return float(min(0.25 * 2**n, 4.0))


def _refuse_live(answer: dict[str, Any], *, incomplete: bool) -> None:  # noqa: ARG001
    # A live stream has no end, and neither would fetching it.
    if answer.get("is_live") or answer.get("live_status") in ("is_live", "is_upcoming"):
        raise GivenUpError("is a live stream", "Add it when it is over", "permanent")
