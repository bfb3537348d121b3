"""What a materialisation tells in the Dagster UI: rows, columns, folders, and a picture to judge by."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from framecurate_assets.lake.files import write_bytes
from framecurate_assets.lake.tables import Table
from framecurate_assets.stages import Stage

OWNER = "team:framecurate"
GROUP = "framecurate"

RUN_SIZE = 50
"""Partitions in one run of a backfill: starting a run costs seconds, a partition in it milliseconds."""


def asset_options(stage: Stage) -> dict[str, Any]:
    """What every asset's declaration says alike. One group, so that the lineage page shows all assets at once."""
    options: dict[str, Any] = {
        "group_name": GROUP,
        "owners": [OWNER],
        "code_version": stage.code_version,
        "metadata": {"dagster/column_schema": column_schema(stage.table), "dagster/table_name": stage.name},
    }
    if stage.per_video:
        options["backfill_policy"] = dg.BackfillPolicy.multi_run(RUN_SIZE)
    return options


def column_schema(table: Table) -> dg.TableSchema:
    """A table's columns for the UI's Columns panel."""
    return dg.TableSchema(
        [dg.TableColumn(column.name, str(column.dtype), description=column.description) for column in table.columns]
    )


def rows_and_files(rows: pl.DataFrame, stored: Path, *, partition: bool) -> dict[str, Any]:
    """Row count and place of what a materialisation wrote."""
    count_key = "dagster/partition_row_count" if partition else "dagster/row_count"
    return {count_key: rows.height, "dagster/uri": stored.as_uri()}


def sheet(content: bytes, stored: Path) -> dict[str, Any]:
    """A contact sheet: kept as a file, and shown in the event itself."""
    write_bytes(stored, content)
    return {"contact_sheet": picture(content), "contact_sheet_file": dg.MetadataValue.path(str(stored))}


def picture(content: bytes) -> Any:
    """A WebP picture, as a page of the UI shows it."""
    encoded = base64.b64encode(content).decode()
    return dg.MetadataValue.md(f"![contact sheet](data:image/webp;base64,{encoded})")


def folder(path: Path) -> Any:
    """A folder of the data folder."""
    return dg.MetadataValue.path(str(path))


def counts(values: Mapping[str, int]) -> Any:
    """A small table of names and counts, in the given order."""
    lines = [f"| {name} | {count} |" for name, count in values.items()]
    return dg.MetadataValue.md("\n".join(["| what | count |", "| --- | --- |", *lines]))


def seconds(steps: Mapping[str, float]) -> dict[str, Any]:
    """What each step took, as numbers that the UI draws over partitions and over time."""
    return {f"seconds: {step}": round(value, 3) for step, value in steps.items()}
