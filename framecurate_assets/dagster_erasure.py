"""Taking what was erased out of Dagster's history: its SQLite files, and the logs beside them.

Events that mention an affected video or an erased person go, and so do those that show a picture of the assets over
the whole lake or of their checks, which may be one of anybody; the events of other videos stay. In the other tables
(runs and their tags, ticks, cursors) another word takes the place of the name. A file that was changed is written
anew, so that none of its former bytes is left in it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg

from framecurate_assets.assets.describe import rows_and_files
from framecurate_assets.assets.partitions import videos
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.erasure.mentions import Mentions
from framecurate_assets.erasure.plan import Plan
from framecurate_assets.errors import MachineError
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.stages import PER_VIDEO, WHOLE_LAKE

BUSY_SECONDS = 30.0
"""How long another process, such as the daemon, may keep a file to itself."""

DATABASE_ENDINGS = (".db", ".db-wal", ".db-shm", ".db-journal")
"""SQLite's file, and what it keeps beside it while it is in use."""

PICTURED = tuple(step for stage in WHOLE_LAKE for step in (stage.name, f"{stage.name}_checks"))
"""Steps whose pictures show people of the whole lake."""

PICTURE = "data:image/webp"
"""How every picture in an event begins."""


def erase_from_history(plan: Plan, folder: DataFolder) -> None:
    """Leave no trace of what a plan names in Dagster's folder. Works while the web pages and the daemon run.

    Videos that keep rows are reported as materialised again, with what they have now.

    Raises:
        MachineError: another process keeps a file locked.
    """
    home = folder.dagster_home
    with open_instance(folder) as instance:
        for video_id in plan.videos:
            instance.delete_dynamic_partition(str(videos.name), video_id)
    mentions = Mentions.of(plan)
    for path in sorted(home.rglob("*.db")):
        try:
            _erase_from_database(path, mentions)
        except sqlite3.OperationalError as error:
            raise MachineError(
                f"Dagster's history cannot be rewritten: {path}: {error}",
                "Stop what uses it, such as `framecurate ui`, and give the same command again: it goes on",
            ) from error
    for path in home.rglob("*"):
        if path.is_file() and not path.name.endswith(DATABASE_ENDINGS) and mentions.in_file(path):
            path.unlink()
    _report_again(plan, folder)


def _erase_from_database(path: Path, mentions: Mentions) -> None:
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        connection.create_function("is_affected", 1, mentions.is_affected, deterministic=True)
        connection.create_function("is_erased", 1, mentions.is_erased, deterministic=True)
        connection.create_function("without", 1, mentions.without, deterministic=True)
        before = connection.total_changes
        connection.execute("BEGIN IMMEDIATE")
        for table, columns in _columns(connection).items():
            _erase_from_table(connection, table, columns)
        connection.execute("COMMIT")
        if connection.total_changes > before:
            connection.execute("VACUUM")
        # What an interrupted erasure changed may still be in the log of changes.
        is_busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if is_busy:
            raise sqlite3.OperationalError("another process reads it")


def _columns(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of each table that hold text."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: [
            column
            for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{name}")')
            if kind.startswith(("TEXT", "VARCHAR"))
        ]
        for name in names
    }


def _erase_from_table(connection: sqlite3.Connection, table: str, columns: list[str]) -> None:
    if table in ("event_logs", "asset_check_executions"):
        affected = " OR ".join(f'is_affected("{column}")' for column in columns)
        connection.execute(f"DELETE FROM {table} WHERE {affected}")
    if table == "event_logs":
        places = ", ".join("?" * len(PICTURED))
        connection.execute(
            f"DELETE FROM event_logs WHERE step_key IN ({places}) AND instr(event, ?)", (*PICTURED, PICTURE)
        )
    if table == "asset_check_executions":
        # Only checks of the assets over the whole lake show pictures.
        connection.execute("DELETE FROM asset_check_executions WHERE instr(evaluation_event, ?)", (PICTURE,))
    if table == "asset_event_tags":
        connection.execute("DELETE FROM asset_event_tags WHERE event_id NOT IN (SELECT id FROM event_logs)")
    if table == "asset_keys":
        # Copies of events, which Dagster takes from the events themselves where they are missing.
        connection.execute("UPDATE asset_keys SET last_materialization = NULL, cached_status_data = NULL")
    for column in columns:
        connection.execute(f'UPDATE "{table}" SET "{column}" = without("{column}") WHERE is_erased("{column}")')


def _report_again(plan: Plan, folder: DataFolder) -> None:
    """The pages show a video that lost a part as materialised, with the rows that it has left."""
    lake = Lake(folder)
    with open_instance(folder) as instance:
        for stage in PER_VIDEO:
            for video_id in plan.sealed:
                rows, stored = lake.read(stage.table, video_id), lake.path(stage.table, video_id)
                metadata = rows_and_files(rows, stored, partition=True)
                instance.report_runless_asset_event(
                    dg.AssetMaterialization(stage.name, partition=video_id, metadata=metadata)
                )
