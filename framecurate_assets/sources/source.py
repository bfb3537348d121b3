"""What a source is: a file, a URL or a folder of pictures, under an id that is the same wherever it turns up again."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.folders import pictures_directly_in, videos_in
from framecurate_assets.sources.url_ids import video_id as url_video_id

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """One video or set of pictures to ingest."""

    source: str
    """The URL as it was given, or the absolute path of the file or folder."""

    video_id: str
    """`<extractor>-<id>`, `file-<12 hex of the content's hash>` or `images-<12 hex of the path's hash>`: lower case,
    `[a-z0-9_-]`."""

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

    A folder means the pictures that lie directly in it.

    Raises:
        FramecurateError: it is empty, nothing that exists, a folder of videos or of nothing, or a URL that is not
            http or https.
    """
    remarks = (label, licence, notes, clip_start_s, clip_end_s)
    source = source.strip()
    if is_url(source):
        return Source(source, url_video_id(source), "url", *remarks)
    path = _existing(source)
    if path.is_dir():
        _check_only_pictures(path)
        return replace(picture_set(path), label=label, licence=licence, notes=notes)
    return Source(str(path), f"file-{content_sha256(path)[:12]}", "file", *remarks)


def picture_set(folder: Path) -> Source:
    """The pictures that lie directly in a folder, whatever else there is."""
    return Source(str(folder.resolve()), picture_set_id(folder), "images")


def picture_set_id(folder: Path) -> str:
    """The id of the pictures in a folder: it stays when there are more of them."""
    return f"images-{hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]}"


def is_url(source: str) -> bool:
    """Whether it is written as a URL of any kind, not as a path."""
    return _SCHEME.match(source) is not None


def host_of(url: str) -> str:
    """The host that a URL names, in lower case."""
    return urlsplit(url).hostname or ""


def content_sha256(path: Path) -> str:
    """The hash of a file's content, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _existing(source: str) -> Path:
    if not source:
        raise FramecurateError("A source is empty", "Give the path of a video file or a URL")
    path = Path(source).expanduser()
    if not path.is_file() and not path.is_dir():
        raise FramecurateError(f"{source} does not exist", "Check its spelling; a URL starts with https://")
    return path.resolve()


def _check_only_pictures(folder: Path) -> None:
    if videos_in(folder):
        raise FramecurateError(f"{folder} is a folder with videos in it", "Add them with: framecurate add FOLDER")
    if not pictures_directly_in(folder):
        raise FramecurateError(
            f"{folder} is a folder without pictures directly in it", "Give the path of a video, or framecurate add it"
        )
