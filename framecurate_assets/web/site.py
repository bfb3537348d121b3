"""A session with a site: yt-dlp as a library, with our own network below it and nothing else of the machine."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yt_dlp import YoutubeDL
from yt_dlp.extractor import openload
from yt_dlp.globals import plugin_dirs
from yt_dlp.networking import Request
from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessor

from framecurate_assets.errors import FramecurateError
from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.addresses import Guard
from framecurate_assets.web.classify import web_error
from framecurate_assets.web.cookies import read_cookies
from framecurate_assets.web.faults import GivenUpError
from framecurate_assets.web.network import GuardedRH
from framecurate_assets.web.options import fixed_options
from framecurate_assets.web.traffic import SPEED_WINDOW_S, Traffic

# What someone has put into a plugin folder of yt-dlp is no part of framecurate: with it, two machines with the
# same lock file could fetch different videos.
plugin_dirs.value = []

# Three extractors would start this browser if it is installed, which asks for pages by itself and knows no limit.
openload.check_executable = lambda *_: False


@dataclass(frozen=True)
class RangeAnswer:
    """A part of a remote file."""

    content: bytes
    """At most as many bytes as were asked for; from the start of the file where the site gives no ranges."""
    total_size: int | None
    """Bytes of the whole file; None where the site does not say."""
    is_partial: bool
    """Whether the site gives ranges: if not, only the start of the file can be had without all before it."""
    headers: Mapping[str, str]
    """Of the answer; the names in lower case."""


class Site:
    """What framecurate asks of a site."""

    def __init__(self, yt_dlp: YoutubeDL, guard: Guard, traffic: Traffic) -> None:
        self._yt_dlp = yt_dlp
        self._guard = guard
        self._traffic = traffic

    @property
    def bytes_fetched(self) -> int:
        """All that this session has received."""
        return self._traffic.bytes_fetched

    def extract(self, url: str) -> dict[str, Any]:
        """What yt-dlp knows of a URL, with the format that it would fetch; a list has its entries in `entries`.

        Raises:
            WebError: whatever the reason is why nothing could be had.
        """
        with self.faults_of(url):
            self._guard.check(url)
            answer: dict[str, Any] | None = self._yt_dlp.extract_info(url, download=False)
            if answer is None:
                raise GivenUpError("gives no video", "Open it in a browser to see why", "passing")
            return answer

    def fetch(self, url: str, answer: dict[str, Any]) -> Path:
        """Fetch the format that `extract` has chosen, to where the options of the session say. Gives the file.

        Raises:
            WebError: it did not come to its end.
        """
        with self.faults_of(url):
            self._yt_dlp.process_info(answer)
            return Path(answer["filepath"])

    def read_range(self, url: str, first_byte: int, length: int, headers: Mapping[str, str]) -> RangeAnswer:
        """Read a part of a file, and no more than that from the network.

        Use it within `faults_of`: what goes wrong is said of the URL that the user knows, and not of a part of it.
        """
        wanted = {**headers, "Range": f"bytes={first_byte}-{first_byte + length - 1}"}
        with self._yt_dlp.urlopen(Request(url, headers=wanted)) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            part = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", found.get("content-range", "").strip())
            is_partial = response.status == 206 and part is not None and int(part[1]) == first_byte
            content = response.read(length) if is_partial or first_byte == 0 else b""
        total = part[2] if part and response.status == 206 else found.get("content-length", "")
        return RangeAnswer(content, int(total) if total.isdecimal() else None, is_partial, found)

    @contextmanager
    def faults_of(self, url: str) -> Iterator[None]:
        """Whatever goes wrong within is raised as the `WebError` of this URL."""
        try:
            yield
        except FramecurateError:
            raise
        except Exception as error:
            # A site decides what an extractor of yt-dlp has to work on, and so what it fails with.
            raise web_error(url, error, self.bytes_fetched) from error


def check_settings(settings: DownloadPolicy) -> None:
    """Make sure that sessions can be opened with these settings.

    Raises:
        FramecurateError: the cookies file or the proxy is of no use.
    """
    with open_site(settings):
        pass


@contextmanager
def open_site(
    settings: DownloadPolicy, *, guard: Guard | None = None, window_s: float = SPEED_WINDOW_S, **options: Any
) -> Iterator[Site]:
    """A session, from the first request to the last of one fetch.

    Args:
        settings: the limits that hold in it.
        guard: judges addresses; unless given, by the settings.
        window_s: seconds of waiting over which the speed is averaged.
        options: yt-dlp's own, in addition to those that are always set. Never from a file of the user's.

    Raises:
        FramecurateError: the cookies file or the proxy of the settings is of no use.
    """
    # An `ffmpeg` that yt-dlp started would fetch by itself, and knows none of our limits. Of the two places that may
    # say where it is, this is the one that all of yt-dlp heeds.
    FFmpegPostProcessor._ffmpeg_location.set(os.devnull + "/none")
    cookies = {"cookiefile": read_cookies(settings.cookies_file)} if settings.cookies_file else {}
    traffic = Traffic(settings, window_s=window_s)
    guard = guard or Guard(settings)
    handler = functools.partial(GuardedRH, guard=guard, traffic=traffic)
    with YoutubeDL(fixed_options(settings) | cookies | options) as yt_dlp:
        yt_dlp._request_director = yt_dlp.build_request_director([handler])
        yield Site(yt_dlp, guard, traffic)
