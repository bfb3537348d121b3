"""Which faces of a video are candidates, and which of their crops are there already."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from framecurate_assets.faces.judge import judge
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake, fingerprint
from framecurate_assets.lake.retention import require_files
from framecurate_assets.policy import CandidatePolicy
from framecurate_assets.stages import FACE_CANDIDATES
from framecurate_assets.tasks.crop_faces import CropFaces

CROPPED_FROM = "framecurate.cropped_from"
"""Metadata key of stored candidates: fingerprint of all that decides how a crop looks, but for which face it shows."""


@dataclass(frozen=True)
class Choice:
    """The candidates of one video, chosen."""

    video_id: str
    folder: DataFolder
    verdicts: pl.DataFrame
    """FACE_VERDICTS of all its faces."""
    accepted: pl.DataFrame
    """DETECTED_FACES that pass, and `frame_path`, as tables carry paths."""
    cropped_from: str
    """What is to be stored under CROPPED_FROM."""
    there: frozenset[str]
    """Faces whose crops lie in the faces folder and would come out the same."""
    keeps_sheet: bool
    """Whether the stored contact sheet shows just the candidates."""

    def task(self, writing: Path) -> CropFaces:
        """What is to be done for it.

        Args:
            writing: the folder that takes the place of the faces folder when all is done.
        """
        return CropFaces(self.folder, self.accepted, self.there, self.keeps_sheet, writing)


def choose_candidates(lake: Lake, video_id: str, policy: CandidatePolicy) -> Choice:
    """Judge a video's faces.

    Raises:
        NotMaterialisedError: faces or frames were not made yet, or a frame that a crop is cut from was removed.
    """
    frames = lake.read(tables.SAMPLED_FRAMES, video_id)
    faces = lake.read(tables.DETECTED_FACES, video_id)
    sized = faces.join(frames.select("frame_id", "width", "height"), on="frame_id", maintain_order="left")
    verdicts = judge(sized, _rules(lake, video_id, faces.height, policy))
    passed = verdicts.filter(pl.col("reasons").list.len() == 0)
    accepted = faces.filter(pl.col("face_id").is_in(passed["face_id"].implode()))
    accepted = accepted.join(frames.select("frame_id", frame_path="path"), on="frame_id", maintain_order="left")
    contents = [lake.content(table, video_id) for table in (tables.SAMPLED_FRAMES, tables.DETECTED_FACES)]
    cropped_from = fingerprint(FACE_CANDIDATES.code_version, *contents)
    former = lake.read_all(tables.FACE_CANDIDATES, [video_id], columns=("face_id", "path", "bytes"))
    facts = lake.facts(tables.FACE_CANDIDATES, video_id)
    there = _intact(former, lake, video_id) if facts.get(CROPPED_FROM) == cropped_from else frozenset()
    new = accepted.filter(~pl.col("face_id").is_in(list(there)))
    require_files(lake, tables.SAMPLED_FRAMES, video_id, new["frame_path"].unique())
    same = there.issuperset(accepted["face_id"]) and accepted.height == former.height
    keeps_sheet = same and lake.folder.sheet(FACE_CANDIDATES.name, video_id).is_file()
    return Choice(video_id, lake.folder, verdicts, accepted, cropped_from, there, keeps_sheet)


def _rules(lake: Lake, video_id: str, faces: int, policy: CandidatePolicy) -> CandidatePolicy:
    """Neighbouring frames of a video show the same, so there are enough of them; each picture of a set was chosen."""
    if lake.read(tables.RAW_VIDEOS, video_id)["kind"][0] != "images":
        return policy
    return policy.model_copy(update={"max_per_video": max(faces, 1)})


def _intact(former: pl.DataFrame, lake: Lake, video_id: str) -> frozenset[str]:
    """The faces whose crops are there, as large as they were."""
    place = lake.folder.faces(video_id)
    sizes = {entry.name: entry.stat().st_size for entry in os.scandir(place)} if place.is_dir() else {}
    return frozenset(
        face_id for face_id, path, size in former.iter_rows() if sizes.get(path.rpartition("/")[2]) == size
    )
