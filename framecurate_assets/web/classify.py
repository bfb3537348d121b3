"""What yt-dlp raises, sorted: what may pass, what asks for rest, and what no further try will mend."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass

from yt_dlp.networking.exceptions import CertificateVerifyError, HTTPError, TransportError
from yt_dlp.utils import ContentTooShortError, GeoRestrictedError, UnsupportedError, UserNotLive

from framecurate_assets.errors import MACHINE_ERRORS
from framecurate_assets.web.faults import GivenUpError, Outcome, WebError, causes, one_line, shown

LOOK = "Open it in a browser to see why"
LATER = "It is tried again later"
FROM_HERE = "It cannot be had from here"
LOG_IN = "If you may see it when logged in, give your browser's cookies as download.cookies_file"


@dataclass(frozen=True)
class _Kind:
    pattern: re.Pattern[str]
    outcome: Outcome
    remedy: str


def _kind(outcome: Outcome, remedy: str, *phrases: str) -> _Kind:
    return _Kind(re.compile("|".join(phrases), re.IGNORECASE), outcome, remedy)


# What extractors say of a video, in the words of the sites. The first that is found counts.
_BOT_WALL = _kind(
    "paused", LOG_IN, r"not a bot", r"captcha", r"cloudflare", r"unusual traffic", r"too many requests", r"rate.?limit"
)
_MESSAGES = (
    _BOT_WALL,
    _kind("permanent", LOG_IN, r"members?.only", r"join this channel", r"subscri(be|ption)", r"premium", r"purchase"),
    _kind("permanent", LOG_IN, r"\bprivate\b", r"log.?in", r"sign in", r"cookies", r"confirm your age", r"authenticat"),
    _kind("permanent", "It cannot be had", r"\bDRM\b", r"encrypted"),
    _kind("permanent", FROM_HERE, r"geo.?restrict", r"in your (country|region|location)", r"available (in|from) your"),
    _kind("permanent", LOOK, r"removed", r"deleted", r"terminated", r"(no longer|not) available", r"unavailable"),
    _kind("permanent", LOOK, r"does(n't| not) exist", r"not found", r"copyright"),
    _kind("permanent", LOOK, r"unsupported url", r"no video", r"not a valid url", r"unable to handle request"),
    _kind("permanent", LOOK, r"requested format", r"no suitable extractor"),
    _kind("permanent", "Add it when it is over", r"premieres? in", r"will begin in", r"not started", r"live stream"),
)


def web_error(url: str, error: BaseException, bytes_fetched: int) -> WebError:
    """The one sentence that is said of what went wrong at a URL."""
    chain = list(causes(error))
    for cause in chain:
        if isinstance(cause, GivenUpError):
            return WebError(
                f"{shown(url)} {cause.problem}",
                cause.remedy,
                outcome=cause.outcome,
                retry_after_s=cause.retry_after_s,
                bytes_fetched=bytes_fetched,
            )
    said = sentence(str(error).replace(url, "").replace(shown(url), ""))
    outcome, remedy = _sort(chain, str(error))
    return WebError(f"{shown(url)} gives no video: {said}", remedy, outcome=outcome, bytes_fetched=bytes_fetched)


def sentence(message: str) -> str:
    """A message of yt-dlp's without its own labels, Python's view of the cause, and how to report a bug."""
    message = re.sub(r"\x1b\[[0-9;]*m", "", message).strip().partition("\n")[0]
    message = re.sub(r"^ERROR:\s*", "", message)
    message = re.sub(r"^\[[^\]]+\]\s+(?:Got error: |[^\s:]+: )?", "", message)
    message = re.split(r"[;.]?\s*please report this issue on|\s*\(caused by", message, flags=re.IGNORECASE)[0]
    message = re.split(r"[.;]?\s+(?:Giving up after|Use --|see\s+https://github|try again with)", message, flags=re.I)[
        0
    ]
    return one_line(message, 300).rstrip(".: ") or "the answer makes no sense"


def _sort(chain: list[BaseException], message: str) -> tuple[Outcome, str]:
    # Where yt-dlp has tried again and again, only its message tells what the last fault was.
    status = next((cause.status for cause in chain if isinstance(cause, HTTPError)), None)
    stated = re.search(r"HTTP Error (\d{3})", message)
    if status is not None or stated:
        return _of_status(status or int(stated[1] if stated else 0), chain, message)
    for cause in chain:
        if isinstance(cause, GeoRestrictedError):
            return "permanent", FROM_HERE
        if isinstance(cause, UnsupportedError | UserNotLive):
            return "permanent", LOOK
        if isinstance(cause, OSError) and cause.errno in MACHINE_ERRORS:
            return "passing", "Free some space, or make the data folder writable"
        if isinstance(cause, CertificateVerifyError):
            return "passing", "Its certificate is not valid: check the address"
        if isinstance(cause, TransportError | ContentTooShortError | OSError | http.client.HTTPException):
            return "passing", LATER
    if "Got error:" in message:
        return "passing", LATER
    return next(((kind.outcome, kind.remedy) for kind in _MESSAGES if kind.pattern.search(message)), ("passing", LOOK))


def _of_status(status: int, chain: list[BaseException], message: str) -> tuple[Outcome, str]:
    responses = [cause.response for cause in chain if isinstance(cause, HTTPError)]
    if any(response.headers.get("cf-mitigated") for response in responses) or _BOT_WALL.pattern.search(message):
        return "paused", LOG_IN
    if status in (401, 402, 403):
        return "permanent", LOG_IN
    if status == 407:
        return "passing", "Mend download.proxy"
    if status >= 500 or status in (408, 421, 423, 425):
        return "passing", LATER
    # A redirect is an error only where it never ends.
    return "permanent", LOOK
