"""detected_faces: every face above a loose gate, measured once."""

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.partitions import videos
from framecurate_assets.assets.per_video import VideoResult, materialise_videos
from framecurate_assets.assets.sampled_frames import sampled_frames
from framecurate_assets.faces.analyse import analyse_frame
from framecurate_assets.faces.emotion import EmotionModel
from framecurate_assets.faces.engine import FaceEngine
from framecurate_assets.faces.engines import EngineChoice, choose_engine, open_engine
from framecurate_assets.lake import tables
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import require_files
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.policy import DetectionPolicy
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.stages import DETECTED_FACES

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
    context: dg.AssetExecutionContext, workspace: Workspace, progress: dg.ResourceParam[Progress]
) -> None:
    """Find and measure the faces of each video's sampled frames."""
    policy = workspace.read_policy()
    lake = workspace.lake
    choice, engine = _open_engine(policy.detection, workspace)
    context.log.info(f"face engine {choice.name}: {choice.why}")
    emotions = EmotionModel()
    materialise_videos(
        context,
        workspace,
        progress,
        DETECTED_FACES,
        lambda video_id: _analyse(video_id, lake, engine, emotions, policy.detection),
        lambda video_id: DETECTED_FACES.made_from(lake, policy, video_id, also=choice.name),
    )


def _open_engine(policy: DetectionPolicy, workspace: Workspace) -> tuple[EngineChoice, FaceEngine]:
    folder = workspace.folder
    choice = choose_engine(policy, folder.models, pinned_engine(folder))
    return choice, open_engine(choice, policy, folder.models)


def _analyse(
    video_id: str, lake: Lake, engine: FaceEngine, emotions: EmotionModel, policy: DetectionPolicy
) -> VideoResult:
    frames = lake.read(tables.SAMPLED_FRAMES, video_id)
    require_files(lake, tables.SAMPLED_FRAMES, video_id, frames["path"])
    parts = [TABLE.empty()]
    for frame_id, pts_s, shot, path in frames.select("frame_id", "pts_s", "shot", "path").iter_rows():
        measured = analyse_frame(read_picture(lake.folder.absolute(path)), engine, emotions, policy).table()
        parts.append(
            TABLE.conform(
                measured.with_columns(
                    face_id=pl.format("{}#{}", pl.lit(frame_id), pl.int_range(pl.len())),
                    frame_id=pl.lit(frame_id),
                    video_id=pl.lit(video_id),
                    pts_s=pl.lit(pts_s),
                    shot=pl.lit(shot),
                )
            )
        )
    faces = pl.concat(parts)
    metadata = {
        "frames_with_faces": faces["frame_id"].n_unique(),
        "frames": frames.height,
        "engine": engine.name,
        "emotions": describe.counts(dict(faces["emotion"].value_counts(sort=True).iter_rows())),
    }
    return VideoResult(faces, metadata)
