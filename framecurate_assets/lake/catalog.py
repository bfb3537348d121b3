"""DuckDB over the lake: a view per table, and the views that follow from them.

DuckDB is the engine that reads, never the store: a single DuckDB file has one writer, and a person who opens
it would stop the pipeline.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from framecurate_assets.errors import MachineError
from framecurate_assets.lake.files import passing_folder
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, TABLES, Table

VIEWS = ("face_rejections", "persons", "videos")
"""Views that follow from the tables: `views/<name>.sql` each."""


def connect(
    folder: DataFolder, instead: Mapping[str, str] | None = None, names: Collection[str] | None = None
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with a view for each table of the lake, empty where nothing is stored yet.

    Args:
        folder: whose lake.
        instead: queries by name: of tables, where the view is another one than over all stored files, and of further
            views.
        names: the views that are asked for; all by default.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    _create_views(connection, folder, instead, names)
    return connection


def write_catalog(folder: DataFolder) -> Path:
    """Rebuild `catalog.duckdb`: views only, for people who open the lake with a DuckDB client.

    Raises:
        MachineError: it cannot be made, for example on a full disk.
    """
    path = folder.catalog
    with passing_folder(path) as unfinished:
        file = unfinished / path.name
        try:
            with duckdb.connect(str(file)) as connection:
                _create_views(connection, folder)
                # Closing does it too, and says nothing if the disk is full.
                connection.execute("CHECKPOINT")
        except (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException) as error:
            raise MachineError(f"{path} cannot be made: {error}", "Free some space, or make it writable") from error
        file.replace(path)
    return path


def view_query(name: str) -> str:
    """What one of `VIEWS` is."""
    return (Path(__file__).parent / "views" / f"{name}.sql").read_text(encoding="utf-8")


def _create_views(
    connection: duckdb.DuckDBPyConnection,
    folder: DataFolder,
    instead: Mapping[str, str] | None = None,
    names: Collection[str] | None = None,
) -> None:
    stored = {table.name: partial(_select, table, folder) for table in TABLES}
    derived = {name: partial(view_query, name) for name in VIEWS}
    given = {name: partial(str, query) for name, query in (instead or {}).items()}
    for name, query in {**stored, **given, **derived}.items():
        if names is None or name in names:
            connection.execute(f"CREATE VIEW {name} AS {query()}")


def _select(table: Table, folder: DataFolder) -> str:
    if table in PER_VIDEO_TABLES:
        place = folder.tables / table.name
        files, stored = (
            place / "*.parquet",
            place.is_dir() and any(file.suffix == ".parquet" for file in place.iterdir()),
        )
    else:
        files = folder.tables / f"{table.name}.parquet"
        stored = files.exists()
    types = {column.name: _sql_type(column.dtype) for column in table.columns}
    if not stored:
        nulls = [f'NULL::{kind} AS "{name}"' for name, kind in types.items()]
        return f"SELECT {', '.join(nulls)} WHERE false"
    # DuckDB need not open each file to learn the columns when it is told them. Older files may lack some.
    columns = [f"'{name}': {{name: '{name}', type: '{kind}', default_value: NULL}}" for name, kind in types.items()]
    return f"SELECT * FROM read_parquet({quoted(files)}, schema = MAP {{{', '.join(columns)}}})"


def quoted(path: Path) -> str:
    """A path as a text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _sql_type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.List):
        inner = dtype.inner
        return f"{_sql_type(inner() if isinstance(inner, type) else inner)}[]"
    return _SQL_TYPES[type(dtype)]


_SQL_TYPES: dict[type[pl.DataType], str] = {
    pl.Boolean: "BOOLEAN",
    pl.Datetime: "TIMESTAMPTZ",
    pl.Float32: "FLOAT",
    pl.Float64: "DOUBLE",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.String: "VARCHAR",
    pl.UInt64: "UBIGINT",
}
