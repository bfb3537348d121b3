"""Wires everything that Dagster knows: assets, checks, jobs, automation and resources. Nothing else does."""

import dagster as dg

from framecurate_assets.assets.detected_faces import detected_faces
from framecurate_assets.assets.face_candidates import face_candidates
from framecurate_assets.assets.identity_clusters import identity_clusters
from framecurate_assets.assets.person_selections import person_selections
from framecurate_assets.assets.raw_videos import raw_videos
from framecurate_assets.assets.sampled_frames import sampled_frames
from framecurate_assets.assets.temporal_sequences import temporal_sequences
from framecurate_assets.automation.inbox import inbox
from framecurate_assets.automation.jobs import JOBS
from framecurate_assets.automation.refresh import dataset_refresh
from framecurate_assets.automation.schedule import url_ingestion
from framecurate_assets.checks.definitions import load_asset_checks
from framecurate_assets.resources import SilentProgress, Workspace, compute

defs = dg.Definitions(
    assets=[
        raw_videos,
        sampled_frames,
        detected_faces,
        face_candidates,
        identity_clusters,
        temporal_sequences,
        person_selections,
    ],
    asset_checks=load_asset_checks(),
    jobs=JOBS,
    schedules=[url_ingestion],
    sensors=[inbox, dataset_refresh],
    resources={"workspace": Workspace(), "progress": SilentProgress(), "compute": compute},
    # One process a run: starting a process a step costs ten times what most steps do.
    executor=dg.in_process_executor,
)

if __name__ == "__main__":
    dg.Definitions.validate_loadable(defs)
    print("The definitions load.")  # noqa: T201
