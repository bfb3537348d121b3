"""The cookies that a user gives for sites that want a login: read, and never written back."""

from __future__ import annotations

import io
from http.cookiejar import LoadError
from pathlib import Path

from yt_dlp.cookies import YoutubeDLCookieJar

from framecurate_assets.errors import FramecurateError

_FIELDS = 7
"""Of a line: domain, its subdomains too, path, https only, end, name, value; between tabs."""


def read_cookies(path: Path) -> io.StringIO:
    """A copy of a cookies file, as yt-dlp takes it for a file of its own: what it writes goes into the copy.

    Raises:
        FramecurateError: it cannot be read, or is not in Netscape's format.
    """
    try:
        text = path.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        remedy = "Mend download.cookies_file, or leave it out"
        raise FramecurateError(f"The cookies file {path} cannot be read: {reason}", remedy) from error
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.removeprefix("#HttpOnly_")
        if entry.strip() and not entry.startswith("#") and entry.count("\t") != _FIELDS - 1:
            raise _malformed(path, f"line {number} has no {_FIELDS} fields between tabs")
    try:
        YoutubeDLCookieJar(io.StringIO(text)).load()
    except LoadError as error:
        raise _malformed(path, "its first line does not say so") from error
    return io.StringIO(text)


def _malformed(path: Path, reason: str) -> FramecurateError:
    remedy = "Export it from the browser again, as cookies.txt in Netscape's format"
    return FramecurateError(f"The cookies file {path} is not in Netscape's format: {reason}", remedy)
