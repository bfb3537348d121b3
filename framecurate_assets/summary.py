"""How a data folder stands: its videos, its people, the bytes they use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.gathered import connect_for, files_below
from framecurate_assets.policy import Policy


@dataclass(frozen=True)
class Summary:
    """Rows as dictionaries, ready to be shown or written as JSON."""

    videos: list[dict[str, Any]]
    """video_id, name (last part of the source), status, reason, unexpected, frames, faces, candidates, source."""
    people: list[dict[str, Any]]
    """person_id, name, faces, videos, high_quality, temporal_sequence, bytes; of persons who are in the lake."""
    nobodys_faces: dict[str, int]
    """Candidates that are nobody's, by the word of identity_clusters.reason."""
    alarms: int
    """What a person should look at."""
    corrections: int
    """Lines of corrections.jsonl that hold."""
    refusals: list[dict[str, Any]]
    """reason (without its values), faces: why detected faces did not become candidates."""
    refused_pictures: int
    """Pictures of image sets that are no frames."""
    candidates_bytes: int
    dataset_bytes: int
    disk: dict[str, int]
    """Bytes of the files in videos, frames, faces and dataset. `linked`: of the videos, those that are hard links to
    files of the user's own and cost no disk; they are not in `videos`."""
    pruned: dict[str, int]
    """What `retention` removed and was not needed since: videos, frames, bytes."""
    engine: str | None


def summarise(folder: DataFolder) -> Summary:
    """Read a data folder's tables, and look how large its files are."""
    disk = _disk(folder)
    with connect_for(folder, _QUERIES) as connection:
        return Summary(
            videos=_rows(connection, _VIDEOS),
            people=_rows(connection, _PEOPLE),
            nobodys_faces={row["reason"]: row["faces"] for row in _rows(connection, _NOBODYS)},
            alarms=_value(connection, _ALARMS),
            corrections=_value(connection, _CORRECTIONS),
            refusals=_rows(connection, _REFUSALS),
            refused_pictures=_value(connection, _REFUSED_PICTURES),
            candidates_bytes=_value(connection, _CANDIDATES_BYTES),
            dataset_bytes=disk["dataset"],
            disk=disk,
            pruned=_rows(connection, _PRUNED)[0],
            engine=_value(connection, _ENGINE),
        )


def budget_lines(summary: Summary, policy: Policy) -> list[str]:
    """What is spent of each budget, in words."""
    spent = {
        "candidates": (summary.candidates_bytes, policy.budget.candidates_bytes),
        "dataset": (summary.dataset_bytes, policy.budget.dataset_bytes),
    }
    return [f"{name}: {used / 1e6:.1f} MB of {allowed / 1e6:.0f} MB" for name, (used, allowed) in spent.items()]


def disk_line(summary: Summary) -> str:
    """What the files take, and what was removed, in words."""
    used = {name: f"{count / 1e6:.1f} MB" for name, count in summary.disk.items()}
    linked = f" (and {used['linked']} linked to files of yours)" if summary.disk["linked"] else ""
    places = (
        f"videos {used['videos']}{linked}, frames {used['frames']}, faces {used['faces']}, dataset {used['dataset']}"
    )
    pruned = summary.pruned
    if not (pruned["videos"] or pruned["frames"]):
        return places
    return f"{places}; pruned {pruned['videos']} videos and {pruned['frames']} frames, {pruned['bytes'] / 1e6:.1f} MB"


_VIDEOS = """
SELECT
    video_id,
    coalesce(parse_filename(source), video_id) AS name,
    status,
    reason,
    unexpected,
    frames,
    faces,
    candidates,
    source
FROM videos
ORDER BY ingested_at, video_id
"""

_PEOPLE = """
SELECT
    person_id,
    persons.name,
    persons.faces,
    persons.videos,
    count(*) FILTER (kind = 'high_quality') AS high_quality,
    count(*) FILTER (kind = 'temporal_sequence') AS temporal_sequence,
    coalesce(sum(bytes), 0)::BIGINT AS bytes
FROM persons
LEFT JOIN person_selections USING (person_id)
WHERE persons.faces > 0
GROUP BY ALL
ORDER BY min(len(person_id)), person_id
"""

_NOBODYS = """
SELECT reason, count(*) AS faces
FROM identity_clusters
WHERE person_id IS NULL
GROUP BY ALL
ORDER BY faces DESC, reason
"""

# A reason begins with what was judged; the value and threshold that follow differ from face to face.
_REFUSALS = """
SELECT split_part(reason, ' ', 1) AS reason, count(*) AS faces
FROM (SELECT unnest(reasons) AS reason FROM face_rejections)
GROUP BY ALL
ORDER BY faces DESC, reason
"""


# Each mark names a file of one of the two tables.
_PRUNED = """
SELECT
    count(*) FILTER (path IN (SELECT path FROM raw_videos)) AS videos,
    count(*) FILTER (path IN (SELECT path FROM sampled_frames)) AS frames,
    coalesce(sum(bytes), 0)::BIGINT AS bytes
FROM pruned_files
"""


_ALARMS = "SELECT count(*) FROM identity_alarms"
_CORRECTIONS = "SELECT count(*) FROM corrections WHERE state = 'applied'"
_REFUSED_PICTURES = "SELECT count(*) FROM pictures WHERE reason IS NOT NULL"
_CANDIDATES_BYTES = "SELECT coalesce(sum(bytes), 0)::BIGINT FROM face_candidates"
_ENGINE = "SELECT min(engine) FROM detected_faces"

_QUERIES = (
    _VIDEOS,
    _PEOPLE,
    _NOBODYS,
    _ALARMS,
    _CORRECTIONS,
    _REFUSALS,
    _REFUSED_PICTURES,
    _CANDIDATES_BYTES,
    _PRUNED,
    _ENGINE,
)


def _disk(folder: DataFolder) -> dict[str, int]:
    """Bytes of all files, unfinished ones too: they take disk like any other."""
    videos = [stat for _, stat in files_below(folder.videos)]
    linked = sum(stat.st_size for stat in videos if stat.st_nlink > 1)
    others = {
        "frames": folder.all_frames,
        "faces": folder.all_faces,
        "dataset": folder.dataset,
    }
    sizes = {name: sum(stat.st_size for _, stat in files_below(place)) for name, place in others.items()}
    return {"videos": sum(stat.st_size for stat in videos) - linked, "linked": linked, **sizes}


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _value(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
