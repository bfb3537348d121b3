"""Wires everything that Dagster knows: assets, checks, jobs and resources. Nothing else does."""

import warnings

import dagster as dg

# Backfill policies are marked beta and checks by partition preview; both messages would stand before every
# command's output. The versions are pinned, and the tests show that both work.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
warnings.filterwarnings("ignore", category=dg.PreviewWarning)

from framecurate_assets.assets.detected_faces import detected_faces  # noqa: E402
from framecurate_assets.assets.face_candidates import face_candidates  # noqa: E402
from framecurate_assets.assets.identity_clusters import identity_clusters  # noqa: E402
from framecurate_assets.assets.person_selections import person_selections  # noqa: E402
from framecurate_assets.assets.raw_videos import raw_videos  # noqa: E402
from framecurate_assets.assets.sampled_frames import sampled_frames  # noqa: E402
from framecurate_assets.automation.jobs import JOBS  # noqa: E402
from framecurate_assets.checks.definitions import load_asset_checks  # noqa: E402
from framecurate_assets.resources import SilentProgress, Workspace  # noqa: E402

defs = dg.Definitions(
    assets=[raw_videos, sampled_frames, detected_faces, face_candidates, identity_clusters, person_selections],
    asset_checks=load_asset_checks(),
    jobs=JOBS,
    resources={"workspace": Workspace(), "progress": SilentProgress()},
    # One process a run: starting a process a step costs ten times what most steps do.
    executor=dg.in_process_executor,
)

if __name__ == "__main__":
    dg.Definitions.validate_loadable(defs)
    print("The definitions load.")  # noqa: T201
