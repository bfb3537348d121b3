"""Running the queries of checks over the lake."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from framecurate_assets.checks.read import Check
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.gathered import connect_for
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import TABLES
from framecurate_assets.policy import Policy


@dataclass(frozen=True)
class Finding:
    """What a check found, over the whole lake or of one video."""

    passed: bool
    is_error: bool
    """Whether a failure is an error; else it is a warning."""
    rows: list[dict[str, Any]]
    """The rows that are wrong; for one video, its row."""
    video_id: str | None = None


def run_checks(
    checks: Sequence[Check], folder: DataFolder, policy: Policy, video_ids: Sequence[str] = ()
) -> Iterator[tuple[Check, list[Finding]]]:
    """Each check with what it found: one finding over the whole lake, or one for each video that its query knows.

    Every file of the lake that any of them looks into is opened once.
    """
    available = {**policy_parameters(folder, policy), "video_ids": list(video_ids)}
    lake = Lake(folder)
    asked = [check for check in checks if _has_something_to_find(check, lake)]
    with connect_for(folder, [check.query for check in asked]) as connection:
        for check in checks:
            parameters = {name: available[name] for name in check.parameters}
            rows = _fetch(connection, check.query, parameters) if check in asked else []
            yield check, _findings(check, rows)


def policy_parameters(folder: DataFolder, policy: Policy) -> dict[str, Any]:
    """What a query may ask for by name."""
    return {
        "data_folder": folder.root.as_posix(),
        "min_shorter_side_px": policy.video.min_shorter_side_px,
        "frames_per_video": 3 * policy.sampling.frames_per_section,
        "candidates_bytes": policy.budget.candidates_bytes,
        "dataset_bytes": policy.budget.dataset_bytes,
        "temporal": policy.selection.temporal,
        "temporal_step_s": policy.selection.temporal_step_s,
        "allowed_same_frame": list(policy.identity.allowed_same_frame),
        "min_hash_distance": policy.selection.min_hash_distance,
    }


def _has_something_to_find(check: Check, lake: Lake) -> bool:
    table = next((table for table in TABLES if table.name == check.only_with), None)
    return table is None or lake.read_if_there(table).height > 0


def _findings(check: Check, rows: list[dict[str, Any]]) -> list[Finding]:
    if not check.per_video:
        return [Finding(passed=not rows, is_error=not check.warning, rows=rows)]
    return [Finding(bool(row["passed"]), bool(row["is_error"]), [row], row["video_id"]) for row in rows]


def _fetch(connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
