"""person_selections: per person the best frames and one temporal sequence, as the dataset folder."""

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.identity_clusters import identity_clusters
from framecurate_assets.assets.temporal_sequences import temporal_sequences
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.engines import engine_kind, seed_distance
from framecurate_assets.faces.model_packs import MODEL_LICENCES
from framecurate_assets.freshness.inputs import todays_inputs
from framecurate_assets.freshness.stale import finished_videos
from framecurate_assets.lake import tables
from framecurate_assets.lake.catalog import write_catalog
from framecurate_assets.lake.files import replaced_folder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import Pruned, prune
from framecurate_assets.policy import Policy
from framecurate_assets.reference.persons import Likeness, persons_like, photos_fingerprint
from framecurate_assets.resources import Workspace
from framecurate_assets.selection.coverage import of_everybody
from framecurate_assets.selection.dataset import write_dataset
from framecurate_assets.selection.inputs import read_inputs
from framecurate_assets.selection.select import Selection, select
from framecurate_assets.selection.sheet import selection_sheet
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.stages import PERSON_SELECTIONS


@dg.asset(
    deps=[identity_clusters, temporal_sequences],
    kinds={"python", "polars", "parquet"},
    description="Per person the 10 best frames and 5 consecutive ones of one shot, as a folder tree.\n\n"
    "No near-duplicates among the best; as varied in pose, expression, light, background, time and video as quality "
    "allows; the most that fits into the budget, and how far that is from the best possible; every picture "
    "with its video, second, box, scores and split; why each other face was left out. It is replaced as a whole: no "
    "reader sees half of it.",
    **describe.asset_options(PERSON_SELECTIONS),
)
@failures_in_words()
def person_selections(context: dg.AssetExecutionContext, workspace: Workspace) -> None:
    """Choose each person's pictures and write the dataset folder."""
    policy = workspace.read_policy()
    folder, lake = workspace.folder, workspace.lake
    inputs = read_inputs(lake)
    likeness = _likeness(workspace, policy)
    not_found = [str(photo) for photo in likeness.not_found] if likeness else []
    for photo in not_found:
        context.log.warning(f"Nobody looks like {photo}: no pictures are selected for it.")
    selection = select(
        inputs.faces,
        policy,
        _licence(inputs.faces),
        threshold=seed_distance(policy.identity, next(iter(inputs.faces["engine"]), None)),
        sequences=inputs.sequences,
        names=inputs.names,
        only=likeness.persons if likeness else None,
    )
    with replaced_folder(folder.dataset) as place:
        written = write_dataset(selection, folder.root, place)
    dataset = folder.relative(folder.dataset)
    rows = selection.rows.with_columns(path=pl.format("{}/{}", pl.lit(dataset), "path"))
    lake.write(tables.SELECTION_VERDICTS, selection.verdicts)
    lake.write(tables.SELECTION_COVERAGE, selection.coverage)
    made_from = PERSON_SELECTIONS.made_from(lake, policy, also=photos_fingerprint(policy, folder))
    lake.write(PERSON_SELECTIONS.table, rows, made_from=made_from)
    pruned = _prune(lake, policy)
    write_catalog(folder)
    sheet = selection_sheet(selection.pictures, folder)
    context.add_output_metadata(
        {
            **describe.rows_and_files(rows, lake.path(PERSON_SELECTIONS.table), partition=False),
            "dataset_folder": describe.folder(folder.dataset),
            "dataset_bytes": written,
            "people": rows["person_id"].n_unique(),
            **_figures(selection),
            "not_found_photos": not_found,
            "pruned_videos": pruned.videos,
            "pruned_frames": pruned.frames,
            "pruned_bytes": pruned.bytes,
            **describe.sheet(sheet, folder.sheet("person_selections")),
        }
    )


def _likeness(workspace: Workspace, policy: Policy) -> Likeness | None:
    """The people in the photos to which the policy limits the selection; None: it does not.

    Photos for this run only have to show somebody. Those that stand in the policy may outlast a person: somebody who
    was erased is nobody.
    """
    if not policy.selection.only_like:
        return None
    likeness = persons_like(policy.selection.only_like, workspace.lake, policy)
    if likeness.not_found and workspace.policy.get("selection", {}).get("only_like"):
        raise FramecurateError(
            f"Nobody in {workspace.folder.root} looks like {likeness.not_found[0]}: no person's face is within "
            f"{likeness.distance:.2f} of it",
            "Take another photo, or leave it out",
        )
    return likeness


def _figures(selection: Selection) -> dict[str, dg.MetadataValue | float | int]:
    """How good the selection is, what it lacks, and why the other faces are not in it."""
    facts = selection.facts
    shown = of_everybody(selection.coverage)
    schema = dg.TableSchema([dg.TableColumn(name) for name in shown.columns])
    reasons = selection.verdicts["reason"].value_counts(sort=True)
    return {
        "gain": facts["gain"],
        "gain_bound": facts["gain_bound"],
        "gap_to_bound": facts["gap"],
        "gain_per_mb": facts["gain_per_mb"],
        "bytes_for_pictures": facts["bytes_for_pictures"],
        "validation_pictures": selection.rows.filter(pl.col("split") == "validation").height,
        "left_out_for": describe.counts(dict(reasons.iter_rows())),
        "coverage": dg.MetadataValue.table([dg.TableRecord(row) for row in shown.to_dicts()], schema),
    }


def _prune(lake: Lake, policy: Policy) -> Pruned:
    """Remove the files that nothing needs any more, now that the dataset is made."""
    # What a dataset of some people does not need, the next one of everybody may.
    if policy.retention.keeps_all or policy.selection.only_like:
        return Pruned()
    sources = all_sources(lake.folder).sources
    inputs = todays_inputs(lake, policy, sources, by_hand=False)
    return prune(lake, policy.retention, finished_videos(inputs), inputs.now)


def _licence(faces: pl.DataFrame) -> str:
    """Licence of the weights that the faces were found and described with."""
    return MODEL_LICENCES[engine_kind(faces["engine"][0])] if faces.height else "no face was found"
