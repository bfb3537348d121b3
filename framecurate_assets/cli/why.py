"""`why`: the way of one thing through the pipeline."""

# Typer reads the annotations of each command.

import json
from typing import TYPE_CHECKING, Annotated

import typer

from framecurate_assets.cli.shared import Data, data_folder

if TYPE_CHECKING:
    from framecurate_assets.why.answer import Step

_STYLES = {
    "failed": "red",
    "refused": "red",
    "left out": "yellow",
    "stale": "yellow",
    "passed": "green",
    "chosen": "green",
    "candidate": "green",
    "ready": "green",
}


def why(
    what: Annotated[
        str,
        typer.Argument(
            help="A face, frame, video or person id; the URL or path of a source; a picture of the data folder.",
            metavar="FACE_ID|FRAME_ID|VIDEO_ID",
        ),
    ],
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: everything, as JSON.")] = False,
) -> None:
    """Tell why something is in the dataset or not: its way, stage by stage, until where it ended.

    Of a face every rule with its value and threshold, whose it is, and which chosen face stood against it; of a frame
    whether it was sampled, and what instead; of a video how far it came, and by how little its faces missed.
    Thresholds are those of today's policy. docs/why.md explains the words.

    Exit code: 0 there is an answer, 2 there is no such thing.
    """
    from dataclasses import asdict

    from rich.text import Text

    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.policy import read_policy
    from framecurate_assets.terminal import out
    from framecurate_assets.why.ask import explain

    folder = data_folder(data)
    answer = explain(what, Lake(folder), read_policy(folder.policy_file))
    if as_json:
        out.print_json(json.dumps(asdict(answer), default=str))
        return
    out.print(Text.assemble((answer.id, "bold"), f": {answer.ended}"), soft_wrap=True)
    if len(answer.steps) > 1:
        out.print()
        _print_steps(answer.steps)


def _print_steps(steps: "tuple[Step, ...]") -> None:
    """A line a step; the name of a stage stands once."""
    from rich.text import Text

    from framecurate_assets.terminal import out

    width = max(len(step.stage) for step in steps)
    outcomes = max(len(step.outcome) for step in steps)
    above = ""
    for step in steps:
        stage = "" if step.stage == above else step.stage
        about = f"{step.subject}: " if step.subject and step.subject not in step.sentence else ""
        line = Text(f"{stage:{width}}  ", style="bold")
        line.append(f"{step.outcome:{outcomes}}  ", style=_STYLES.get(step.outcome, "not bold"))
        line.append(f"{about}{step.sentence}", style="not bold")
        out.print(line, soft_wrap=True)
        above = step.stage
