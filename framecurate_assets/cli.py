"""`framecurate`: the command line.

Exit codes: 0 all is well; 1 something failed that should not have; 2 the command or what it was given is wrong,
and the message says what to mend; 3 an asset check stopped the way.

Modules are imported by the command that needs them, so that `--help` and `status` answer at once.
"""

# Typer reads the annotations of each command.

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framecurate_assets.errors import MACHINE_ERRORS, FramecurateError, MachineError, machine_error
from framecurate_assets.lake.folder import ENVIRONMENT_VARIABLE, DataFolder

if TYPE_CHECKING:
    from framecurate_assets.pipeline import Outcome
    from framecurate_assets.video.sources import Source

FAILED, WRONG_USE, CHECK_FAILED = 1, 2, 3

app = typer.Typer(
    help="Turn videos into a dataset of people's faces that can be trusted.\n\n"
    "Start with `framecurate demo`, or with `framecurate run VIDEO...` on your own videos.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
models = typer.Typer(help="Weights of the insightface engine.", no_args_is_help=True)
app.add_typer(models, name="models")

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="The data folder. Default: the environment variable FRAMECURATE_DATA, or ./data.", metavar="DIR"
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Argument(help="URLs, video files, folders of them, or a .txt or .yaml list.", metavar="SOURCE..."),
]


@app.command()
def add(sources: Sources = None, data: Data = None) -> None:
    """Put videos on the list of sources, without processing them.

    The list is `sources.yaml` in the data folder: it can be edited by hand. A video that is on it already is not
    added again, under whatever name or spelling of its URL.
    """
    from framecurate_assets.dagster_home import open_instance
    from framecurate_assets.pipeline import register_videos
    from framecurate_assets.terminal import messages

    if not sources:
        raise FramecurateError("No source is given", "Name a URL, a video file, a folder, or a list")
    folder = _folder(data)
    fresh, known, refused = _add(folder, sources)
    with open_instance(folder) as instance:
        register_videos(instance, [*known, *fresh])
    for source in fresh:
        messages.print(f"added {source.video_id}: {source.source}", soft_wrap=True)
    messages.print(f"{len(fresh)} added; `framecurate run` processes them.")
    raise typer.Exit(WRONG_USE if refused else 0)


@app.command()
def run(sources: Sources = None, data: Data = None) -> None:
    """Add the given videos, then bring every asset up to date.

    Only what is missing or stale is made; running it again, also after a crash, is always safe. Without a SOURCE
    it works on the videos that were added before. One bad video never stops the others: it is refused or fails
    with a reason, which stands below the table at the end.

    Exit code: 0 all went as it should (refused and failed videos included), 1 the machine or the program failed,
    2 a SOURCE or the policy is wrong, 3 an asset check failed.
    """
    folder = _folder(data)
    refused = _add(folder, sources)[2] if sources else []
    outcome = _bring_up_to_date(folder)
    for reason in refused:
        # Again, since by now it has scrolled away.
        _print_error(reason)
    raise typer.Exit(WRONG_USE if refused else _exit_code(outcome, folder))


@app.command()
def status(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: everything, as JSON.")] = False,
) -> None:
    """Show the videos, the people, and what of the budget is spent."""
    from dataclasses import asdict

    from framecurate_assets.summary import summarise
    from framecurate_assets.terminal import out

    folder = _folder(data)
    if as_json:
        out.print_json(json.dumps(asdict(summarise(folder)), default=str))
    else:
        _print_summary(folder)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="For example: SELECT * FROM videos")],
    data: Data = None,
    output: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
) -> None:
    """Ask the lake a question in DuckDB's SQL.

    Tables: raw_videos, sampled_frames, detected_faces, face_candidates, identity_clusters, person_selections.
    Views: videos, persons, face_rejections. Columns: docs/tables.md, or `DESCRIBE raw_videos`.
    """
    from framecurate_assets.sql import FORMATS, ask

    if output not in FORMATS:
        raise FramecurateError(f"--format {output} is unknown", f"Choose one of {', '.join(FORMATS)}")
    sys.stdout.write(ask(_folder(data), query, output))


