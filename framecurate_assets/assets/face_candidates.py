"""face_candidates: the faces that pass the policy, each with its crop. No model is run here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.detected_faces import detected_faces
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.partitions import videos
from framecurate_assets.assets.per_video import Setback, VideoResult, VideoRun
from framecurate_assets.assets.turns import Turns
from framecurate_assets.compute.compute import Compute
from framecurate_assets.compute.side_by_side import threads_for
from framecurate_assets.lake import tables
from framecurate_assets.lake.budget import candidate_bytes_by_video
from framecurate_assets.lake.files import replaced_folder
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import BYTES_NEEDED, Lake
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.stages import FACE_CANDIDATES
from framecurate_assets.tasks.choose_candidates import CROPPED_FROM, Choice, choose_candidates
from framecurate_assets.tasks.crop_faces import Crops
from framecurate_assets.tasks.task import carry_out, parts_of_each

TABLE = FACE_CANDIDATES.table


@dg.asset(
    partitions_def=videos,
    deps=[detected_faces],
    kinds={"python", "opencv", "parquet"},
    description="The faces that pass the policy, each cropped to 512x512.\n\n"
    "Every other face is in `face_rejections` with all its reasons. Changing a threshold and materialising this "
    "asset again runs no model, and cuts out only faces that were not candidates before.",
    **describe.asset_options(FACE_CANDIDATES),
)
@failures_in_words()
def face_candidates(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    progress: dg.ResourceParam[Progress],
    compute: dg.ResourceParam[Compute],
) -> None:
    """Judge each video's faces, and write the crops of those that pass."""
    run = VideoRun.begin(context, workspace, progress, FACE_CANDIDATES)
    policy = workspace.read_policy()
    lake = workspace.lake
    # What a video of this run cost before is given back: of all that are made again, the first come first.
    spent = candidate_bytes_by_video(lake)
    for video_id in run.video_ids:
        spent.pop(video_id, None)
    turns = Turns(run.video_ids)
    parts = parts_of_each(len(run.video_ids), compute.workers)

    choices = choose_candidates(lake, run.video_ids, policy.candidates)

    def make(video_id: str) -> VideoResult:
        choice = choices.pop(video_id)
        if isinstance(choice, Exception):
            raise choice
        with replaced_folder(lake.folder.faces(video_id)) as writing:
            crops = carry_out(choice.task(writing), compute, parts)
            turns.wait_for(video_id)
            result = _within_budget(choice, crops, policy.budget.candidates_bytes - sum(spent.values()), lake, writing)
            spent[video_id] = int(result.rows["bytes"].sum())
        return replace(result, metadata=_metadata(choice, crops, result.rows.height, lake.folder))

    run.materialise(
        make,
        lambda video_id: FACE_CANDIDATES.made_from(lake, policy, video_id),
        threads=threads_for(compute),
        ended=turns.done,
        compute=compute,
    )


def _within_budget(choice: Choice, crops: Crops, bytes_left: int, lake: Lake, writing: Path) -> VideoResult:
    """The candidates and the verdicts of all faces, if the budget allows for them; else none, and why."""
    verdicts = choice.verdicts
    cost, left = int(crops.rows["bytes"].sum()), max(bytes_left, 0)
    if cost <= left:
        result = VideoResult(crops.rows, facts={CROPPED_FROM: choice.cropped_from}, seconds=crops.seconds)
    else:
        reason = f"Its {crops.rows.height} candidates take {cost} bytes, and {left} of the budget are left."
        verdicts = _all_refused(verdicts, reason)
        setback = Setback("over_budget", reason)
        result = VideoResult(TABLE.empty(), setback=setback, facts={BYTES_NEEDED: str(cost)}, seconds=crops.seconds)
        for crop in writing.iterdir():
            crop.unlink()
    lake.write(tables.FACE_VERDICTS, verdicts, choice.video_id)
    return result


def _metadata(choice: Choice, crops: Crops, candidates: int, folder: DataFolder) -> dict[str, Any]:
    reasons = choice.verdicts["reasons"].explode().drop_nulls().str.split(" ").list.first()
    stored = folder.sheet(TABLE.name, choice.video_id)
    sheet = stored.read_bytes() if crops.sheet is None and choice.keeps_sheet else crops.sheet
    if not candidates:
        stored.unlink(missing_ok=True)
    return {
        "faces_folder": describe.folder(folder.faces(choice.video_id)),
        "refused_faces": choice.verdicts.height - candidates,
        "reused_crops": crops.reused,
        "refused_for": describe.counts(dict(reasons.value_counts(sort=True).iter_rows())),
        **(describe.sheet(sheet, stored) if sheet and candidates else {}),
    }


def _all_refused(verdicts: pl.DataFrame, reason: str) -> pl.DataFrame:
    """The verdicts with one more reason for each face that had none."""
    accepted = pl.col("reasons").list.len() == 0
    over_budget = pl.lit([f"budget: {reason}"], dtype=pl.List(pl.String))
    return verdicts.with_columns(reasons=pl.when(accepted).then(over_budget).otherwise("reasons"))
