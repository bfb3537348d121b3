"""detected_faces: every face above a loose gate, measured once."""

import dagster as dg

from framecurate_assets.assets import describe
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.partitions import videos
from framecurate_assets.assets.per_video import VideoResult, VideoRun
from framecurate_assets.assets.sampled_frames import sampled_frames
from framecurate_assets.compute.compute import Compute
from framecurate_assets.compute.side_by_side import threads_for
from framecurate_assets.faces.engines import choose_engine
from framecurate_assets.lake import tables
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.retention import require_files
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.stages import DETECTED_FACES
from framecurate_assets.tasks.find_faces import FindFaces
from framecurate_assets.tasks.models import Models
from framecurate_assets.tasks.task import carry_out, parts_of_each

TABLE = DETECTED_FACES.table


@dg.asset(
    partitions_def=videos,
    deps=[sampled_frames],
    kinds={"python", "onnx", "parquet"},
    description="Every face above a loose gate, measured once: box, pose, sharpness, emotion, descriptor.\n\n"
    "What is good enough is decided below, so that a changed threshold runs no model.",
    **describe.asset_options(DETECTED_FACES),
)
@failures_in_words()
def detected_faces(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    progress: dg.ResourceParam[Progress],
    compute: dg.ResourceParam[Compute],
) -> None:
    """Find and measure the faces of each video's sampled frames."""
    run = VideoRun.begin(context, workspace, progress, DETECTED_FACES)
    policy = workspace.read_policy()
    folder, lake = workspace.folder, workspace.lake
    choice = choose_engine(policy.detection, folder.models, pinned_engine(folder))
    context.log.info(f"face engine {choice.name}: {choice.why}")
    models = Models(choice, policy.detection, folder.models)
    # What is wrong with the models is no fault of any video.
    compute.submit(models.check).result()
    parts = parts_of_each(len(run.video_ids), compute.workers)

    def make(video_id: str) -> VideoResult:
        frames = lake.read(tables.SAMPLED_FRAMES, video_id)
        require_files(lake, tables.SAMPLED_FRAMES, video_id, frames["path"])
        found = carry_out(FindFaces(folder, frames, models), compute, parts)
        metadata = {
            "frames_with_faces": found.rows["frame_id"].n_unique(),
            "frames": frames.height,
            "engine": choice.name,
            "emotions": describe.counts(dict(found.rows["emotion"].value_counts(sort=True).iter_rows())),
        }
        return VideoResult(found.rows, metadata, seconds=found.seconds)

    run.materialise(
        make,
        lambda video_id: DETECTED_FACES.made_from(lake, policy, video_id, also=choice.name),
        threads=threads_for(compute),
        compute=compute,
    )
