"""Forgetting as the command does, and who can be forgotten."""

from __future__ import annotations

from framecurate_assets.erasure.target import what_is_meant
from framecurate_assets.forget import carry_out, propose
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.pipeline import Outcome
from framecurate_assets.resources import SilentProgress
from framecurate_tests.end_to_end.data_folders import all_rows, rows_of


def forget(what: str, folder: DataFolder) -> Outcome:
    """Erase what is meant, without asking."""
    return carry_out(propose(what_is_meant(what, Lake(folder)), folder).plan, folder, SilentProgress())


def person_in_part(folder: DataFolder) -> str:
    """Somebody who is seen in two clips, in some frames of each."""
    return next(str(row["person_id"]) for row in all_rows(folder)["identity_clusters"] if _videos(row, folder) == 2)


def _videos(cluster: dict[str, object], folder: DataFolder) -> int:
    faces = {row["face_id"] for row in rows_of(folder, "identity_clusters", person_id=cluster["person_id"])}
    return len({row["video_id"] for row in all_rows(folder)["face_candidates"] if row["face_id"] in faces})


def faces_of(person_id: str, folder: DataFolder) -> list[dict[str, object]]:
    faces = {row["face_id"] for row in rows_of(folder, "identity_clusters", person_id=person_id)}
    return [row for row in all_rows(folder)["face_candidates"] if row["face_id"] in faces]
