"""`add`: which videos to ingest."""

# Typer reads the annotations of each command.

from typing import TYPE_CHECKING

import typer

from framecurate_assets.cli.shared import WRONG_USE, Data, Sources, data_folder, print_error
from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder

if TYPE_CHECKING:
    from framecurate_assets.sources.source import Source


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
    folder = data_folder(data)
    fresh, known, refused = add_to_list(folder, sources)
    with open_instance(folder) as instance:
        register_videos(instance, [*known, *fresh])
    for source in fresh:
        messages.print(f"added {source.video_id}: {source.source}", soft_wrap=True)
    messages.print(f"{len(fresh)} added; `framecurate run` processes them.")
    raise typer.Exit(WRONG_USE if refused else 0)


def add_to_list(folder: DataFolder, arguments: list[str]) -> "tuple[list[Source], list[Source], list[str]]":
    """Sources that are new on the list, those that were on it, and why others are none."""
    from framecurate_assets.sources.source_list import add_sources, expand, identify_all

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
        print_error(reason)
    fresh = add_sources(folder.sources_file, sources)
    fresh_ids = {source.video_id for source in fresh}
    return fresh, [source for source in sources if source.video_id not in fresh_ids], refused
