"""Whether Dagster's pages and daemon run on a data folder: the one process that serves them holds a lock."""

from __future__ import annotations

import fcntl
import os

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder

LOCK = "serving.lock"


def only_one(folder: DataFolder) -> None:
    """Let this process, and what it turns into, be the only one that serves Dagster on a data folder.

    Raises:
        FramecurateError: another one does.
    """
    folder.dagster_home.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.dagster_home / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FramecurateError(
            f"Dagster already runs on {folder.root}", "Open its pages, or stop it first with Ctrl-C"
        ) from error
    # It stays open, and locked, when this process becomes Dagster's.
    os.set_inheritable(lock, True)


def is_served(folder: DataFolder) -> bool:
    """Whether Dagster's pages and daemon run on a data folder."""
    lock = folder.dagster_home / LOCK
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
