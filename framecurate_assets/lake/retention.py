"""Retention: files that the policy does not keep are removed and marked as pruned, so that none counts as lost.

Rows always stay. A mark is written before its file is removed, and removed before the rows of a file that was made
again are written: after a crash in between, the next pruning puts both right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake, NotMaterialisedError
from framecurate_assets.lake.tables import Table
from framecurate_assets.policy import RetentionPolicy


@dataclass(frozen=True)
class Pruned:
    """What was removed."""

    videos: int = 0
    frames: int = 0
    bytes: int = 0
    """Bytes that it freed: a link to a file that is elsewhere too frees none."""


def prune(lake: Lake, policy: RetentionPolicy, video_ids: Iterable[str], now: datetime) -> Pruned:
    """Remove the video and frame files that the policy does not keep.

    Args:
        lake: whose files.
        policy: what is kept.
        video_ids: videos that have come through all stages; the files of others are left alone.
        now: the time that the marks carry.
    """
    if policy.keeps_all:
        return Pruned()
    selected = _selected_videos(lake) if policy.keep_videos == "selected" else set()
    videos, frames, freed = 0, 0, 0
    for video_id in video_ids:
        video_files = _files(lake, tables.RAW_VIDEOS, video_id)
        frame_files = _files(lake, tables.SAMPLED_FRAMES, video_id)
        keeps_video = policy.keep_videos == "all" or video_id in selected
        unwanted_videos = {} if keeps_video else video_files
        unwanted_frames = _unwanted_frames(lake, policy, video_id, frame_files)
        _mark(lake, video_id, video_files | frame_files, unwanted_videos | unwanted_frames, now)
        removed_videos, freed_by_videos = _remove(lake, unwanted_videos)
        removed_frames, freed_by_frames = _remove(lake, unwanted_frames)
        videos, frames = videos + removed_videos, frames + removed_frames
        freed += freed_by_videos + freed_by_frames
    return Pruned(videos, frames, freed)


def pruned_paths(lake: Lake, video_id: str) -> frozenset[str]:
    """The files of a video that were removed, as tables carry paths."""
    return frozenset(lake.read_all(tables.PRUNED_FILES, [video_id])["path"])


def unmark(lake: Lake, table: Table, video_id: str) -> None:
    """Take the marks off the files of a video that a table names: they were made again.

    Args:
        lake: whose marks.
        table: raw_videos or sampled_frames; no other table's files are ever pruned.
        video_id: the video.
    """
    folders = {"raw_videos": lake.folder.videos, "sampled_frames": lake.folder.frames(video_id)}
    marks = lake.read_all(tables.PRUNED_FILES, [video_id])
    if table.name in folders and marks.height:
        place = f"{lake.folder.relative(folders[table.name])}/"
        _store(lake, video_id, marks.filter(~pl.col("path").str.starts_with(place)))


def require_files(lake: Lake, table: Table, video_id: str, paths: Collection[str]) -> None:
    """Make sure that what is about to be read is there, before anything is written.

    Raises:
        NotMaterialisedError: a file is not there.
    """
    missing = [path for path in paths if not lake.folder.absolute(path).exists()]
    if missing:
        raise NotMaterialisedError(
            f"{missing[0]} was removed, and is needed to make {video_id} again",
            f"Materialise {table.name} of it first, or leave it to `framecurate run`",
        )


def _selected_videos(lake: Lake) -> set[str]:
    return set(lake.read(tables.PERSON_SELECTIONS)["video_id"])


def _files(lake: Lake, table: Table, video_id: str) -> dict[str, int]:
    """The files that a video's rows name, and their sizes."""
    return dict(lake.read(table, video_id).select("path", "bytes").drop_nulls().iter_rows())


def _unwanted_frames(lake: Lake, policy: RetentionPolicy, video_id: str, frame_files: dict[str, int]) -> dict[str, int]:
    if policy.keep_frames == "all":
        return {}
    if policy.keep_frames == "none":
        return frame_files
    candidates = lake.read(tables.FACE_CANDIDATES, video_id).select("frame_id")
    kept = set(lake.read(tables.SAMPLED_FRAMES, video_id).join(candidates, on="frame_id", how="semi")["path"])
    return {path: size for path, size in frame_files.items() if path not in kept}


def _mark(lake: Lake, video_id: str, files: dict[str, int], unwanted: dict[str, int], now: datetime) -> None:
    """Mark what will be removed; what was marked stays so unless it is there and kept."""
    former = {row["path"]: row for row in lake.read_all(tables.PRUNED_FILES, [video_id]).to_dicts()}
    there = {path for path in files if lake.folder.absolute(path).exists()}
    marks: list[dict[str, object]] = []
    for path, size in files.items():
        if path in former and (path in unwanted or path not in there):
            marks.append(former[path])
        elif path in unwanted and path in there:
            marks.append({"video_id": video_id, "path": path, "bytes": size, "pruned_at": now})
    if marks != list(former.values()):
        _store(lake, video_id, tables.PRUNED_FILES.from_rows(marks))


def _store(lake: Lake, video_id: str, marks: pl.DataFrame) -> None:
    if marks.height:
        lake.write(tables.PRUNED_FILES, marks, video_id)
    else:
        lake.remove(tables.PRUNED_FILES, video_id)


def _remove(lake: Lake, files: dict[str, int]) -> tuple[int, int]:
    """Number of files that were there, and bytes that removing them freed."""
    places = [place for path in files if (place := lake.folder.absolute(path)).exists()]
    freed = sum(stat.st_size for place in places if (stat := place.stat()).st_nlink == 1)
    for place in places:
        place.unlink(missing_ok=True)
    return len(places), freed
