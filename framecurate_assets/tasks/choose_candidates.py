"""Which faces of a video are candidates, and which of their crops are there already."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from framecurate_assets.faces.judge import judge
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake, NotMaterialisedError, fingerprint
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
        return CropFaces(self.folder, self.video_id, self.accepted, self.there, self.keeps_sheet, writing)


def choose_candidates(lake: Lake, video_ids: Sequence[str], policy: CandidatePolicy) -> dict[str, Choice | Exception]:
    """Judge the faces of many videos, which costs little more than judging those of one.

    Returns:
        For each video its candidates, or what stands in their way: NotMaterialisedError where faces or frames were not
        made yet, or a frame that a crop is to be cut from was removed; whatever reading its tables raised.
    """
    try:
        return _choose(lake, video_ids, policy)
    except Exception as error:
        # A table that cannot be read is one video's; the others are told from it one by one.
        if len(video_ids) == 1:
            return {video_ids[0]: error}
        return {
            video_id: choice for one in video_ids for video_id, choice in choose_candidates(lake, [one], policy).items()
        }


def cropped_from(lake: Lake, video_id: str) -> str:
    """Fingerprint of all that decides how the crops of a video look today, but for which faces they show."""
    contents = [lake.content(table, video_id) for table in (tables.SAMPLED_FRAMES, tables.DETECTED_FACES)]
    return fingerprint(FACE_CANDIDATES.code_version, *contents)


def _choose(lake: Lake, video_ids: Sequence[str], policy: CandidatePolicy) -> dict[str, Choice | Exception]:
    frames = lake.read_all(tables.SAMPLED_FRAMES, video_ids, ("frame_id", "video_id", "width", "height", "path"))
    faces = lake.read_all(tables.DETECTED_FACES, video_ids)
    sets = lake.read_all(tables.RAW_VIDEOS, video_ids, ("video_id", "kind")).filter(pl.col("kind") == "images")
    sized = faces.join(frames.select("frame_id", "width", "height"), on="frame_id", maintain_order="left")
    # Neighbouring frames of a video show the same, so there are enough of them; each picture of a set was chosen.
    verdicts = judge(sized, policy, unlimited=set(sets["video_id"]))
    passed = verdicts.filter(pl.col("reasons").list.len() == 0)
    accepted = faces.join(passed.select("face_id"), on="face_id", how="semi", maintain_order="left")
    accepted = accepted.join(frames.select("frame_id", frame_path="path"), on="frame_id", maintain_order="left")
    former = lake.read_all(tables.FACE_CANDIDATES, video_ids, ("face_id", "video_id", "path", "bytes"))
    by_video = [_by_video(rows) for rows in (verdicts, accepted, former)]
    return {video_id: _of_video(lake, video_id, *(rows(video_id) for rows in by_video)) for video_id in video_ids}


def _by_video(rows: pl.DataFrame) -> Callable[[str], pl.DataFrame]:
    """What gives the rows of a video."""
    parts = rows.partition_by("video_id", as_dict=True)
    return lambda video_id: parts.get((video_id,), rows.clear())


def _of_video(
    lake: Lake, video_id: str, verdicts: pl.DataFrame, accepted: pl.DataFrame, former: pl.DataFrame
) -> Choice | Exception:
    try:
        for table in (tables.SAMPLED_FRAMES, tables.DETECTED_FACES):
            lake.require(table, video_id)
        today = cropped_from(lake, video_id)
        facts = lake.facts(tables.FACE_CANDIDATES, video_id)
        there = _intact(former, lake, video_id) if facts.get(CROPPED_FROM) == today else frozenset()
        new = accepted.filter(~pl.col("face_id").is_in(list(there)))
        require_files(lake, tables.SAMPLED_FRAMES, video_id, new["frame_path"].unique())
    except NotMaterialisedError as error:
        return error
    same = there.issuperset(accepted["face_id"]) and accepted.height == former.height
    sheet = lake.folder.sheet(FACE_CANDIDATES.name, video_id)
    keeps_sheet = same and sheet.is_file() and sheet.stat().st_size > 0
    return Choice(video_id, lake.folder, verdicts, accepted, today, there, keeps_sheet)


def _intact(former: pl.DataFrame, lake: Lake, video_id: str) -> frozenset[str]:
    """The faces whose crops are there, as large as they were."""
    place = lake.folder.faces(video_id)
    sizes = {entry.name: entry.stat().st_size for entry in os.scandir(place)} if place.is_dir() else {}
    crops = former.select("face_id", "path", "bytes").iter_rows()
    return frozenset(face_id for face_id, path, size in crops if sizes.get(path.rpartition("/")[2]) == size)
