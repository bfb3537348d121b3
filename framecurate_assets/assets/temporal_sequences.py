"""temporal_sequences: consecutive frames of each person's best moment, decoded for this."""

from collections.abc import Mapping, Sequence

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.identity_clusters import identity_clusters
from framecurate_assets.assets.raw_videos import raw_videos
from framecurate_assets.compute.compute import Compute
from framecurate_assets.faces.engines import choose_engine, seed_distance
from framecurate_assets.lake import tables
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import fingerprint
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.pictures.sheets import Row, Tile, sheet_of_rows, shrink
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.sequences.anchors import Anchor
from framecurate_assets.sequences.follow import Step
from framecurate_assets.sequences.look import Rules, Video
from framecurate_assets.sequences.make import make_sequences, remove_others
from framecurate_assets.sequences.people import People, people_to_follow
from framecurate_assets.sequences.seen import fit_for_sequences
from framecurate_assets.sequences.settle import Settled, Try
from framecurate_assets.sequences.tries import facts_of
from framecurate_assets.stages import TEMPORAL_SEQUENCES
from framecurate_assets.tasks.follow_people import FollowPeople
from framecurate_assets.tasks.models import Models

TABLE = TEMPORAL_SEQUENCES.table

SHEET_PEOPLE = 16
"""People on the contact sheet."""


@dg.asset(
    deps=[identity_clusters, raw_videos],
    kinds={"python", "onnx", "parquet"},
    description="Per person 5 consecutive frames, 0.2 s apart, around the best moment of one shot.\n\n"
    "Decoded from the video for this, by presentation time; in each frame the same person is verified, and no cut "
    "lies between. Who has none is in `missing_sequences`, with the reason. What is known is not decoded again.",
    **describe.asset_options(TEMPORAL_SEQUENCES),
)
@failures_in_words()
def temporal_sequences(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    progress: dg.ResourceParam[Progress],
    compute: dg.ResourceParam[Compute],
) -> None:
    """Find each person's sequence, and write its pictures."""
    policy = workspace.read_policy()
    folder, lake = workspace.folder, workspace.lake
    engine = choose_engine(policy.detection, folder.models, pinned_engine(folder))
    threshold = seed_distance(policy.identity, engine.name)
    rules = Rules(policy.selection, fit_for_sequences(policy.candidates), threshold)
    # Not the whole policy: a threshold for candidates that is changed must not cost another decoding.
    settings = fingerprint(
        TEMPORAL_SEQUENCES.code_version, rules.fingerprint, policy.detection.fingerprint, engine.name
    )
    people = people_to_follow(lake, policy, threshold, settings)
    known = frozenset(people.tries)
    task = FollowPeople(Models(engine, policy.detection, folder.models), rules)
    decoded_frames: list[int] = []

    def look(video: Video, anchors: Sequence[Anchor]) -> Mapping[str, tuple[Step, ...] | str]:
        looked = compute.submit(task, video, anchors).result()
        decoded_frames.append(looked.frames)
        return looked.found

    settled = make_sequences(
        people.anchors,
        people.tries,
        people.videos,
        look,
        compute,
        folder,
        lambda video_ids: progress.track(TABLE.name, video_ids),
        lambda video_id, error: context.log.error(f"{TABLE.name} of {video_id} failed unexpectedly", exc_info=error),
    )
    rows = _rows(settled, people.tries)
    missing = _missing(settled, people)
    lake.write(tables.MISSING_SEQUENCES, missing)
    facts = facts_of(people.tries, people.keys)
    lake.write(TABLE, rows, made_from=TEMPORAL_SEQUENCES.made_from(lake, policy), facts=facts)
    remove_others(folder, rows)
    context.add_output_metadata(
        {
            **describe.rows_and_files(rows, lake.path(TABLE), partition=False),
            "people": len(people.anchors) + len(people.missing),
            "sequences": len(settled.chosen),
            "missing": missing.height,
            "decoded_frames": sum(decoded_frames),
            "reused_sequences": sum(face_id in known for face_id in settled.chosen.values()),
            **describe.sheet(_sheet(rows, folder), folder.sheet(TABLE.name)),
        }
    )


def _rows(settled: Settled, tries: Mapping[str, Try]) -> pl.DataFrame:
    """TEMPORAL_SEQUENCES, by person and position."""
    parts = [TABLE.empty()]
    for person_id, anchor in settled.chosen.items():
        rows = tries[anchor].rows
        if rows is not None:
            parts.append(rows.with_columns(person_id=pl.lit(person_id)).sort("position"))
    return pl.concat(parts)


def _missing(settled: Settled, people: People) -> pl.DataFrame:
    """MISSING_SEQUENCES, by the number of the person: person_10000 comes after person_9999."""
    reasons = (people.missing | settled.missing).items()
    rows: list[dict[str, object]] = [
        {"person_id": person_id, "anchor_face_id": face_id, "reason": reason}
        for person_id, (face_id, reason) in reasons
    ]
    return tables.MISSING_SEQUENCES.from_rows(rows).sort(pl.col("person_id").str.len_chars(), "person_id")


def _sheet(rows: pl.DataFrame, folder: DataFolder) -> bytes:
    """A line a person: the frames with their time, and how far the face is from the anchor."""
    lines = []
    for person_id in rows["person_id"].unique(maintain_order=True).head(SHEET_PEOPLE):
        frames = rows.filter(pl.col("person_id") == person_id)
        tiles = [
            Tile(shrink(read_picture(folder.absolute(path))), f"{pts_s:.2f}s {distance:.2f}")
            for path, pts_s, distance in frames.select("path", "pts_s", "distance").rows()
        ]
        lines.append(Row(tiles, f"{person_id}: {frames['video_id'][0]}"))
    return sheet_of_rows(lines, columns=max((len(line.tiles) for line in lines), default=1))
