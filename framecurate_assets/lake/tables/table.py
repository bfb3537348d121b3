"""What a table and its columns are."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

FLOATS = pl.List(pl.Float32())
TIMESTAMP = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: pl.DataType
    """The Polars type; what Parquet and DuckDB see follows from it."""
    description: str


@dataclass(frozen=True)
class Table:
    """One table of the lake: what the asset of the same name writes."""

    name: str
    key: str
    """The column that identifies a row, and that rows are sorted by where time gives no order."""
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, in the order in which they are stored."""
        return {column.name: column.dtype for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """The table without rows."""
        return pl.DataFrame(schema=self.schema)

    def from_rows(self, rows: list[dict[str, object]]) -> pl.DataFrame:
        """Rows as dictionaries with exactly this table's columns -> the table.

        Raises:
            ValueError: a row has a column too many or too few.
        """
        for row in rows:
            if row.keys() != self.schema.keys():
                difference = sorted(row.keys() ^ self.schema.keys())
                raise ValueError(f"a row of {self.name} has other columns than the table: {', '.join(difference)}")
        return pl.DataFrame(rows, schema=self.schema)

    def completed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What an earlier version stored, with this version's columns: those that it did not know are null."""
        return frame.with_columns(
            [pl.lit(None, dtype).alias(name) for name, dtype in self.schema.items() if name not in frame.columns]
        )

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with this table's columns in this table's order and types; others are dropped.

        Raises:
            polars.exceptions.ColumnNotFoundError: a column is missing.
            polars.exceptions.InvalidOperationError: a value does not fit its type.
        """
        if list(frame.schema.items()) == list(self.schema.items()):
            return frame
        return frame.select([pl.col(name).cast(dtype) for name, dtype in self.schema.items()])


def column(name: str, dtype: pl.DataType | type[pl.DataType], description: str) -> Column:
    """A column; a Polars type may be given as its class."""
    return Column(name, dtype() if isinstance(dtype, type) else dtype, description)
