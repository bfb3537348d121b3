"""sampled_frames: ninety frames a video, spread over all of it, each with its measurements."""

from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg

from framecurate_assets.assets import describe
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.partitions import videos
from framecurate_assets.assets.per_video import Setback, VideoResult, VideoRun
from framecurate_assets.assets.raw_videos import raw_videos
from framecurate_assets.compute.compute import Compute
from framecurate_assets.compute.side_by_side import threads_for
from framecurate_assets.lake import tables
from framecurate_assets.lake.files import replaced_folder
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.pictures import number_pictures, store_pictures, withdraw_frames
from framecurate_assets.lake.retention import require_files
from framecurate_assets.lake.sealed import refuse_erased
from framecurate_assets.policy import Policy
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.stages import SAMPLED_FRAMES, sampling_fingerprint
from framecurate_assets.tasks.frames import FramesFolder, Sampled
from framecurate_assets.tasks.sample_frames import SampleFrames
from framecurate_assets.tasks.sample_pictures import SamplePictures
from framecurate_assets.tasks.task import carry_out, parts_of_each
from framecurate_assets.video.pictures import picture_names

TABLE = SAMPLED_FRAMES.table


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
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    progress: dg.ResourceParam[Progress],
    compute: dg.ResourceParam[Compute],
) -> None:
    """Decode, measure and store the sampled frames of each ready video."""
    run = VideoRun.begin(context, workspace, progress, SAMPLED_FRAMES)
    policy = workspace.read_policy()
    folder, lake = workspace.folder, workspace.lake
    parts = parts_of_each(len(run.video_ids), compute.workers)

    def make(video_id: str) -> VideoResult:
        refuse_erased(lake, video_id)
        video = lake.read(tables.RAW_VIDEOS, video_id).row(0, named=True)
        if video["status"] == "ready":
            require_files(lake, tables.RAW_VIDEOS, video_id, [video["path"]])
        with replaced_folder(folder.frames(video_id)) as writing:
            if video["status"] != "ready":
                withdraw_frames(lake, video_id, "Its set is not ready: the table raw_videos says why.")
                return VideoResult(TABLE.empty())
            if video["kind"] == "images":
                return _sample_pictures(video, writing, lake, policy, compute)
            return _sample(video, writing, folder, policy, compute, parts)

    run.materialise(
        make,
        lambda video_id: SAMPLED_FRAMES.made_from(
            lake, policy, video_id, also=sampling_fingerprint(_kind(video_id, lake), policy)
        ),
        threads=threads_for(compute),
        compute=compute,
    )


def _kind(video_id: str, lake: Lake) -> str | None:
    kind: str | None = lake.read(tables.RAW_VIDEOS, video_id)["kind"][0]
    return kind


def _sample(
    video: dict[str, Any], writing: Path, folder: DataFolder, policy: Policy, compute: Compute, parts: int
) -> VideoResult:
    """Have a video's sampled frames written into `writing`, which becomes its frames folder."""
    clip = (video["clip_start_s"], video["clip_end_s"])
    place = _place(video, writing, folder)
    task = SampleFrames(folder.absolute(video["path"]), clip, policy.sampling, place)
    return _result(video["video_id"], carry_out(task, compute, parts), folder)


def _sample_pictures(video: dict[str, Any], writing: Path, lake: Lake, policy: Policy, compute: Compute) -> VideoResult:
    """Have the pictures of a set that are good enough written into `writing`, and store what became of each."""
    video_id, folder = video["video_id"], lake.folder
    path = folder.absolute(video["path"])
    numbering = number_pictures(lake, video_id, picture_names(path))
    task = SamplePictures(path, numbering.numbers, policy.video.min_shorter_side_px, _place(video, writing, folder))
    sampled = compute.submit(task).result()
    store_pictures(lake, video_id, sampled.pictures, numbering.highest)
    if sampled.frames is None:
        problem = f"None of its {len(sampled.pictures)} pictures can be used: the table pictures says why."
        return VideoResult(TABLE.empty(), setback=Setback("failed", problem), seconds=sampled.seconds)
    refused = len(sampled.pictures) - sampled.frames.rows.height
    return _result(video_id, sampled.frames, folder, refused_pictures=refused)


def _place(video: dict[str, Any], writing: Path, folder: DataFolder) -> FramesFolder:
    video_id = video["video_id"]
    return FramesFolder(video_id, writing, folder.relative(folder.frames(video_id)))


def _result(video_id: str, sampled: Sampled, folder: DataFolder, **metadata: Any) -> VideoResult:
    metadata |= {
        "frames_folder": describe.folder(folder.frames(video_id)),
        "sections": describe.counts(Counter(sampled.rows["section"])),
        "shots": sampled.rows["shot"].n_unique(),
        **describe.sheet(sampled.sheet, folder.sheet(TABLE.name, video_id)),
    }
    return VideoResult(sampled.rows, metadata, seconds=sampled.seconds)
