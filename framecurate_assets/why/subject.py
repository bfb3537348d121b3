"""What a person means by what they type after `framecurate why`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from framecurate_assets.erasure.target import what_is_meant
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.why.answer import Kind

_VIDEO_ID, _MOMENT, _NUMBER = r"[a-z0-9_-]+", r"@-?\d+", r"#s?\d+"
_FRAME_ID = re.compile(_VIDEO_ID + _MOMENT)
_FACE_ID = re.compile(_VIDEO_ID + _MOMENT + _NUMBER)

NEAR_MATCHES = 3
"""Ids that are shown to somebody who asks for one that there is not."""


@dataclass(frozen=True)
class Subject:
    """What is asked about."""

    kind: Kind
    id: str

    @property
    def video_id(self) -> str:
        """The video of a face or frame; of a video itself; a person has none, and what is given is of no use."""
        return self.id.partition("@")[0]


def what_is_asked(what: str, lake: Lake) -> Subject:
    """A face or frame id, a file of the data folder, the name of a video's file, or what `framecurate forget` takes: a
    person or video id, the path of a source, a URL in any spelling.

    Whether there is anything of it is another question.

    Raises:
        FramecurateError: it is a URL that is not http or https, or sources.yaml is faulty.
    """
    what = what.strip()
    if _FACE_ID.fullmatch(what):
        return Subject("face", what)
    if _FRAME_ID.fullmatch(what):
        return Subject("frame", what)
    kept = _kept_file(what, lake)
    if kept:
        return kept
    named = _named(what, lake)
    if named:
        return named
    target = what_is_meant(what, lake)
    return Subject(target.kind, target.id)


def unknown(subject: Subject, known: list[str], lake: Lake) -> FramecurateError:
    """The error that there is no such thing, with the ids that are nearest to it."""
    near = get_close_matches(subject.id, known, NEAR_MATCHES, cutoff=0.6)
    where = "framecurate persons list" if subject.kind == "person" else "framecurate status"
    remedy = f"Near it: {', '.join(near)}" if near else f"`{where}` shows what there is"
    return FramecurateError(f"There is no {subject.kind} {subject.id} in {lake.folder.root}", remedy)


def known_videos(lake: Lake) -> list[str]:
    """Every video that came in or is on the list of sources."""
    listed = [source.video_id for source in all_sources(lake.folder).sources]
    return sorted({*lake.video_ids(tables.RAW_VIDEOS), *lake.video_ids(tables.FETCH_ATTEMPTS), *listed})


def _named(what: str, lake: Lake) -> Subject | None:
    """The video of which this is the file name, as `framecurate status` shows it; none where several have it."""
    sources = lake.read_all(tables.RAW_VIDEOS, columns=("video_id", "source"))
    found = sources.filter(pl.col("source").str.split("/").list.last() == what)["video_id"]
    return Subject("video", found[0]) if len(found) == 1 else None


def _kept_file(what: str, lake: Lake) -> Subject | None:
    """The video, frame or face that a file of the data folder is of."""
    path, folder = Path(what).expanduser().resolve(), lake.folder
    if path.parent == folder.videos:
        return Subject("video", path.stem)
    if path.parent.parent == folder.all_frames:
        return Subject("frame", f"{path.parent.name}@{path.stem}")
    if path.parent.parent in (folder.all_faces, folder.all_sequences):
        return Subject("face", path.stem)
    if not path.is_relative_to(folder.dataset) or not lake.path(tables.PERSON_SELECTIONS).exists():
        return None
    chosen = lake.read(tables.PERSON_SELECTIONS).filter(pl.col("path") == folder.relative(path))
    return Subject("face", chosen["face_id"][0]) if chosen.height else None
