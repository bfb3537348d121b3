"""`add` and `sources`: which videos to ingest, and how each stands."""

# Typer reads the annotations of each command.

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from framecurate_assets.cli.shared import WRONG_USE, Data, Sources, data_folder, print_error
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder

if TYPE_CHECKING:
    from framecurate_assets.sources.adding import Added, Wishes
    from framecurate_assets.sources.source import Source

_COLUMNS = {
    "shown": "source",
    "id": "id",
    "kind": "kind",
    "label": "label",
    "state": "state",
    "last": "last attempt",
    "next": "next attempt",
}


def add(
    sources: Sources = None,
    data: Data = None,
    as_lists: Annotated[
        bool, typer.Option("--list", help="The URLs are playlists, channels or feeds: their videos are taken.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(help="Of each list, the videos in its first places, this many.", metavar="N")
    ] = None,
    label: Annotated[str | None, typer.Option(help="What they show: an emotion, a name.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence under which they may be used.")] = None,
    notes: Annotated[str | None, typer.Option(help="Anything else.")] = None,
    clip_start: Annotated[
        str | None, typer.Option(help="Nothing before this is sampled: seconds, or 1:30.", metavar="TIME")
    ] = None,
    clip_end: Annotated[
        str | None, typer.Option(help="Nothing after this is sampled: seconds, or 1:30.", metavar="TIME")
    ] = None,
    allow_forgotten: Annotated[
        bool, typer.Option("--allow-forgotten", help="Take in again what `framecurate forget` erased.")
    ] = False,
) -> None:
    """Put videos on the list of sources, without processing them.

    The list is `sources.yaml` in the data folder: it can be edited by hand. A video that is on it already is not
    added again, under whatever name or spelling of its URL. The options hold for all that is named at once; what a
    .yaml list says of an entry comes first. A SOURCE - stands for standard input.
    """
    from framecurate_assets.dagster_serving import is_served
    from framecurate_assets.sources.adding import Wishes
    from framecurate_assets.terminal import messages

    if not sources:
        raise FramecurateError("No source is given", "Name a URL, a video file, a folder, or a list")
    remarks = {"limit": limit, "label": label, "licence": licence, "notes": notes}
    values = {**remarks, "clip_start": clip_start, "clip_end": clip_end}
    wishes = Wishes(as_lists, allow_forgotten, {key: value for key, value in values.items() if value is not None})
    folder = data_folder(data)
    added = add_to_list(folder, sources, wishes)
    if is_served(folder):
        _show(folder, [*added.known, *added.fresh])
    for source in added.fresh:
        messages.print(f"added {source.video_id}: {source.source}", soft_wrap=True)
    for known in added.known:
        messages.print(f"on the list already: {known.video_id}: {known.source}", soft_wrap=True)
    for known_list in added.known_lists:
        messages.print(f"on the list already: {known_list.list_id}: {known_list.url}", soft_wrap=True)
    count = len(added.fresh) + len(added.fresh_lists)
    messages.print(f"{count} added; `framecurate run` processes them." if count else "Nothing was added.")
    if (added.known or added.known_lists) and wishes.values:
        messages.print(f"What is on the list is changed in {folder.sources_file}, not by adding it again.")
    raise typer.Exit(WRONG_USE if added.refused else 0)


def _show(folder: DataFolder, videos: "Sequence[Source]") -> None:
    """Let the pages that are open show the videos at once. Otherwise what starts Dagster next sees to that."""
    from framecurate_assets.assets.partitions import register_videos
    from framecurate_assets.dagster_home import open_instance

    with open_instance(folder) as instance:
        register_videos(instance, videos)


def add_to_list(folder: DataFolder, arguments: Sequence[str], wishes: "Wishes | None" = None) -> "Added":
    """Put on the list what the arguments stand for, and say which are lists and why others are refused."""
    from framecurate_assets.sources.adding import Wishes, add_all
    from framecurate_assets.terminal import messages

    added = add_all(folder, arguments, wishes or Wishes())
    for reason in added.refused:
        print_error(reason)
    for a_list in added.fresh_lists:
        named = f"the first {a_list.limit} videos of the list {a_list.url}"
        messages.print(f"added {a_list.list_id}: {named}", soft_wrap=True)
    return added


def sources(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: everything, as JSON.")] = False,
) -> None:
    """Show each source and list: its state, when it was last tried, when it is tried next, and why.

    States: ready, rejected, failed, over_budget, waiting (not tried yet), listed (a list that was read), and
    unidentified (nobody can tell which video an entry of the list means). Times are UTC.
    """
    import json
    from dataclasses import asdict

    from rich.text import Text

    from framecurate_assets.policy import read_policy
    from framecurate_assets.sources.report import report
    from framecurate_assets.terminal import out, table

    folder = data_folder(data)
    states = report(folder, read_policy(folder.policy_file).automation.list_refresh_s)
    rows = [asdict(state) for state in states]
    if as_json:
        out.print_json(json.dumps(rows, default=str))
        return
    shown = [_shown(row) for row in rows]
    used = {key: heading for key, heading in _COLUMNS.items() if any(row[key] for row in shown)}
    out.print(table("Sources", shown, used))
    for row in rows:
        if row["reason"]:
            out.print(Text(f"{row['state']}  {_shortened(row['source'])}: {row['reason']}"), soft_wrap=True)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: f"{at:%m-%d %H:%M}" if at else None for name, at in _times(row).items()}
    state = f"listed {row['videos']}" if row["state"] == "listed" else row["state"]
    return {**row, **times, "shown": _shortened(row["source"]), "state": state}


def _times(row: dict[str, Any]) -> dict[str, Any]:
    return {"last": row["last_attempt_at"], "next": row["next_attempt_at"]}


def _shortened(source: str) -> str:
    """The host of a URL, and the last part of its path; of a path only that."""
    host = urlsplit(source).netloc.rpartition("@")[2]
    parts = source.rstrip("/").split("/")
    if not host or len(parts) <= 3:
        return parts[-1]
    return f"{host}/{parts[3]}" if len(parts) == 4 else f"{host}/…/{parts[-1]}"
