"""Running the queries of checks over the lake."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from framecurate_assets.checks.read import Check
from framecurate_assets.lake.catalog import connect
from framecurate_assets.lake.folder import DataFolder
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

    One connection serves all of them: opening one looks into every file of the lake.
    """
    available = {**policy_parameters(folder, policy), "video_ids": list(video_ids)}
    with connect(folder) as connection:
        for check in checks:
            rows = _fetch(connection, check.query, {name: available[name] for name in check.parameters})
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


def _findings(check: Check, rows: list[dict[str, Any]]) -> list[Finding]:
    if not check.per_video:
        return [Finding(passed=not rows, is_error=not check.warning, rows=rows)]
    return [Finding(bool(row["passed"]), bool(row["is_error"]), [row], row["video_id"]) for row in rows]


def _fetch(connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    result = connection.execute(query, parameters)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
