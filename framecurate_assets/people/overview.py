"""What `framecurate persons list` and `show` say: plain values, ready to be shown or written as JSON."""

from __future__ import annotations

from typing import Any

import polars as pl

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.people.corrections import Correction, in_words, persons_of
from framecurate_assets.people.rulings import Verdict
from framecurate_assets.people.standing import Standing, read_standing


def list_persons(lake: Lake, standing: Standing) -> list[dict[str, Any]]:
    """Everybody who is nobody's part, those with most faces first.

    Args:
        lake: the tables.
        standing: how persons stand in it.

    Returns:
        person_id, name, faces, videos, parts (persons who are part of them), alarms (their kinds).
    """
    clusters = standing.people.clusters.with_columns(video_id=_video())
    counts = clusters.group_by("person_id").agg(pl.len(), pl.col("video_id").n_unique())
    faces = {person: (count, videos) for person, count, videos in counts.iter_rows()}
    alarms = lake.read_if_there(tables.IDENTITY_ALARMS)
    kinds: dict[str, set[str]] = {}
    for kind, one, other in alarms.select("kind", "person_id", "other_id").iter_rows():
        for person in (one, other):
            kinds.setdefault(person, set()).add(kind)
    registry = standing.people.registry
    merged = registry.drop_nulls("merged_into").group_by("merged_into", maintain_order=True).agg("person_id")
    parts = dict(merged.iter_rows())
    rows = [
        {
            "person_id": person,
            "name": name,
            "faces": faces.get(person, (0, 0))[0],
            "videos": faces.get(person, (0, 0))[1],
            "parts": parts.get(person, []),
            "alarms": sorted(kinds.get(person, ())),
        }
        for person, name in registry.filter(pl.col("merged_into").is_null()).select("person_id", "name").iter_rows()
    ]
    return sorted(rows, key=lambda row: -row["faces"])


def show_person(lake: Lake, person: str) -> dict[str, Any]:
    """All there is to know of a person.

    Returns:
        person_id, name; tracks: track_id, video_id, faces (count), from_s, to_s, face_ids, paths of their crops;
        events and corrections that name the person; alarms; coverage.

    Raises:
        FramecurateError: there is no such person.
    """
    standing = read_standing(lake)
    # A person who is part of another one now has a history too.
    person = person if person in standing.people.given else standing.person(person)
    people = standing.people
    (name,) = people.registry.filter(pl.col("person_id") == person)["name"].to_list() or [None]
    faces = people.clusters.filter(pl.col("person_id") == person).select("face_id", "track_id")
    videos = faces.select(_video()).to_series().unique().sort()
    seen = lake.read_all(tables.FACE_CANDIDATES, videos, ("face_id", "video_id", "pts_s", "path"))
    tracks = (
        faces.join(seen, on="face_id")
        .sort("video_id", "pts_s", "face_id")
        .group_by("track_id", "video_id", maintain_order=True)
        .agg(
            faces=pl.len(),
            from_s=pl.col("pts_s").min(),
            to_s=pl.col("pts_s").max(),
            face_ids="face_id",
            paths="path",
        )
    )
    return {
        "person_id": person,
        "name": name,
        "part_of": standing.rulings.person(person) if standing.rulings.person(person) != person else None,
        "tracks": tracks.to_dicts(),
        "events": people.events.filter(_names(person)).to_dicts(),
        "corrections": [_row(verdict) for verdict in standing.rulings.verdicts if _is_about(verdict, person, standing)],
        "alarms": lake.read_if_there(tables.IDENTITY_ALARMS).filter(_names(person)).to_dicts(),
        "coverage": lake.read_if_there(tables.SELECTION_COVERAGE).filter(pl.col("person_id") == person).to_dicts(),
    }


def queue(lake: Lake) -> list[dict[str, Any]]:
    """What is worth a look, the most valuable first: the rows of identity_alarms."""
    return lake.read_if_there(tables.IDENTITY_ALARMS).sort("rank").to_dicts()


def suggested_faces(lake: Lake, person: str) -> list[str]:
    """The faces of a person that may be somebody else's.

    Raises:
        FramecurateError: there is no such alarm.
    """
    alarms = lake.read_if_there(tables.IDENTITY_ALARMS)
    faces = alarms.filter((pl.col("kind") == "two_people") & (pl.col("person_id") == person))["face_ids"]
    if faces.is_empty():
        raise FramecurateError(f"No alarm says that {person} is two people", "Name what goes: --tracks or --faces")
    return list(faces[0])


def not_applied_yet(standing: Standing) -> list[str]:
    """What was said since the last run, in words, and what does not hold, with the reason."""
    seen = set(standing.people.corrections["correction"])
    later = [f"{_words(line)}: not applied yet" for line in standing.corrections if line.id not in seen]
    broken = [
        f"{_words(verdict.correction)}: {verdict.reason}"
        for verdict in standing.rulings.verdicts
        if verdict.state in ("contradicts", "unknown")
    ]
    return later + broken


def changes_since(lake: Lake, event: int) -> list[str]:
    """The events after one, in words."""
    events = lake.read_if_there(tables.IDENTITY_EVENTS).filter(pl.col("event") > event)
    return [_EVENT_WORDS[row["kind"]].format(**_event_words(row)) for row in events.iter_rows(named=True)]


_EVENT_WORDS = {
    "merged": "{person_id} is part of {other_id} ({count})",
    "split": "{count} of {other_id} {are} {person_id} now",
    "moved": "{count} of {other_id} went to {person_id}",
}


def _event_words(row: dict[str, Any]) -> dict[str, str]:
    is_one = row["faces"] == 1
    return {
        **{key: row[key] or "nobody" for key in ("person_id", "other_id")},
        "count": "1 face" if is_one else f"{row['faces']} faces",
        "are": "is" if is_one else "are",
    }


def _words(correction: Correction) -> str:
    return f"{correction.id} ({in_words(correction)}, by {correction.by})"


def _row(verdict: Verdict) -> dict[str, Any]:
    line = verdict.correction
    return {
        "correction": line.id,
        "said_at": line.at,
        "author": line.by,
        "says": in_words(line),
        "state": verdict.state,
        "reason": verdict.reason,
    }


def _is_about(verdict: Verdict, person: str, standing: Standing) -> bool:
    """Whether a line names the person, or somebody who is part of them now."""
    named = persons_of(verdict.correction)
    return person in {*named, *map(standing.rulings.person, named)}


def _names(person: str) -> pl.Expr:
    return pl.col("person_id").eq_missing(pl.lit(person)) | pl.col("other_id").eq_missing(pl.lit(person))


def _video() -> pl.Expr:
    return pl.col("face_id").str.split("@").list.first().alias("video_id")
