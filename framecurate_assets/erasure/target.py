"""What a person means by what they type after `framecurate forget`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from framecurate_assets.identity.stable_ids import person_number
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.people.standing import read_standing
from framecurate_assets.sources.source import identify, is_url
from framecurate_assets.sources.source_list import read_sources


@dataclass(frozen=True)
class Target:
    """What is to be erased."""

    kind: Literal["video", "person"]
    id: str


def what_is_meant(what: str, lake: Lake) -> Target:
    """A person id, the path of a file that was a source, a URL in any spelling, or else a video id.

    Whether there is anything of it is another question.

    Raises:
        FramecurateError: it is a URL that is not http or https, or sources.yaml is faulty.
    """
    what = what.strip()
    if _is_person_id(what):
        return Target("person", what)
    if is_url(what):
        return Target("video", identify(what).video_id)
    # A file that is gone, or has changed since, is still known by its place.
    known = _ids_by_source(lake).get(str(Path(what).expanduser().resolve()))
    if known is None and Path(what).expanduser().is_file():
        known = identify(what).video_id
    return Target("video", known or what)


def is_known(target: Target, lake: Lake) -> bool:
    """Whether there is anything of it in the sources, in the lake, or in what people said.

    Raises:
        FramecurateError: sources.yaml or corrections.jsonl is faulty.
    """
    if target.kind == "person":
        standing = read_standing(lake)
        return target.id in {*standing.people.given, *standing.rulings.splits, *standing.faces["person_id"]}
    if lake.path(tables.RAW_VIDEOS, target.id).exists() or target.id in _ids_by_source(lake).values():
        return True
    return target.id in lake.read_all(tables.LISTED_VIDEOS)["video_id"]


def _is_person_id(what: str) -> bool:
    try:
        person_number(what)
    except ValueError:
        return False
    return True


def _ids_by_source(lake: Lake) -> dict[str, str]:
    """The video of each URL or path, as the sources name it today and as it was when it was taken in."""
    taken_in = lake.read_all(tables.RAW_VIDEOS).select("source", "video_id").drop_nulls()
    listed = read_sources(lake.folder.sources_file).sources
    return dict(taken_in.iter_rows()) | {source.source: source.video_id for source in listed}
