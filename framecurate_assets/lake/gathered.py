"""DuckDB over what some known questions ask for: many of them at once, each file of the lake opened only once.

In a lake of a thousand videos opening files is most of what a question costs, and a question over all videos opens one
for each. So the columns that the questions name are brought together first, in a folder that passes.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl

from framecurate_assets.errors import MACHINE_ERRORS
from framecurate_assets.lake.catalog import VIEWS, connect, quoted, view_query
from framecurate_assets.lake.files import passing_folder
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, Table

STORED = ("videos", "frames", "faces", "sequences", "dataset")
"""Folders of the data folder whose files a question may ask for, as `stored_<folder>`."""

_WORD = re.compile(r"\w+")
_FILES = {"path": pl.String(), "size": pl.Int64(), "links": pl.Int64()}


@contextmanager
def connect_for(folder: DataFolder, queries: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that answers these queries as the lake stands now.

    It has the tables and views of `catalog.connect`, of the tables by video with no other columns than the queries
    name (so `*` gives only those), and besides for each folder of `STORED` a view of all files below it: `path` as
    tables carry it, `size` in bytes, and `links`, the number of names that the file has.
    """
    named = [_named(query) for query in queries]
    words = set().union(*named)
    parts = {
        **{table.name: partial(_rows, Lake(folder), table, named) for table in PER_VIDEO_TABLES if table.name in words},
        **{f"stored_{name}": partial(_files, folder, name) for name in STORED if f"stored_{name}" in words},
    }
    with ExitStack() as stack:
        files = _gathered(parts, folder, stack)
        instead = {name: f"FROM read_parquet({quoted(file)})" for name, file in files.items()}
        yield stack.enter_context(connect(folder, instead, words))


def _gathered(parts: Mapping[str, Callable[[], pl.DataFrame]], folder: DataFolder, stack: ExitStack) -> dict[str, Path]:
    """Each part as a file, as long as the stack lasts.

    In the data folder, where the next one removes what is left of a process that was killed; elsewhere if there is no
    room or no right: how a full disk stands is what somebody may want to ask.
    """
    if folder.root.is_dir():
        try:
            return _written(parts, stack.enter_context(passing_folder(folder.questions)))
        except OSError as error:
            if error.errno not in MACHINE_ERRORS:
                raise
            stack.close()
    return _written(parts, Path(stack.enter_context(TemporaryDirectory())))


def _written(parts: Mapping[str, Callable[[], pl.DataFrame]], place: Path) -> dict[str, Path]:
    files = {name: place / f"{name}.parquet" for name in parts}
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda name: _write(parts[name](), files[name]), parts))
    return files


def _named(query: str) -> set[str]:
    """Every word of a query, and of the views that it names: its tables and columns are among them."""
    words = set(_WORD.findall(query))
    for name in VIEWS:
        if name in words:
            words.update(_WORD.findall(view_query(name)))
    return words


def _rows(lake: Lake, table: Table, named: Sequence[set[str]]) -> pl.DataFrame:
    columns = {table.key}.union(*(words.intersection(table.schema) for words in named if table.name in words))
    return lake.read_all(table, columns=columns)


def _files(folder: DataFolder, name: str) -> pl.DataFrame:
    prefix = len(str(folder.root)) + 1
    found = [(path[prefix:], stat.st_size, stat.st_nlink) for path, stat in files_below(folder.root / name)]
    return pl.DataFrame(found, schema=_FILES, orient="row")


def files_below(place: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every file below a folder, unfinished ones too, and what the system says of it; none if it is not there."""
    # Another process may remove one meanwhile.
    with suppress(FileNotFoundError), os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from files_below(Path(entry.path))
            else:
                with suppress(FileNotFoundError):
                    # A name that is no text is none that a table carries.
                    yield entry.path.encode(errors="replace").decode(), entry.stat()


def _write(rows: pl.DataFrame, file: Path) -> None:
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="uncompressed", statistics=False)
    file.write_bytes(buffer.getbuffer())
