"""Carrying an erasure out in the tables and files of the lake. Doing it again changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime

import polars as pl

from framecurate_assets.erasure.corrections import erase_from_log
from framecurate_assets.erasure.plan import Plan
from framecurate_assets.erasure.traces import files_of, tables_with_traces, without_references
from framecurate_assets.identity.stable_ids import person_number
from framecurate_assets.lake import tables
from framecurate_assets.lake.files import remove_unfinished
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import forget_ids
from framecurate_assets.lake.lake import CONTENT, MADE_FROM, Lake
from framecurate_assets.lake.tables import Table
from framecurate_assets.people.people import HIGHEST_NUMBER, read_people
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source_list import remove_sources
from framecurate_assets.stages import DETECTED_FACES, FACE_CANDIDATES, Stage

REPORTS = (
    tables.CORRECTIONS,
    tables.SAME_FRAME_TWICE,
    tables.IDENTITY_ALARMS,
    tables.MISSING_SEQUENCES,
    tables.SELECTION_VERDICTS,
    tables.SELECTION_COVERAGE,
)
"""Tables over the whole lake that are made anew each time, and from which nothing is made."""


def erase(plan: Plan, lake: Lake, policy: Policy, now: datetime) -> None:
    """Take everything that the plan names out of the sources, tables and folders.

    What is left has the fingerprints of something that is up to date where it was up to date; only what is made
    over the whole lake has to be made again, and the dataset folder is gone until then.

    Args:
        plan: what goes.
        lake: the tables.
        policy: today's, which tells what was up to date.
        now: when.

    Raises:
        FramecurateError: sources.yaml or corrections.jsonl is faulty.
    """
    folder = lake.folder
    # A process that was killed while it asked a question left rows there.
    remove_unfinished(folder.questions, also_of_the_living=True)
    erase_from_log(plan, folder.corrections)
    _remember(plan, lake, now)
    remove_sources(folder.sources_file, plan.videos)
    for path in files_of(plan, folder):
        path.unlink(missing_ok=True)
    for video_id in plan.videos:
        _remove_folders(video_id, folder)
    for video_id in plan.sealed:
        shutil.rmtree(folder.sequences(video_id), ignore_errors=True)
    fresh = {video_id: _fresh_stages(video_id, lake, policy) for video_id in plan.sealed}
    for table, part, going in list(tables_with_traces(plan, lake)):
        if part in plan.videos:
            lake.remove(table, part)
        else:
            _rewrite(lake, table, part, lake.read(table, part).filter(~going))
    _remove_references(plan, lake)
    _remove_dataset(lake)
    for video_id, stages in fresh.items():
        _forget_file(video_id, lake)
        for stage in stages:
            made_from = stage.made_from(lake, policy, video_id, also=_also(stage, lake, video_id))
            _rewrite(lake, stage.table, video_id, lake.read(stage.table, video_id), made_from)


def _remember(plan: Plan, lake: Lake, now: datetime) -> None:
    """First of all, so that nothing is fetched or sampled again while the rest goes."""
    forget_ids(lake, "video", plan.videos, now)
    forget_ids(lake, "person", plan.persons, now)
    forget_ids(lake, "frame", plan.frame_ids, now)
    for video_id, video in plan.sealed.items():
        forget_ids(lake, "face", video.face_ids, now)
        row = {
            "video_id": video_id,
            "sealed_at": now,
            "frames_erased": video.frames_erased,
            "faces_erased": video.faces_erased,
        }
        lake.write(tables.SEALED_VIDEOS, tables.SEALED_VIDEOS.from_rows([row]), video_id)


def _remove_folders(video_id: str, folder: DataFolder) -> None:
    places = (folder.frames(video_id), folder.faces(video_id), folder.sequences(video_id))
    for place in (*places, *folder.videos.glob(f".{video_id}.*")):
        shutil.rmtree(place, ignore_errors=True)


def _remove_references(plan: Plan, lake: Lake) -> None:
    # A number that only the log had is not given again either.
    highest = max([read_people(lake).highest_number, *map(person_number, plan.persons)])
    for table in (tables.IDENTITY_CLUSTERS, tables.PERSON_REGISTRY):
        if lake.path(table).exists():
            rows = without_references(lake.read(table), plan)
            _rewrite(lake, table, None, rows, facts={HIGHEST_NUMBER: str(highest)})


def _remove_dataset(lake: Lake) -> None:
    """What is made over the whole lake shows people: the pictures go, and all of it is to be made again."""
    for sheet in lake.folder.sheets.glob("*.webp"):
        sheet.unlink()
    # They speak of people in whole sentences.
    for table in REPORTS:
        lake.remove(table)
    for table in (tables.IDENTITY_CLUSTERS, tables.TEMPORAL_SEQUENCES, tables.PERSON_SELECTIONS):
        if lake.path(table).exists():
            _rewrite(lake, table, None, lake.read(table), made_from="")
    if lake.folder.dataset.exists():
        shutil.rmtree(lake.folder.dataset)


def _fresh_stages(video_id: str, lake: Lake, policy: Policy) -> list[Stage]:
    """The stages that would be made again only for what is taken out of them or of what is above."""
    return [
        stage
        for stage in (DETECTED_FACES, FACE_CANDIDATES)
        if lake.made_from(stage.table, video_id)
        == stage.made_from(lake, policy, video_id, also=_also(stage, lake, video_id))
    ]


def _also(stage: Stage, lake: Lake, video_id: str) -> str:
    """The engine that described the video's faces: another one would make it stale, as it should."""
    if stage is not DETECTED_FACES:
        return ""
    return str(lake.read(tables.DETECTED_FACES, video_id)["engine"].first() or "")


def _forget_file(video_id: str, lake: Lake) -> None:
    """Nothing of the file that is gone stays in the video's row but where it was."""
    rows = lake.read(tables.RAW_VIDEOS, video_id)
    unknown = {name: pl.lit(None, tables.RAW_VIDEOS.schema[name]) for name in ("bytes", "sha256")}
    _rewrite(lake, tables.RAW_VIDEOS, video_id, rows.with_columns(**unknown))


def _rewrite(
    lake: Lake,
    table: Table,
    part: str | None,
    rows: pl.DataFrame,
    made_from: str | None = None,
    facts: Mapping[str, str] | None = None,
) -> None:
    """Store other rows with the facts and the fingerprint that were stored with the former, unless told otherwise."""
    kept = {key: value for key, value in lake.facts(table, part).items() if key.startswith("framecurate.")}
    former = kept.pop(MADE_FROM, "")
    kept.pop(CONTENT, None)
    lake.write(table, rows, part, made_from=former if made_from is None else made_from, facts=kept | dict(facts or {}))
