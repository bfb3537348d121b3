"""`status`, `sql`, `ui` and `doctor`: how things stand."""

# Typer reads the annotations of each command.

import json
import os
import sys
from typing import Annotated, Any

import typer

from framecurate_assets.cli.shared import FAILED, Data, data_folder
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import ENVIRONMENT_VARIABLE, DataFolder

_VIDEO_COLUMNS = {
    "name": "source",
    "video_id": "video",
    "status": "status",
    "frames": "frames",
    "faces": "faces",
    "candidates": "candidates",
}
_PEOPLE_COLUMNS = {
    "person_id": "person",
    "name": "name",
    "faces": "candidates",
    "videos": "videos",
    "high_quality": "high quality",
    "temporal_sequence": "temporal",
    "bytes": "bytes",
}
TICK_TIMEOUTS = ("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", "DAGSTER_SCHEDULE_GRPC_TIMEOUT_SECONDS")
TICK_S = 300
"""Seconds that a look for work may take: one large file in the inbox is read whole. Dagster's own limit is 60."""
_DOCTOR_COLUMNS = {"subject": "what", "state": "state", "remedy": "what to do"}


def status(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: everything, as JSON.")] = False,
) -> None:
    """Show the videos, the people, and what of the budget is spent."""
    from dataclasses import asdict

    from framecurate_assets.summary import summarise
    from framecurate_assets.terminal import out

    folder = data_folder(data)
    if as_json:
        out.print_json(json.dumps(asdict(summarise(folder)), default=str))
    else:
        print_summary(folder)


def sql(
    query: Annotated[str, typer.Argument(help="For example: SELECT * FROM videos")],
    data: Data = None,
    output: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
) -> None:
    """Ask the lake a question in DuckDB's SQL.

    Tables: raw_videos, sampled_frames, detected_faces, face_candidates, identity_clusters, temporal_sequences,
    person_selections, and more.
    Views: videos, persons, face_rejections. Columns: docs/tables.md, or `DESCRIBE raw_videos`.
    """
    from framecurate_assets.sql import FORMATS, ask

    if output not in FORMATS:
        raise FramecurateError(f"--format {output} is unknown", f"Choose one of {', '.join(FORMATS)}")
    sys.stdout.write(ask(data_folder(data), query, output))


def ui(
    data: Data = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Start Dagster's webserver and daemon on this project; Ctrl-C stops them."""
    from framecurate_assets.assets.partitions import register_videos
    from framecurate_assets.dagster_history import EVENTS_AT_ONCE
    from framecurate_assets.dagster_home import PROJECT, open_instance
    from framecurate_assets.dagster_runs import end_dead_runs
    from framecurate_assets.dagster_serving import only_one
    from framecurate_assets.sources.listings import all_sources
    from framecurate_assets.terminal import messages

    folder = data_folder(data)
    only_one(folder)
    folder.inbox.mkdir(exist_ok=True)
    with open_instance(folder) as instance:
        end_dead_runs(instance, grace_s=0)
        register_videos(instance, all_sources(folder).sources)
    messages.print(f"Dagster on http://{host}:{port} in some seconds; data folder {folder.root}", soft_wrap=True)
    command = ["dagster", "dev", "-w", str(PROJECT / "workspace.yaml"), "-h", host, "-p", str(port)]
    os.environ[ENVIRONMENT_VARIABLE] = str(folder.root)
    # Dagster advises its newer command `dg dev`, which does not know workspace.yaml.
    os.environ["PYTHONWARNINGS"] = "ignore"
    os.environ["DAGSTER_EVENT_BATCH_SIZE"] = str(EVENTS_AT_ONCE)
    for variable in TICK_TIMEOUTS:
        os.environ.setdefault(variable, str(TICK_S))
    # Beside its settings, and not beside the project's template of them, which Dagster would warn of.
    os.chdir(folder.dagster_home)
    os.execv(sys.executable, [sys.executable, "-m", *command])


def doctor(data: Data = None) -> None:
    """Show what is installed, which engine would be used, how much disk is free, and what to do about problems."""
    from framecurate_assets.doctor import examine
    from framecurate_assets.terminal import out, table

    findings = examine(data_folder(data))
    out.print(table("framecurate doctor", [vars(finding) for finding in findings], _DOCTOR_COLUMNS))
    raise typer.Exit(FAILED if any(finding.remedy for finding in findings) else 0)


def print_summary(folder: DataFolder) -> None:
    """Videos, people, refusals and budgets of a data folder, on standard output."""
    from rich.text import Text

    from framecurate_assets.policy import read_policy
    from framecurate_assets.summary import budget_lines, disk_line, summarise
    from framecurate_assets.terminal import out, table

    summary = summarise(folder)
    out.print()
    out.print(table("Videos", summary.videos, _VIDEO_COLUMNS))
    out.print()
    for video in summary.videos:
        if video["status"] != "ready":
            out.print(Text(f"{video['status']}  {video['name']}: {video['reason']}"), soft_wrap=True)
    out.print()
    named = any(person["name"] for person in summary.people)
    columns = {key: title for key, title in _PEOPLE_COLUMNS.items() if named or key != "name"}
    out.print(table("People", summary.people, columns))
    out.print()
    if summary.nobodys_faces:
        counts = ", ".join(f"{reason} {faces}" for reason, faces in summary.nobodys_faces.items())
        out.print(f"Candidates that are nobody's (docs/identity.md says what each word means): {counts}")
    if summary.alarms:
        out.print(f"Worth a look: {summary.alarms} persons or pairs; `framecurate persons list` shows them")
    if summary.corrections:
        out.print(f"Corrections by people: {summary.corrections}")
    if summary.refusals:
        refusals: list[dict[str, Any]] = summary.refusals
        out.print(
            "Faces refused for (docs/policy.md says what each word means): "
            + ", ".join(f"{row['reason']} {row['faces']}" for row in refusals)
        )
    if summary.refused_pictures:
        question = "SELECT picture, reason FROM pictures WHERE reason IS NOT NULL"
        out.print(Text(f'Pictures refused: {summary.refused_pictures}; framecurate sql "{question}"'), soft_wrap=True)
    out.print(f"Engine: {summary.engine or 'none yet'}")
    out.print("Budget: " + "; ".join(budget_lines(summary, read_policy(folder.policy_file))))
    out.print(f"Disk: {disk_line(summary)}")
