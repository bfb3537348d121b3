"""person_selections: per person the best frames and one temporal sequence, as the dataset folder."""

import hashlib

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.identity_clusters import identity_clusters
from framecurate_assets.faces.engines import engine_kind
from framecurate_assets.faces.model_packs import MODEL_LICENCES
from framecurate_assets.freshness.inputs import todays_inputs
from framecurate_assets.freshness.stale import finished_videos
from framecurate_assets.lake import tables
from framecurate_assets.lake.catalog import write_catalog
from framecurate_assets.lake.files import replaced_folder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import Pruned, prune
from framecurate_assets.pictures.files import read_grey, read_picture
from framecurate_assets.pictures.hashing import perceptual_hashes
from framecurate_assets.pictures.sheets import Row, Tile, sheet_of_rows, shrink
from framecurate_assets.policy import Policy
from framecurate_assets.resources import Workspace
from framecurate_assets.selection.dataset import write_dataset
from framecurate_assets.selection.select import select
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.stages import PERSON_SELECTIONS

SHEET_PEOPLE = 16
"""People on the contact sheet."""


@dg.asset(
    deps=[identity_clusters],
    kinds={"python", "polars", "parquet"},
    description="Per person the 10 best frames and 5 consecutive ones of one shot, as a folder tree.\n\n"
    "No near-duplicates; spread over videos and time; every picture with its video, second, box and scores; the "
    "whole folder within its budget. It is replaced as a whole: no reader sees half of it.",
    **describe.asset_options(PERSON_SELECTIONS),
)
@failures_in_words()
def person_selections(context: dg.AssetExecutionContext, workspace: Workspace) -> None:
    """Choose each person's pictures and write the dataset folder."""
    policy = workspace.read_policy()
    folder, lake = workspace.folder, workspace.lake
    faces = _faces(lake)
    selection = select(faces, policy, _licence(faces))
    with replaced_folder(folder.dataset) as place:
        written = write_dataset(selection, folder.root, place)
    dataset = folder.relative(folder.dataset)
    rows = selection.rows.with_columns(path=pl.format("{}/{}", pl.lit(dataset), "path"))
    lake.write(PERSON_SELECTIONS.table, rows, made_from=PERSON_SELECTIONS.made_from(lake, policy))
    pruned = _prune(lake, policy)
    write_catalog(folder)
    context.add_output_metadata(
        {
            **describe.rows_and_files(rows, lake.path(PERSON_SELECTIONS.table), partition=False),
            "dataset_folder": describe.folder(folder.dataset),
            "dataset_bytes": written,
            "people": rows["person_id"].n_unique(),
            "pruned_videos": pruned.videos,
            "pruned_frames": pruned.frames,
            "pruned_bytes": pruned.bytes,
            **describe.sheet(_sheet(rows, lake), folder.sheet("person_selections")),
        }
    )


def _prune(lake: Lake, policy: Policy) -> Pruned:
    """Remove the files that nothing needs any more, now that the dataset is made."""
    if policy.retention.keeps_all:
        return Pruned()
    sources = all_sources(lake.folder).sources
    inputs = todays_inputs(lake, policy, sources, by_hand=False)
    return prune(lake, policy.retention, finished_videos(inputs), inputs.now)


def _licence(faces: pl.DataFrame) -> str:
    """Licence of the weights that the faces were found and described with."""
    return MODEL_LICENCES[engine_kind(faces["engine"][0])] if faces.height else "no face was found"


def _faces(lake: Lake) -> pl.DataFrame:
    """Every clustered face with its video's provenance and what its crop looks like."""
    faces = lake.read_all(tables.FACE_CANDIDATES).join(lake.read(tables.IDENTITY_CLUSTERS), on="face_id")
    videos = lake.read_all(tables.RAW_VIDEOS).select("video_id", "source", "label", "licence", "uploader")
    pictures = lake.read_all(tables.PICTURES).select("frame_id", "picture").drop_nulls()
    crops = [lake.folder.absolute(path) for path in faces["path"]]
    hashes = perceptual_hashes([read_grey(crop) for crop in crops])
    digests = [hashlib.sha256(crop.read_bytes()).hexdigest() for crop in crops]
    return (
        faces.join(videos, on="video_id", maintain_order="left")
        .join(pictures, on="frame_id", how="left", maintain_order="left")
        .with_columns(phash=pl.Series(hashes, dtype=pl.UInt64), sha256=pl.Series(digests, dtype=pl.String))
    )


def _sheet(rows: pl.DataFrame, lake: Lake) -> bytes:
    """Two rows a person: the best frames, and the sequence."""
    lines = []
    for person_id in rows["person_id"].unique(maintain_order=True).head(SHEET_PEOPLE):
        for kind in ("high_quality", "temporal_sequence"):
            chosen = rows.filter((pl.col("person_id") == person_id) & (pl.col("kind") == kind)).sort("rank")
            tiles = [
                Tile(shrink(read_picture(lake.folder.absolute(path))), f"{score:.2f} {emotion} {pts_s:.1f}s")
                for path, score, emotion, pts_s in chosen.select("path", "score", "emotion", "pts_s").rows()
            ]
            lines += [Row(tiles, f"{person_id}: {kind.replace('_', ' ')}")] if tiles else []
    return sheet_of_rows(lines)
