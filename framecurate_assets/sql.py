"""Questions to the lake in SQL, and their answers as text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import duckdb

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.catalog import connect
from framecurate_assets.lake.folder import DataFolder


def ask(folder: DataFolder, query: str, output: str) -> str:
    """The answer to a query over the lake's tables and views, as a table, JSON or CSV.

    Nothing that the query says can change the lake or read files outside the data folder.

    Raises:
        FramecurateError: it is no single question, or DuckDB does not understand it; the message says where.
    """
    with connect(folder) as connection:
        place = folder.root.as_posix().replace("'", "''")
        connection.execute(f"SET allowed_directories = ['{place}/']")
        connection.execute("SET enable_external_access = false")
        try:
            # DESCRIBE and SHOW are SELECT to DuckDB. EXPLAIN is not: EXPLAIN ANALYZE carries out what it explains.
            if [statement.type for statement in connection.extract_statements(query)] != [duckdb.StatementType.SELECT]:
                raise FramecurateError("The query is no single question", "Begin it with SELECT, DESCRIBE or SHOW")
            result = connection.execute(query)
            names = [column[0] for column in result.description or []]
            rows = result.fetchall()
        except duckdb.Error as error:
            # DuckDB draws an arrow under the place below its first line.
            message = str(error).strip().splitlines()[0]
            raise FramecurateError(message, "`framecurate sql 'SHOW TABLES'` lists what there is") from error
        return FORMATS[output](names, rows)


def _as_table(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> str:
    cells = [list(names), *[["" if value is None else str(value) for value in row] for row in rows]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:], f"({len(rows)} rows)"]) + "\n"


def _as_json(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> str:
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str, indent=1) + "\n"


def _as_csv(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return buffer.getvalue()


FORMATS: dict[str, Callable[[Sequence[str], Sequence[tuple[Any, ...]]], str]] = {
    "table": _as_table,
    "json": _as_json,
    "csv": _as_csv,
}
"""How an answer can be written."""
