"""Jobs: the two halves of the way, as the UI's Jobs page offers them."""

import dagster as dg

from framecurate_assets.stages import PER_VIDEO, WHOLE_LAKE

videos_to_candidates = dg.define_asset_job(
    "videos_to_candidates",
    selection=dg.AssetSelection.assets(*[stage.name for stage in PER_VIDEO]),
    description="Fetch, sample, detect and judge: for one video or many.",
)

candidates_to_dataset = dg.define_asset_job(
    "candidates_to_dataset",
    selection=dg.AssetSelection.assets(*[stage.name for stage in WHOLE_LAKE]),
    description="Who is who over the whole lake, and the best of each person.",
)

JOBS = [videos_to_candidates, candidates_to_dataset]