@app.command()
def ui(
    data: Data = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Start Dagster's webserver and daemon on this project; Ctrl-C stops them."""
    from framecurate_assets.dagster_home import PROJECT, open_instance
    from framecurate_assets.pipeline import register_videos
    from framecurate_assets.terminal import messages
    from framecurate_assets.video.source_list import read_sources

    folder = _folder(data)
    with open_instance(folder) as instance:
        register_videos(instance, read_sources(folder.sources_file).sources)
    messages.print(f"Dagster on http://{host}:{port} in some seconds; data folder {folder.root}", soft_wrap=True)
    command = ["dagster", "dev", "-w", str(PROJECT / "workspace.yaml"), "-h", host, "-p", str(port)]
    os.environ[ENVIRONMENT_VARIABLE] = str(folder.root)
    # Dagster advises its newer command `dg dev`, which does not know workspace.yaml.
    os.environ["PYTHONWARNINGS"] = "ignore"
    # Beside its settings, and not beside the project's template of them, which Dagster would warn of.
    os.chdir(folder.dagster_home)
    os.execv(sys.executable, [sys.executable, "-m", *command])


@app.command()
def demo(data: Data = None) -> None:
    """Make clips from the faces that installed packages carry, and turn them into a dataset.

    Three clips of 720p, and one of 480p that must be refused. Default data folder: `demo` inside the data folder.
    """
    from framecurate_assets.demo.clips import make_clips
    from framecurate_assets.terminal import ProgressBars, messages

    folder = DataFolder(data.absolute()) if data else DataFolder(DataFolder.from_environment().root / "demo")
    clips = make_clips(folder.root / "clips", ProgressBars())
    _add(folder, [str(clip) for clip in clips])
    outcome = _bring_up_to_date(folder)
    here = Path.cwd()
    place = folder.root.relative_to(here) if folder.root.is_relative_to(here) else folder.root
    messages.print(
        f"\nPictures   {place}/dataset/\n"
        f"Sheets     {place}/sheets/\n"
        f"Browser    {sys.argv[0]} ui --data {place}\n"
        f"Questions  {sys.argv[0]} sql --data {place} 'SELECT * FROM persons'",
        soft_wrap=True,
    )
    raise typer.Exit(_exit_code(outcome, folder))


@app.command()
def doctor(data: Data = None) -> None:
    """Show what is installed, which engine would be used, how much disk is free, and what to do about problems."""
    from framecurate_assets.doctor import examine
    from framecurate_assets.terminal import out, table

    findings = examine(_folder(data))
    out.print(table("framecurate doctor", [vars(finding) for finding in findings], _DOCTOR_COLUMNS))
    raise typer.Exit(FAILED if any(finding.remedy for finding in findings) else 0)


@models.command("fetch")
def models_fetch(
    name: Annotated[str, typer.Argument(help="Name of an insightface model pack.")] = "buffalo_l", data: Data = None
) -> None:
    """Fetch weights for the insightface engine once, check them, and use them offline from then on."""
    from framecurate_assets.faces.model_pack_download import fetch_model_pack
    from framecurate_assets.terminal import messages

    place = fetch_model_pack(_folder(data).models, name, lambda text: messages.print(text, soft_wrap=True))
    messages.print(f"{name} is in {place}", soft_wrap=True)


@models.command("list")
def models_list(data: Data = None) -> None:
    """List the engines, whether their weights are here, and the licence of each."""
    from framecurate_assets.faces.engines import describe_engines
    from framecurate_assets.terminal import out, table

    columns = {"engine": "engine", "here": "weights", "licence": "licence of the weights"}
    out.print(table("Face engines", describe_engines(_folder(data).models), columns))


def main() -> None:
    """Run the command line; what a person can mend is one sentence, never a traceback."""
    try:
        app()
    except FramecurateError as error:
        _print_error(str(error))
        sys.exit(FAILED if isinstance(error, MachineError) else WRONG_USE)
    except OSError as error:
        if error.errno not in MACHINE_ERRORS:
            raise
        _print_error(str(machine_error(error)))
        sys.exit(FAILED)


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
    "faces": "candidates",
    "videos": "videos",
    "high_quality": "high quality",
    "temporal_sequence": "temporal",
    "bytes": "bytes",
}
_DOCTOR_COLUMNS = {"subject": "what", "state": "state", "remedy": "what to do"}


