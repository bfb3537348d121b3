"""DuckDB over the lake: a view per table, and the views that follow from them.

DuckDB is the engine that reads, never the store: a single DuckDB file has one writer, and a person who opens
it would stop the pipeline.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from framecurate_assets.errors import MachineError
from framecurate_assets.lake.files import passing_folder
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, TABLES, Table

VIEWS = ("face_rejections", "persons", "videos")
"""Views that follow from the tables: `views/<name>.sql` each."""


def connect(folder: DataFolder) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB with a view for each table of the lake, empty where nothing is stored yet."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    _create_views(connection, folder)
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


def _create_views(connection: duckdb.DuckDBPyConnection, folder: DataFolder) -> None:
    for table in TABLES:
        connection.execute(f"CREATE VIEW {table.name} AS {_select(table, folder)}")
    for name in VIEWS:
        query = (Path(__file__).parent / "views" / f"{name}.sql").read_text(encoding="utf-8")
        connection.execute(f"CREATE VIEW {name} AS {query}")


def _select(table: Table, folder: DataFolder) -> str:
    if table in PER_VIDEO_TABLES:
        place = folder.tables / table.name
        files, stored = place / "*.parquet", any(place.glob("*.parquet"))
    else:
        files = folder.tables / f"{table.name}.parquet"
        stored = files.exists()
    columns = ", ".join(f'NULL::{_sql_type(column.dtype)} AS "{column.name}"' for column in table.columns)
    nothing = f"SELECT {columns} WHERE false"
    if not stored:
        return nothing
    # What an earlier version stored lacks columns of this one.
    quoted = str(files).replace("'", "''")
    return f"{nothing} UNION ALL BY NAME SELECT * FROM read_parquet('{quoted}', union_by_name = true)"


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
