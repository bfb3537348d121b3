"""Dagster's history in SQLite: the files and tables that Dagster itself makes, written quickly.

Dagster opens the database file anew for every statement, so that SQLAlchemy compiles each statement again and SQLite
waits for the disk whenever the file is closed. A video costs about twelve events: most of a run of many short videos
went into that (`python -m benchmarks.orchestration`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import lru_cache, partial
from pathlib import Path
from threading import RLock
from typing import Any

import sqlalchemy
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.pool import NullPool

OPEN_FILES = 16
"""Database files that are ready to be used at a time: the one with the events of all assets, and one a run."""


EVENTS_AT_ONCE = 100
"""Materialisations of a run's videos that are written in one transaction, once Dagster is told to hand over several."""


class History(DagsterSqliteStorage):
    """The storage that dagster.yaml names."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = EventLog(str(Path(base_dir) / "history" / "runs"))

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> History:
        """As Dagster makes it from dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)


class EventLog(SqliteEventLogStorage):
    """Dagster's event log, with an SQLAlchemy engine for each database file instead of one for each statement."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engine = lru_cache(OPEN_FILES)(self._new_engine)
        self._tables: set[str] = set()
        self._columns: set[str] = set()
        self._batch: _Batch | None = None
        super().__init__(base_dir, inst_data)
        # A batch holds it while it stores its events one by one.
        self._db_lock = RLock()  # type: ignore[assignment]

    def has_table(self, table_name: str) -> bool:
        """Whether the database has a table; one that was found is not looked for again."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _has_asset_key_col_on_connection(self, conn: sqlalchemy.Connection, column_name: str) -> bool:
        if column_name not in self._columns and super()._has_asset_key_col_on_connection(conn, column_name):
            self._columns.add(column_name)
        return column_name in self._columns

    def dispose(self) -> None:
        """Close what is open."""
        self._engine(INDEX_SHARD_NAME).dispose()
        super().dispose()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store all of them or, if one cannot be, none: one transaction for each database file."""
        with self._db_lock, ExitStack() as stack:
            self._batch = _Batch(stack)
            try:
                for event in events:
                    self.store_event(event)
            finally:
                self._batch = None

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        with self._db_lock:
            if self._batch is None:
                with self._begin(shard) as connection:
                    yield connection
            else:
                yield self._batch.connection(shard, self._begin)

    @contextmanager
    def _begin(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        engine = self._engine(shard)
        if shard not in self._initialized_dbs:
            self._initdb(engine)
            self._initialized_dbs.add(shard)
        with engine.connect() as connection, connection.begin():
            yield connection

    def _new_engine(self, shard: str) -> sqlalchemy.Engine:
        is_index = shard == INDEX_SHARD_NAME
        # The index stays open: what is committed survives a crash of the process, and a power cut loses at most the
        # last events. A run's own log is closed each time, which is how the UI learns that it has changed; it is
        # not waited for, and a power cut may cost the log of that run.
        engine = sqlalchemy.create_engine(
            self.conn_string_for_shard(shard),
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
            poolclass=None if is_index else NullPool,
        )
        level = "NORMAL" if is_index else "OFF"
        sqlalchemy.event.listen(engine, "connect", partial(_set_synchronous, level))
        return engine


class _Batch:
    """The transactions that are open while several events are stored."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._connections: dict[str, sqlalchemy.Connection] = {}

    def connection(
        self, shard: str, begin: Callable[[str], AbstractContextManager[sqlalchemy.Connection]]
    ) -> sqlalchemy.Connection:
        """The one that the batch has to a database file."""
        if shard not in self._connections:
            self._connections[shard] = self._stack.enter_context(begin(shard))
        return self._connections[shard]


def _set_synchronous(level: str, connection: Any, _record: Any) -> None:
    connection.execute(f"PRAGMA synchronous = {level}")
