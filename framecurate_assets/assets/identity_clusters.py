"""identity_clusters: which person each candidate is; a person's id stays the same from run to run."""

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.face_candidates import face_candidates
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.faces.engines import same_person_distance
from framecurate_assets.identity.cluster import cluster_faces
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.pictures.sheets import Row, Tile, sheet_of_rows, shrink
from framecurate_assets.resources import Workspace
from framecurate_assets.stages import IDENTITY_CLUSTERS

HIGHEST_NUMBER = "framecurate.highest_person_number"
"""Metadata key of the stored table: the highest number that a person was ever given. None is given twice."""

SHEET_PEOPLE, SHEET_FACES = 24, 10
"""People on the contact sheet, those with most faces first, and faces of each, best first."""


@dg.asset(
    deps=[face_candidates],
    kinds={"python", "polars", "parquet"},
    description="Which person each face candidate is.\n\n"
    "Faces are followed within a shot, tracks are joined to people by their descriptors, and two faces of one frame "
    "are never one person. Ids stay with people from run to run; no number is given twice.",
    **describe.asset_options(IDENTITY_CLUSTERS),
)
@failures_in_words()
def identity_clusters(context: dg.AssetExecutionContext, workspace: Workspace) -> None:
    """Cluster all candidates of the lake and keep the ids that people had."""
    policy = workspace.read_policy()
    lake = workspace.lake
    candidates = lake.read_all(tables.FACE_CANDIDATES)
    former = lake.facts(IDENTITY_CLUSTERS.table)
    previous = lake.read(IDENTITY_CLUSTERS.table).select("face_id", "person_id") if former else None
    distance = policy.identity.distance or _engine_distance(candidates)
    clustering = cluster_faces(candidates, distance, previous, int(former.get(HIGHEST_NUMBER, 0)))
    lake.write(
        IDENTITY_CLUSTERS.table,
        clustering.frame,
        made_from=IDENTITY_CLUSTERS.made_from(lake, policy),
        facts={HIGHEST_NUMBER: str(clustering.highest_number)},
    )
    context.add_output_metadata(
        {
            **describe.rows_and_files(clustering.frame, lake.path(IDENTITY_CLUSTERS.table), partition=False),
            **clustering.facts,
            **describe.sheet(_sheet(clustering.frame, candidates, lake.folder), lake.folder.sheet("identity_clusters")),
        }
    )


def _engine_distance(candidates: pl.DataFrame) -> float:
    """The threshold of the engine that described the faces; without faces none is needed."""
    return same_person_distance(candidates["engine"][0]) if candidates.height else 0.0


def _sheet(clusters: pl.DataFrame, candidates: pl.DataFrame, folder: DataFolder) -> bytes:
    """A row a person: the best faces of each."""
    faces = clusters.join(candidates.select("face_id", "composite", "path", "video_id"), on="face_id")
    people = faces.group_by("person_id").agg(pl.len(), pl.col("video_id").n_unique())
    rows = []
    for person_id, count, videos in people.sort("len", "person_id", descending=[True, False]).head(SHEET_PEOPLE).rows():
        best = faces.filter(pl.col("person_id") == person_id).sort("composite", "face_id", descending=[True, False])
        tiles = [
            Tile(shrink(read_picture(folder.absolute(path))), f"{similarity:.2f}{'' if is_core else ' joined'}")
            for path, similarity, is_core in best.head(SHEET_FACES).select("path", "similarity", "is_core").rows()
        ]
        rows.append(Row(tiles, f"{person_id}: faces {count}, videos {videos}"))
    return sheet_of_rows(rows, SHEET_FACES)
