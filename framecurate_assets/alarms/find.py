"""What a person should look at first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import polars as pl

from framecurate_assets.alarms.same_person import SamePerson, same_person
from framecurate_assets.alarms.tracks import tracks_of
from framecurate_assets.alarms.two_people import TwoPeople, two_people
from framecurate_assets.lake.tables import IDENTITY_ALARMS

LONGEST_QUEUE = 50
"""More alarms than a person looks through are no help: the next run shows the next ones."""

NAMED_TRACKS = 3
"""Up to so many tracks stand in the suggested command; more are meant by `--suggested`."""


def find_alarms(
    clusters: pl.DataFrame,
    candidates: pl.DataFrame,
    same_frame_twice: pl.DataFrame,
    apart: Collection[tuple[str, str]],
    confirmed: Collection[frozenset[str]],
    threshold: float,
) -> pl.DataFrame:
    """Persons in whom there may be two people, and pairs of persons who may be one, as a short queue.

    The order is that of the value of an answer: how sure the alarm is times how many faces would be set right.

    Args:
        clusters: IDENTITY_CLUSTERS.
        candidates: FACE_CANDIDATES of one engine, all of them with a descriptor.
        same_frame_twice: SAME_FRAME_TWICE.
        apart: pairs of persons that people said are two, the lower id first.
        confirmed: sets of faces each of which people said is one person.
        threshold: Euclidean distance between two descriptors up to which they found a person together: the one that
            held in the clustering.

    Returns:
        IDENTITY_ALARMS, sorted by rank; at most `LONGEST_QUEUE` rows.
    """
    tracks = tracks_of(clusters, candidates)
    persons = (
        clusters.filter(pl.col("person_id").is_not_null()).select("face_id", "person_id", "track_id").sort("face_id")
    )
    twice = _twice(same_frame_twice, persons)
    one_person = _one_person(confirmed, persons)
    rows = [_split(alarm, persons) for alarm in two_people(tracks, twice, one_person, threshold)]
    together = _seen_together(persons, candidates)
    rows += [_merge(alarm) for alarm in same_person(tracks, together, apart, threshold)]
    rows.sort(key=lambda row: (-row["score"] * row["faces"], row["alarm"]))
    queue: dict[str, dict[str, Any]] = {}
    for row in rows:
        # In a person who was merged of several, more than one may be two people: the clearest comes first.
        queue.setdefault(row["alarm"], row)
    ranked = enumerate(list(queue.values())[:LONGEST_QUEUE], start=1)
    return IDENTITY_ALARMS.from_rows([{**row, "rank": rank} for rank, row in ranked])


def _twice(same_frame_twice: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Columns person_id, track_id, other_track_id: of each pair of faces that nobody but clustering allowed."""
    tracks = persons.select("face_id", "track_id")
    return (
        same_frame_twice.filter(pl.col("cause") == "picture_or_mirror")
        .join(tracks, on="face_id")
        .join(tracks.select(other_face_id="face_id", other_track_id="track_id"), on="other_face_id")
        .select("person_id", "track_id", "other_track_id")
    )


def _one_person(confirmed: Collection[frozenset[str]], persons: pl.DataFrame) -> pl.DataFrame:
    """Columns person_id, track_ids: of each set of faces of one person the tracks in which they are."""
    rows = [(face, number) for number, faces in enumerate(confirmed) for face in faces]
    faces = pl.DataFrame(rows, schema={"face_id": pl.String(), "number": pl.Int64()}, orient="row")
    tracks = faces.join(persons, on="face_id").group_by("person_id", "number").agg(track_ids="track_id")
    return tracks.select("person_id", "track_ids")


def _split(alarm: TwoPeople, persons: pl.DataFrame) -> dict[str, Any]:
    theirs = (pl.col("person_id") == alarm.person_id) & pl.col("track_id").is_in(alarm.track_ids)
    few = len(alarm.track_ids) <= NAMED_TRACKS
    which = f"--tracks {' '.join(alarm.track_ids)}" if few else "--suggested"
    return {
        "alarm": f"two_people:{alarm.person_id}",
        "kind": "two_people",
        "person_id": alarm.person_id,
        "other_id": None,
        "score": alarm.score,
        "faces": alarm.faces,
        "evidence": alarm.evidence,
        "suggestion": f"framecurate persons split {alarm.person_id} {which}",
        "face_ids": persons.filter(theirs)["face_id"].to_list(),
    }


def _merge(alarm: SamePerson) -> dict[str, Any]:
    return {
        "alarm": f"same_person:{alarm.person_id}:{alarm.other_id}",
        "kind": "same_person",
        "person_id": alarm.person_id,
        "other_id": alarm.other_id,
        "score": alarm.score,
        "faces": alarm.faces,
        "evidence": alarm.evidence,
        "suggestion": f"framecurate persons merge {alarm.person_id} {alarm.other_id}",
        "face_ids": None,
    }


def _seen_together(persons: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Columns person_id, other_id, the lower id first: every two persons whom one frame shows."""
    shown = persons.join(candidates.select("face_id", "frame_id"), on="face_id").select("frame_id", "person_id")
    crowded = shown.unique().filter(pl.len().over("frame_id") > 1)
    return (
        crowded.join(crowded, on="frame_id", suffix="_other")
        .select("person_id", other_id="person_id_other")
        .filter(pl.col("person_id") < pl.col("other_id"))
        .unique()
    )
