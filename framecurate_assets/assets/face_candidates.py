"""face_candidates: the faces that pass the policy, each with its crop. No model is run here."""

from pathlib import Path

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.detected_faces import detected_faces
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.partitions import videos
from framecurate_assets.assets.per_video import Setback, VideoResult, materialise_videos
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.judge import judge
from framecurate_assets.lake import tables
from framecurate_assets.lake.budget import candidate_bytes_by_video
from framecurate_assets.lake.files import replaced_folder
from framecurate_assets.lake.lake import BYTES_NEEDED, Lake
from framecurate_assets.lake.retention import require_files
from framecurate_assets.pictures.files import encode_jpeg, read_picture
from framecurate_assets.pictures.sheets import Tile, sheet_of_tiles, shrink
from framecurate_assets.policy import CandidatePolicy, Policy
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.stages import FACE_CANDIDATES

TABLE = FACE_CANDIDATES.table

SHEET_FACES = 90
"""Faces on the contact sheet."""


@dg.asset(
    partitions_def=videos,
    deps=[detected_faces],
    kinds={"python", "opencv", "parquet"},
    description="The faces that pass the policy, each cropped to 512x512.\n\n"
    "Every other face is in `face_rejections` with all its reasons. Changing a threshold and materialising this "
    "asset again runs no model.",
    **describe.asset_options(FACE_CANDIDATES),
)
@failures_in_words()
def face_candidates(
    context: dg.AssetExecutionContext, workspace: Workspace, progress: dg.ResourceParam[Progress]
) -> None:
    """Judge each video's faces, and write the crops of those that pass."""
    policy = workspace.read_policy()
    lake = workspace.lake
    # What a video of this run cost before is given back: of all that are made again, the first come first.
    spent = candidate_bytes_by_video(lake)
    for video_id in context.partition_keys:
        spent.pop(video_id, None)

    def make(video_id: str) -> VideoResult:
        result = _judge_and_crop(video_id, lake, policy, policy.budget.candidates_bytes - sum(spent.values()))
        spent[video_id] = int(result.rows["bytes"].sum())
        return result

    materialise_videos(
        context,
        workspace,
        progress,
        FACE_CANDIDATES,
        make,
        lambda video_id: FACE_CANDIDATES.made_from(lake, policy, video_id),
    )


def _judge_and_crop(video_id: str, lake: Lake, policy: Policy, bytes_left: int) -> VideoResult:
    frames = lake.read(tables.SAMPLED_FRAMES, video_id)
    faces = lake.read(tables.DETECTED_FACES, video_id)
    sized = faces.join(frames.select("frame_id", "width", "height"), on="frame_id")
    verdicts = judge(sized, _policy_for(video_id, faces.height, lake, policy.candidates))
    accepted = faces.join(verdicts.filter(pl.col("reasons").list.len() == 0).select("face_id"), on="face_id")
    needed = frames.join(accepted.select("frame_id"), on="frame_id", how="semi")
    require_files(lake, tables.SAMPLED_FRAMES, video_id, needed["path"])
    folder = lake.folder
    setback, facts = None, {}
    with replaced_folder(folder.faces(video_id)) as place:
        candidates, tiles = _crop(accepted, frames, place, lake)
        cost = int(candidates["bytes"].sum())
        if cost > bytes_left:
            left = max(bytes_left, 0)
            reason = f"Its {candidates.height} candidates take {cost} bytes, and {left} of the budget are left."
            setback, facts = Setback("over_budget", reason), {BYTES_NEEDED: str(cost)}
            verdicts = _all_refused(verdicts, reason)
            candidates, tiles = TABLE.empty(), []
            for crop in place.iterdir():
                crop.unlink()
    lake.write(tables.FACE_VERDICTS, verdicts, video_id)
    reasons = verdicts["reasons"].explode().drop_nulls().str.split(" ").list.first()
    metadata = {
        "faces_folder": describe.folder(folder.faces(video_id)),
        "refused_faces": verdicts.height - candidates.height,
        "refused_for": describe.counts(dict(reasons.value_counts(sort=True).iter_rows())),
        **(describe.sheet(sheet_of_tiles(tiles), folder.sheet(TABLE.name, video_id)) if tiles else {}),
    }
    return VideoResult(candidates, metadata, setback, facts)


def _policy_for(video_id: str, faces: int, lake: Lake, policy: CandidatePolicy) -> CandidatePolicy:
    """Neighbouring frames of a video show the same, so there are enough of them; each picture of a set was chosen."""
    if lake.read(tables.RAW_VIDEOS, video_id)["kind"][0] != "images":
        return policy
    return policy.model_copy(update={"max_per_video": max(faces, 1)})


def _crop(accepted: pl.DataFrame, frames: pl.DataFrame, place: Path, lake: Lake) -> tuple[pl.DataFrame, list[Tile]]:
    """Write the crop of each accepted face into `place`, which becomes the video's faces folder."""
    rows: list[dict[str, object]] = []
    tiles: list[Tile] = []
    with_frames = accepted.join(frames.select("frame_id", frame_path="path"), on="frame_id", maintain_order="left")
    for (frame_path,), group in with_frames.group_by("frame_path", maintain_order=True):
        picture = read_picture(lake.folder.absolute(str(frame_path)))
        for face in group.drop("frame_path").iter_rows(named=True):
            crop = crop_face(picture, (face["x1"], face["y1"], face["x2"], face["y2"]))
            name = f"{face['face_id']}.jpg"
            path = lake.folder.relative(lake.folder.faces(face["video_id"]) / name)
            rows.append({**face, "path": path, "bytes": (place / name).write_bytes(encode_jpeg(crop))})
            if len(tiles) < SHEET_FACES:
                tiles.append(Tile(shrink(crop), f"{face['composite']:.2f} {face['emotion']}"))
    return TABLE.from_rows(rows), tiles


def _all_refused(verdicts: pl.DataFrame, reason: str) -> pl.DataFrame:
    """The verdicts with one more reason for each face that had none."""
    accepted = pl.col("reasons").list.len() == 0
    over_budget = pl.lit([f"budget: {reason}"], dtype=pl.List(pl.String))
    return verdicts.with_columns(reasons=pl.when(accepted).then(over_budget).otherwise("reasons"))