def _print_error(sentence: str) -> None:
    from rich.text import Text

    from framecurate_assets.terminal import messages

    messages.print(Text.assemble(("error ", "red"), sentence), soft_wrap=True)


def _folder(data: Path | None) -> DataFolder:
    return DataFolder(data.absolute()) if data else DataFolder.from_environment()


def _add(folder: DataFolder, arguments: list[str]) -> "tuple[list[Source], list[Source], list[str]]":
    """Sources that are new on the list, those that were on it, and why others are none."""
    from framecurate_assets.video.source_list import add_sources, expand, identify_all

    sources: list[Source] = []
    refused: list[str] = []
    for argument in arguments:
        try:
            listed = identify_all(expand(argument))
        except FramecurateError as error:
            refused.append(str(error))
            continue
        sources += listed.sources
        refused += [entry.reason for entry in listed.unidentified]
    for reason in refused:
        _print_error(reason)
    fresh = add_sources(folder.sources_file, sources)
    fresh_ids = {source.video_id for source in fresh}
    return fresh, [source for source in sources if source.video_id not in fresh_ids], refused


def _bring_up_to_date(folder: DataFolder) -> "Outcome":
    from framecurate_assets.terminal import ProgressBars, messages
    from framecurate_assets.video.source_list import read_sources

    listed = read_sources(folder.sources_file)
    for entry in listed.unidentified:
        _print_error(entry.reason)
    if not listed.sources:
        raise FramecurateError(f"There is no video in {folder.sources_file}", "Name some: framecurate run VIDEO...")
    messages.print("[dim]Starting ...[/dim]")
    from framecurate_assets.pipeline import bring_up_to_date

    outcome = bring_up_to_date(folder, listed.sources, ProgressBars())
    if not outcome.runs:
        messages.print("Everything was up to date.")
    _print_summary(folder)
    for name, description in outcome.failed_checks.items():
        messages.print(f"[red]check failed[/red] {name}: {description}", soft_wrap=True)
    return outcome


def _exit_code(outcome: "Outcome", folder: DataFolder) -> int:
    from framecurate_assets.summary import summarise

    if outcome.failed_checks:
        return CHECK_FAILED
    return FAILED if any(video["unexpected"] for video in summarise(folder).videos) else 0


def _print_summary(folder: DataFolder) -> None:
    from rich.text import Text

    from framecurate_assets.policy import read_policy
    from framecurate_assets.summary import budget_lines, summarise
    from framecurate_assets.terminal import out, table

    summary = summarise(folder)
    out.print()
    out.print(table("Videos", summary.videos, _VIDEO_COLUMNS))
    out.print()
    for video in summary.videos:
        if video["status"] != "ready":
            out.print(Text(f"{video['status']}  {video['name']}: {video['reason']}"), soft_wrap=True)
    out.print()
    out.print(table("People", summary.people, _PEOPLE_COLUMNS))
    out.print()
    if summary.refusals:
        refusals: list[dict[str, Any]] = summary.refusals
        out.print(
            "Faces refused for (docs/policy.md says what each word means): "
            + ", ".join(f"{row['reason']} {row['faces']}" for row in refusals)
        )
    out.print(f"Engine: {summary.engine or 'none yet'}")
    out.print("Budget: " + "; ".join(budget_lines(summary, read_policy(folder.policy_file))))
