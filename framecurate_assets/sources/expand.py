"""What an argument of `framecurate add` stands for: a file, a URL, a folder, a list, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.entries import FORM, Entry
from framecurate_assets.sources.entry_files import read_text, read_typed, read_yaml
from framecurate_assets.sources.folders import PICTURE_ENDINGS, VIDEO_ENDINGS, folders_of_pictures_in, videos_in
from framecurate_assets.sources.source import picture_set_id

STANDARD_INPUT = "-"


def expand(argument: str) -> list[Entry]:
    """The entries that an argument stands for.

    A folder stands for each video in it and its folders, by ending and in the order of their paths, and for one set
    of pictures for each of these folders in which pictures lie; a .txt file for its lines (# starts a comment); a
    .yaml or .yml file for its entries; - for what standard input has, in either form; anything else for itself.
    Paths in a list are relative to the list.

    Raises:
        FramecurateError: the folder has neither videos nor pictures, the list no entry, or the YAML list is faulty.
    """
    path = Path(argument).expanduser()
    if argument.strip() and path.is_dir():
        entries = _of_folder(path)
        endings = " ".join((*VIDEO_ENDINGS, *PICTURE_ENDINGS))
        missing = f"{argument} has no file that ends like a video or picture", f"Known endings are {endings}"
    elif argument == STANDARD_INPUT:
        entries = read_typed(sys.stdin.read())
        missing = "Standard input names no source", "Write one path or URL a line, or YAML"
    elif path.suffix.lower() == ".txt" and path.is_file():
        entries = read_text(path)
        missing = f"{argument} names no source", "Write one path or URL a line"
    elif path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        entries = read_yaml(path)
        missing = f"{argument} names no source", FORM
    else:
        return [Entry(source=argument)]
    if not entries:
        raise FramecurateError(*missing)
    return entries


def _of_folder(folder: Path) -> list[Entry]:
    videos = [Entry(source=str(video)) for video in videos_in(folder)]
    pictures = [place.resolve() for place in folders_of_pictures_in(folder)]
    return [*videos, *(Entry(source=str(place), video_id=picture_set_id(place)) for place in pictures)]
