"""The pictures by which a person judges who is who: people with the faces farthest from them, and alarms."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.identity.margin import margin
from framecurate_assets.lake.files import write_bytes
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.pictures.sheets import Sides, Tile, sheet_of_sides, shrink

SHEET_PEOPLE, SHEET_ALARMS, SIDE_FACES = 24, 12, 5
"""People on a contact sheet, those with most faces first; alarms, first ones first; and faces on either side."""

ALARM_KINDS = ("two_people", "same_person")
"""Each has a check `likely_<kind>`, which shows the sheet of that name."""


def sheet_of_people(
    clusters: pl.DataFrame, candidates: pl.DataFrame, registry: pl.DataFrame, folder: DataFolder
) -> bytes:
    """A line a person: the best faces, and beside them those that are least theirs, so that a stranger is seen.

    Below each face its similarity to the person's centre and its margin: how much nearer, as a share, it is to the
    person than to the next one.

    Args:
        clusters: IDENTITY_CLUSTERS.
        candidates: FACE_CANDIDATES.
        registry: PERSON_REGISTRY, for the names.
        folder: where the crops are.
    """
    faces = _pictured(clusters, candidates)
    people = faces.group_by("person_id").agg(pl.len(), pl.col("video_id").n_unique())
    rows = []
    for person_id, count, videos in people.sort("len", "person_id", descending=[True, False]).head(SHEET_PEOPLE).rows():
        theirs = faces.filter(pl.col("person_id") == person_id)
        best = theirs.head(SIDE_FACES)
        others = _least_theirs(theirs.slice(SIDE_FACES))
        heading = f"{_called(person_id, registry)}: faces {count}, videos {videos}"
        rows.append(Sides(_tiles(best, folder), _tiles(others, folder), "<best farthest>", heading))
    return sheet_of_sides(rows, SIDE_FACES)


def describe_alarms(
    alarms: pl.DataFrame, clusters: pl.DataFrame, candidates: pl.DataFrame, registry: pl.DataFrame, folder: DataFolder
) -> dict[str, Any]:
    """Write the sheets that the checks of the alarms show, and tell how many alarms there are.

    Args:
        alarms: IDENTITY_ALARMS.
        clusters: IDENTITY_CLUSTERS.
        candidates: FACE_CANDIDATES.
        registry: PERSON_REGISTRY, for the names.
        folder: where the crops are and the sheets go.
    """
    faces = _pictured(clusters, candidates)
    for kind in ALARM_KINDS:
        place = folder.sheet(f"likely_{kind}")
        of_kind = alarms.filter(pl.col("kind") == kind).sort("rank").head(SHEET_ALARMS)
        if of_kind.is_empty():
            place.unlink(missing_ok=True)
        else:
            rows = [_sides(alarm, faces, registry, folder) for alarm in of_kind.iter_rows(named=True)]
            write_bytes(place, sheet_of_sides(rows, SIDE_FACES))
    return {"alarms": describe.counts({kind: alarms.filter(pl.col("kind") == kind).height for kind in ALARM_KINDS})}


def _sides(alarm: dict[str, Any], faces: pl.DataFrame, registry: pl.DataFrame, folder: DataFolder) -> Sides:
    """The two halves of a person, or the two persons."""
    theirs = faces.filter(pl.col("person_id") == alarm["person_id"])
    who = _called(alarm["person_id"], registry)
    if alarm["kind"] == "two_people":
        doubted = pl.col("face_id").is_in(alarm["face_ids"])
        left, right = theirs.filter(~doubted), theirs.filter(doubted)
        heading = f"{alarm['rank']}. {who}: {right.height} of {theirs.height} faces may be somebody else's"
    else:
        left, right = theirs, faces.filter(pl.col("person_id") == alarm["other_id"])
        heading = f"{alarm['rank']}. {who} and {_called(alarm['other_id'], registry)} may be one"
    return Sides(_tiles(left, folder), _tiles(right, folder), f"score {alarm['score']:.2f}", heading)


def _pictured(clusters: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Everybody's faces with their crops and margins, best first."""
    return (
        clusters.filter(pl.col("person_id").is_not_null())
        .join(candidates.select("face_id", "composite", "path", "video_id"), on="face_id")
        .with_columns(margin=margin())
        .sort("composite", "face_id", descending=[True, False])
    )


def _least_theirs(faces: pl.DataFrame) -> pl.DataFrame:
    """The faces least like the person first; of each track one before a second of any, since a track is one person."""
    farthest_first = faces.sort("similarity", "margin", "face_id", nulls_last=True)
    again = pl.int_range(pl.len()).over("track_id")
    return farthest_first.sort(again, maintain_order=True)


def _tiles(faces: pl.DataFrame, folder: DataFolder) -> Sequence[Tile]:
    return [
        Tile(
            shrink(read_picture(folder.absolute(path))),
            f"{similarity:.3f}" + ("" if nearer is None else f" margin {nearer:.2f}"),
        )
        for path, similarity, nearer in faces.head(SIDE_FACES).select("path", "similarity", "margin").rows()
    ]


def _called(person_id: str, registry: pl.DataFrame) -> str:
    """The id, and the name as far as a sheet can write it."""
    names = registry.filter(pl.col("person_id") == person_id)["name"].drop_nulls()
    name = unicodedata.normalize("NFKD", names[0]).encode("ascii", "ignore").decode().strip() if len(names) else ""
    return f"{person_id} {name}".strip()
