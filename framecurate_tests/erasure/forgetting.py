"""Forgetting as the command does, and who can be forgotten."""

from __future__ import annotations

from collections import defaultdict

from framecurate_assets.erasure.target import what_is_meant
from framecurate_assets.forget import carry_out, propose
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.pipeline import Outcome
from framecurate_assets.resources import SilentProgress
from framecurate_tests.end_to_end.data_folders import all_rows


def forget(what: str, folder: DataFolder) -> Outcome:
    """Erase what is meant, without asking."""
    return carry_out(propose(what_is_meant(what, Lake(folder)), folder).plan, folder, SilentProgress())


def person_in_part(folder: DataFolder) -> str:
    """Somebody who is seen in two clips, in some frames of each."""
    rows = all_rows(folder)
    video_of = {row["face_id"]: row["video_id"] for row in rows["face_candidates"]}
    videos: dict[str, set[object]] = defaultdict(set)
    for row in rows["identity_clusters"]:
        if row["person_id"] is not None:
            videos[str(row["person_id"])].add(video_of[row["face_id"]])
    return next(person for person, seen_in in videos.items() if len(seen_in) == 2)


def faces_of(person_id: str, folder: DataFolder) -> list[dict[str, object]]:
    rows = all_rows(folder)
    faces = {row["face_id"] for row in rows["identity_clusters"] if row["person_id"] == person_id}
    return [row for row in rows["face_candidates"] if row["face_id"] in faces]
