"""`run` and `demo`: bringing every asset up to date, in this process."""

# Typer reads the annotations of each command.

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framecurate_assets.cli.look import print_summary
from framecurate_assets.cli.shared import (
    CHECK_FAILED,
    FAILED,
    INTERRUPTED,
    WRONG_USE,
    Data,
    Sources,
    Workers,
    data_folder,
    print_error,
    print_warning,
)
from framecurate_assets.cli.sources import add_to_list
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder

if TYPE_CHECKING:
    from framecurate_assets.pipeline import Outcome
    from framecurate_assets.sources.source_list import ListSource
    from framecurate_assets.terminal import ProgressBars
    from framecurate_assets.timing import Profile


def run(
    sources: Sources = None,
    data: Data = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try all that failed again, without waiting.")] = False,
    reference: Annotated[
        list[Path] | None,
        typer.Option(
            "--reference",
            help="A photo: this time only the person in it goes into the dataset. Repeat it for further people.",
        ),
    ] = None,
    workers: Workers = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Show at the end where the time of each video went.")
    ] = False,
) -> None:
    """Add the given videos, then bring every asset up to date.

    Only what is missing or stale is made; running it again, also after a crash, is always safe. Without a SOURCE
    it works on the videos that were added before. What failed is tried again when its time has come
    (`framecurate sources` shows when), and at once if it is named. One bad video never stops the others: it is
    refused or fails with a reason, which stands below the table at the end.

    Exit code: 0 all went as it should (refused and failed videos included), 1 the machine or the program failed,
    2 a SOURCE or the policy is wrong, 3 an asset check failed, 130 it was stopped (Ctrl-C).
    """
    from framecurate_assets.terminal import ProgressBars

    folder = data_folder(data)
    added = add_to_list(folder, sources or [])
    named = [source.video_id for source in (*added.fresh, *added.known)]
    photos = [str(photo.resolve()) for photo in reference or []]
    overrides = {"selection": {"only_like": photos}} if photos else {}
    progress = ProgressBars()
    outcome = bring_up_to_date_and_report(folder, progress, named, retry=retry, overrides=overrides, workers=workers)
    if profile:
        print_profile(progress.profile)
    for reason in added.refused:
        # Again, since by now it has scrolled away.
        print_error(reason)
    raise typer.Exit(WRONG_USE if added.refused else exit_code(outcome, folder))


def demo(data: Data = None, workers: Workers = None) -> None:
    """Make clips from the faces that installed packages carry, and turn them into a dataset.

    Three clips of 720p, and one of 480p that must be refused. Default data folder: `demo` inside the data folder.
    """
    from framecurate_assets.demo.clips import make_clips
    from framecurate_assets.terminal import ProgressBars, messages

    folder = DataFolder(data.resolve()) if data else DataFolder(DataFolder.from_environment().root / "demo")
    progress = ProgressBars()
    clips = make_clips(folder.root / "clips", progress)
    add_to_list(folder, [str(clip) for clip in clips])
    outcome = bring_up_to_date_and_report(folder, progress, workers=workers)
    here = Path.cwd()
    place = folder.root.relative_to(here) if folder.root.is_relative_to(here) else folder.root
    messages.print(
        f"\nPictures   {place}/dataset/\n"
        f"Sheets     {place}/sheets/\n"
        f"Browser    {sys.argv[0]} ui --data {place}\n"
        f"Questions  {sys.argv[0]} sql --data {place} 'SELECT * FROM persons'",
        soft_wrap=True,
    )
    raise typer.Exit(exit_code(outcome, folder))


def bring_up_to_date_and_report(
    folder: DataFolder,
    progress: "ProgressBars",
    named: Sequence[str] = (),
    *,
    retry: bool = False,
    overrides: Mapping[str, Any] | None = None,
    workers: int | None = None,
) -> "Outcome":
    """Make what is missing or stale of the listed sources, then print how everything stands.

    Args:
        folder: the data folder.
        progress: shows how far each stage has come.
        named: ids of the videos that failed and are to be tried at once.
        retry: try all that failed at once.
        overrides: sections of the policy with what differs in this run.
        workers: processes that decode and run models; None: as many as fit.
    """
    from framecurate_assets.sources.listings import all_sources
    from framecurate_assets.terminal import messages

    listed = all_sources(folder)
    if listed.lists:
        _read_lists(listed.lists, folder)
        listed = all_sources(folder)
    for entry in listed.unidentified:
        print_error(entry.reason)
    if not listed.sources:
        raise FramecurateError(f"There is no video in {folder.sources_file}", "Name some: framecurate run VIDEO...")
    messages.print("Starting ...", style="dim")
    from framecurate_assets.pipeline import bring_up_to_date

    at_once = [source.video_id for source in listed.sources] if retry else named
    started = time.monotonic()
    try:
        outcome = bring_up_to_date(folder, listed.sources, progress, frozenset(at_once), overrides, workers)
    except KeyboardInterrupt:
        print_error("Stopped. What is done stays: the same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from None
    progress.profile.wall_s = time.monotonic() - started
    if not outcome.runs:
        messages.print("Everything was up to date.")
    if outcome.pruned.videos or outcome.pruned.frames:
        messages.print(f"Removed as `retention` asks: {outcome.pruned.videos} videos, {outcome.pruned.frames} frames.")
    print_summary(folder)
    for name, description in outcome.failed_checks.items():
        print_warning("check failed", f"{name}: {description}")
    return outcome


def print_profile(profile: "Profile") -> None:
    """Seconds by video and stage, and by step, on standard output."""
    from framecurate_assets.stages import PER_VIDEO
    from framecurate_assets.terminal import out, table

    out.print()
    if not profile.entries:
        out.print("Nothing was made, so there is no profile.")
        return
    stages = {stage.name: stage.name.replace("_", " ") for stage in PER_VIDEO}
    videos = [{**dict.fromkeys(stages), **video} for video in profile.by_video()]
    out.print(table("Seconds of work by video", videos, {"video": "video", **stages, "sum": "sum"}))
    out.print()
    steps = [{**row, "stage": row["stage"].replace("_", " ")} for row in profile.by_step()]
    columns = {"stage": "stage", "step": "step", "seconds": "seconds", "share": "% of these"}
    out.print(table("Seconds of work by step, all videos", steps, columns))
    out.print(
        f"The run took {profile.wall_s:.1f} s; workers' seconds are added up, and starting, checks and Dagster's own "
        "work are in no row.",
        soft_wrap=True,
    )


def _read_lists(lists: "Sequence[ListSource]", folder: DataFolder) -> None:
    from framecurate_assets.intake.lists import read_due_lists
    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.policy import read_policy

    for problem in read_due_lists(Lake(folder), read_policy(folder.policy_file), lists):
        print_error(problem)


def exit_code(outcome: "Outcome", folder: DataFolder) -> int:
    """What a run ends with: see the package."""
    from framecurate_assets.lake import tables
    from framecurate_assets.lake.lake import Lake

    if outcome.failed_checks:
        return CHECK_FAILED
    return FAILED if Lake(folder).read_all(tables.VIDEO_SETBACKS)["unexpected"].any() else 0
