"""`forget`: erasing a video or a person."""

# Typer reads the annotations of each command.

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framecurate_assets.cli.shared import CHECK_FAILED, Data, data_folder, print_warning
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder

if TYPE_CHECKING:
    from framecurate_assets.erasure.inventory import Holdings
    from framecurate_assets.erasure.plan import Plan
    from framecurate_assets.erasure.target import Target
    from framecurate_assets.forget import Proposal
    from framecurate_assets.lake.lake import Lake


def forget(
    what: Annotated[str, typer.Argument(help="A video id, a URL, the path of a source, or person_NNNN.")],
    data: Data = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="For scripts: do not ask.")] = False,
) -> None:
    """Erase every file and row of a video or a person, for good, and never take it in again.

    With a person goes every frame that shows them, and the video file with it; what such a video shows of others
    stays. What was made over the whole lake is made again. docs/consent.md says what this does, and what it cannot.

    Exit code: 0 nothing of it is left, 1 the machine failed (give the same command again: it goes on), 2 there is
    nothing of the kind or no confirmation, 3 a check found something that is left, or failed otherwise.
    """
    from framecurate_assets.erasure.plan import interrupted
    from framecurate_assets.erasure.target import is_known, what_is_meant
    from framecurate_assets.forget import propose
    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.terminal import messages

    folder = data_folder(data)
    lake = Lake(folder)
    unfinished = interrupted(folder)
    if unfinished and not dry_run:
        messages.print("An erasure that was interrupted is finished first.")
        _erase(unfinished, folder)
    target = what_is_meant(what, lake)
    if not is_known(target, lake):
        _say_that_nothing_is_there(target, lake)
        return
    proposal = propose(target, folder)
    _show(proposal, target, folder)
    if dry_run:
        messages.print("Nothing was erased: this was a dry run.")
        return
    if not yes:
        _ask()
    _erase(proposal.plan, folder)


def _say_that_nothing_is_there(target: "Target", lake: "Lake") -> None:
    from framecurate_assets.lake.forgotten import forgotten_at
    from framecurate_assets.terminal import messages

    when = forgotten_at(lake, target.kind, target.id)
    if when is None:
        raise FramecurateError(
            f"There is no {target.kind} {target.id} in {lake.folder.root}", "`framecurate status` lists what there is"
        )
    messages.print(f"{target.id} was erased on {when:%Y-%m-%d}.")
    _prove(lake.folder)


def _show(proposal: "Proposal", target: "Target", folder: DataFolder) -> None:
    from framecurate_assets.erasure.inventory import going, left_alone, others_in
    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.terminal import messages, out, table

    plan = proposal.plan
    rows = [_row(place, held) for place, held in going(plan, folder).items()]
    out.print(table(f"Of {target.id}", rows, {"place": "what", "count": "rows or files", "bytes": "bytes"}))
    out.print()
    for video_id in plan.videos:
        why = ": every frame of it shows them" if plan.persons else ""
        messages.print(f"{video_id} goes as a whole{why}; it is never taken in again.", soft_wrap=True)
    for video_id, video in plan.sealed.items():
        messages.print(
            f"{video_id} loses {len(video.frame_ids)} frames with {len(video.face_ids)} faces, and its file; what is "
            "left of it stays, and it is never fetched or sampled again.",
            soft_wrap=True,
        )
    for person_id, (lost, had) in others_in(plan, Lake(folder)).items():
        messages.print(f"{person_id} loses {lost} of {had} faces with it.", soft_wrap=True)
    for video_id, faces in proposal.alike_elsewhere.items():
        messages.print(
            f"{faces} faces in {video_id} look alike and are nobody's; they stay. Look at them, and forget that video "
            "if need be.",
            soft_wrap=True,
        )
    for path in left_alone(plan, folder):
        messages.print(
            f"Yours, and left alone: {path}. Remove it, or its line, by hand if it is to go.", soft_wrap=True
        )


def _ask() -> None:
    from framecurate_assets.terminal import messages

    if not sys.stdin.isatty():
        raise FramecurateError("Nothing was erased: there is no terminal to ask on", "Give --yes to erase")
    messages.print("This cannot be undone. Type yes to erase: ", end="")
    if sys.stdin.readline().strip() != "yes":
        raise FramecurateError("Nothing was erased: the answer was not yes")


def _erase(plan: "Plan", folder: DataFolder) -> None:
    from framecurate_assets.erasure.inventory import holdings
    from framecurate_assets.forget import carry_out
    from framecurate_assets.terminal import ProgressBars, out, table

    before = holdings(folder)
    outcome = carry_out(plan, folder, ProgressBars())
    after = holdings(folder)
    rows = [{**_row(place, held), "after": after[place].count} for place, held in before.items()]
    columns = {"place": "what", "count": "before", "after": "after"}
    out.print(table("Rows and files", [row for row in rows if row["count"] or row["after"]], columns))
    out.print()
    for name, description in outcome.failed_checks.items():
        print_warning("check failed", f"{name}: {description}")
    _prove(folder)
    if outcome.failed_checks:
        raise typer.Exit(CHECK_FAILED)


def _prove(folder: DataFolder) -> None:
    from framecurate_assets.forget import PROOF, what_is_left
    from framecurate_assets.terminal import messages

    left = what_is_left(folder)
    for place in left:
        print_warning("left", place)
    messages.print(f"{PROOF}: {'failed' if left else 'passed'}.")
    if left:
        raise typer.Exit(CHECK_FAILED)


def _row(place: str, held: "Holdings") -> dict[str, Any]:
    return {"place": place, "count": held.count, "bytes": held.bytes}
