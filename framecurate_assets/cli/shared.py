"""What the commands share: the arguments that several take, exit codes, and how an error is printed."""

# Typer reads the annotations of each command.

from pathlib import Path
from typing import Annotated

import typer

from framecurate_assets.lake.folder import DataFolder

FAILED, WRONG_USE, CHECK_FAILED = 1, 2, 3
INTERRUPTED = 130
"""What shells give a program that Ctrl-C ended."""

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

Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="Processes that decode and run models. Default: the environment variable FRAMECURATE_WORKERS, or one for "
        "each core.",
        metavar="N",
    ),
]


def data_folder(data: Path | None) -> DataFolder:
    """The folder that was asked for, or the usual one."""
    return DataFolder(data.resolve()) if data else DataFolder.from_environment()


def print_error(sentence: str) -> None:
    """What went wrong, on standard error."""
    print_warning("error", sentence)


def print_warning(word: str, sentence: str) -> None:
    """One red word and a sentence, on standard error."""
    from rich.text import Text

    from framecurate_assets.terminal import messages

    messages.print(Text.assemble((f"{word} ", "red"), sentence), soft_wrap=True)
