"""What a person sees in the terminal: progress bars and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from framecurate_assets.timing import Profile

# Names and sources are printed as they are: `[b]` is no markup in them, and `:b:` no picture.
_PLAIN: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}

out = Console(**_PLAIN)
"""Results: what a script may read."""

messages = Console(stderr=True, **_PLAIN)
"""Progress and messages."""

UNBROKEN = ("person_id", "track_id", "video")
"""Ids that a person copies: other columns are narrowed first."""

STATUS_STYLE = {"ready": "green", "rejected": "yellow", "failed": "red", "over_budget": "yellow"}


class ProgressBars:
    """A bar a stage. Where the output is no terminal, a line a stage."""

    def __init__(self) -> None:
        self.profile = Profile()
        """What was made, and what it took."""

    def track(self, stage: str, items: Sequence[str]) -> Iterator[str]:
        """Yield the items, advancing the stage's bar."""
        title = stage.replace("_", " ")
        if not messages.is_terminal:
            messages.print(f"{title}: {len(items)}")
            yield from items
            return
        columns = (TextColumn("{task.description:>18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=messages) as bars:
            task = bars.add_task(title, total=len(items))
            for item in items:
                yield item
                bars.advance(task)

    def took(self, stage: str, video_id: str | None, seconds: Mapping[str, float]) -> None:
        """Remember it: `run --profile` shows it at the end."""
        self.profile.add(stage, video_id, seconds)


def table(title: str, rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> Table:
    """A table of some keys of each row, under the given headings; numbers stand to the right."""
    result = Table(title=Text(title, "bold"), title_justify="left", header_style="bold", show_edge=False)
    for key, heading in columns.items():
        is_number = any(isinstance(row[key], int | float) for row in rows)
        result.add_column(heading, justify="right" if is_number else "left", overflow="fold", no_wrap=key in UNBROKEN)
    for row in rows:
        result.add_row(*[Text(_shown(row[key]), style=STATUS_STYLE.get(str(row[key]), "")) for key in columns])
    return result


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.1f}"
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else str(value)
