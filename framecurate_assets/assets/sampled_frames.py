"""sampled_frames: ninety frames a video, spread over all of it, each with its measurements."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dagster as dg

from framecurate_assets.assets import describe
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.partitions import videos
from framecurate_assets.assets.per_video import Setback, VideoResult, materialise_videos
from framecurate_assets.assets.raw_videos import raw_videos
from framecurate_assets.lake import tables
from framecurate_assets.lake.files import replaced_folder
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.pictures import number_pictures, store_pictures, withdraw_frames
from framecurate_assets.lake.retention import require_files
from framecurate_assets.lake.sealed import refuse_erased
from framecurate_assets.pictures.files import encode_jpeg
from framecurate_assets.pictures.sheets import Tile, sheet_of_tiles, shrink
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.stages import SAMPLED_FRAMES, sampling_fingerprint
from framecurate_assets.video.cuts import find_cuts, shots_between
from framecurate_assets.video.measure import measure_frame
from framecurate_assets.video.pictures import picture_names, sample_pictures
from framecurate_assets.video.sampling import SampledFrame, sample_frames
from framecurate_assets.video.shots import shot_feature, shot_numbers

TABLE = SAMPLED_FRAMES.table

SHEET_PICTURES = 90
"""Pictures of a set on its contact sheet."""


@dg.asset(
    partitions_def=videos,
    deps=[raw_videos],
    kinds={"python", "opencv", "parquet"},
    description="Frames from all over a video: 30 of its front, 30 of its middle, 30 of its end, or all it has.\n\n"
    "Chosen by presentation time; upright; each with sharpness, light, entropy, perceptual hash and shot. Of an "
    "image set every picture that is large enough is a frame.",
    **describe.asset_options(SAMPLED_FRAMES),
)
@failures_in_words()
def sampled_frames(
    context: dg.AssetExecutionContext, workspace: Workspace, progress: dg.ResourceParam[Progress]
) -> None:
    """Decode, measure and store the sampled frames of each ready video."""
    policy = workspace.read_policy()
    folder, lake = workspace.folder, workspace.lake

    def make(video_id: str) -> VideoResult:
        refuse_erased(lake, video_id)
        video = lake.read(tables.RAW_VIDEOS, video_id).row(0, named=True)
        if video["status"] == "ready":
            require_files(lake, tables.RAW_VIDEOS, video_id, [video["path"]])
        with replaced_folder(folder.frames(video_id)) as place:
            if video["status"] != "ready":
                withdraw_frames(lake, video_id, "Its set is not ready: the table raw_videos says why.")
                return VideoResult(TABLE.empty())
            if video["kind"] == "images":
                return _sample_pictures(video, place, lake, policy.video.min_shorter_side_px)
            return _sample(video, place, folder, policy.sampling)

    materialise_videos(
        context,
        workspace,
        progress,
        SAMPLED_FRAMES,
        make,
        lambda video_id: SAMPLED_FRAMES.made_from(
            lake, policy, video_id, also=sampling_fingerprint(_kind(video_id, lake), policy)
        ),
    )


def _kind(video_id: str, lake: Lake) -> str | None:
    kind: str | None = lake.read(tables.RAW_VIDEOS, video_id)["kind"][0]
    return kind


def _sample(video: dict[str, Any], place: Path, folder: DataFolder, policy: SamplingPolicy) -> VideoResult:
    """Write a video's sampled frames into `place`, which becomes its frames folder."""
    rows, shot_features, follows_forced_key, tiles = [], [], [], []
    path, clip = folder.absolute(video["path"]), (video["clip_start_s"], video["clip_end_s"])
    for frame in sample_frames(path, policy, *clip):
        shot_features.append(shot_feature(frame.image))
        follows_forced_key.append(frame.follows_forced_key)
        # Only a thumbnail is kept of each frame, so that no video is held in memory.
        tiles.append(Tile(shrink(frame.image), f"{frame.pts_s:.1f} s"))
        rows.append(_write_frame(video["video_id"], frame, place, folder))
    if policy.shots == "full":
        shots = shots_between(find_cuts(path, *clip), [row["pts_s"] for row in rows])
    else:
        shots = shot_numbers(shot_features, follows_forced_key)
    return _result(video["video_id"], rows, shots, tiles, folder)


def _sample_pictures(video: dict[str, Any], place: Path, lake: Lake, min_shorter_side_px: int) -> VideoResult:
    """Write the pictures of a set that are good enough into `place`, and say of each other one why it is not."""
    video_id, folder = video["video_id"], lake.folder
    path = folder.absolute(video["path"])
    numbering = number_pictures(lake, video_id, picture_names(path))
    frames: list[dict[str, object]] = []
    shots: list[int] = []
    pictures: list[dict[str, object]] = []
    tiles: list[Tile] = []
    for picture in sample_pictures(path, numbering.numbers, min_shorter_side_px):
        row = {"video_id": video_id, "picture": picture.name, "number": picture.number}
        if isinstance(picture.outcome, str):
            pictures.append(row | {"frame_id": None, "reason": picture.outcome})
            continue
        frames.append(_write_frame(video_id, picture.outcome, place, folder))
        pictures.append(row | {"frame_id": frames[-1]["frame_id"], "reason": None})
        # Two pictures of a folder need not be of one place and time: nobody is followed from one to the next.
        shots.append(picture.number)
        if len(tiles) < SHEET_PICTURES:
            tiles.append(Tile(shrink(picture.outcome.image), str(picture.number)))
    store_pictures(lake, video_id, pictures, numbering.highest)
    if not frames:
        problem = f"None of its {len(pictures)} pictures can be used: the table pictures says why."
        return VideoResult(TABLE.empty(), setback=Setback("failed", problem))
    return _result(video_id, frames, shots, tiles, folder, refused_pictures=len(pictures) - len(frames))


def _result(
    video_id: str,
    rows: Sequence[dict[str, Any]],
    shots: Sequence[int],
    tiles: Sequence[Tile],
    folder: DataFolder,
    **metadata: Any,
) -> VideoResult:
    frames = TABLE.from_rows([{**row, "shot": shot} for row, shot in zip(rows, shots, strict=True)])
    metadata |= {
        "frames_folder": describe.folder(folder.frames(video_id)),
        "sections": describe.counts(Counter(frames["section"])),
        "shots": frames["shot"].n_unique(),
        **describe.sheet(sheet_of_tiles(tiles), folder.sheet(TABLE.name, video_id)),
    }
    return VideoResult(frames, metadata)


def _write_frame(video_id: str, frame: SampledFrame, place: Path, folder: DataFolder) -> dict[str, Any]:
    pts_ms = round(frame.pts_s * 1000)
    height, width = frame.image.shape[:2]
    name = f"{pts_ms}.jpg"
    return {
        "frame_id": f"{video_id}@{pts_ms}",
        "video_id": video_id,
        "section": frame.section,
        "pts_s": frame.pts_s,
        "is_keyframe": frame.is_keyframe,
        "width": width,
        "height": height,
        "path": folder.relative(folder.frames(video_id) / name),
        "bytes": (place / name).write_bytes(encode_jpeg(frame.image)),
        **asdict(measure_frame(frame.image)),
    }
