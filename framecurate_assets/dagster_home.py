"""Dagster's instance for a data folder: where its history lies, and which settings it has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import sqlalchemy
import yaml
from dagster._core.instance.ref import InstanceRef

from framecurate_assets.dagster_history import EVENTS_AT_ONCE
from framecurate_assets.errors import FramecurateError, MachineError
from framecurate_assets.lake.files import write_bytes
from framecurate_assets.lake.folder import DataFolder

PROJECT = Path(__file__).parent.parent
"""The repository: where dagster.yaml and workspace.yaml are."""


def prepare_dagster_home(folder: DataFolder) -> Path:
    """Write the project's dagster.yaml, with the paths of this data folder, and return the folder it is in.

    Raises:
        FramecurateError: the package is not installed from its repository.
    """
    template = PROJECT / "dagster.yaml"
    if not template.exists():
        raise FramecurateError(
            f"{template} is missing: framecurate runs from its repository", "Clone it and install it with `make`"
        )
    home = folder.dagster_home
    settings = yaml.safe_load(template.read_text(encoding="utf-8"))
    settings["storage"]["custom"]["config"]["base_dir"] = str(home)
    settings["local_artifact_storage"]["config"]["base_dir"] = str(home / "artifacts")
    settings["compute_logs"]["config"]["base_dir"] = str(home / "logs")
    write_bytes(home / "dagster.yaml", yaml.safe_dump(settings, sort_keys=False).encode())
    return home


WITHOUT_LOGS = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
        "config": {},
    }
}
"""What differs in this process from Dagster's own: its runs print nothing that is worth keeping, and keeping it takes
four processes for each run."""


@contextmanager
def open_instance(folder: DataFolder) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance with the history of this data folder: the same that its web pages show.

    Raises:
        MachineError: SQLite could not read or write the history.
    """
    home = prepare_dagster_home(folder)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_EVENT_BATCH_SIZE"] = str(EVENTS_AT_ONCE)
    try:
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides=WITHOUT_LOGS)) as instance:
            yield instance
    except sqlalchemy.exc.DBAPIError as error:
        raise history_error(str(error.orig)) from error


def history_error(reason: str) -> MachineError:
    """SQLite could not read or write Dagster's history; what to do."""
    return MachineError(
        f"{reason}: SQLite cannot use Dagster's history in {os.environ['DAGSTER_HOME']}",
        "Free some space, or make it writable; if it is damaged, remove it: no video is processed again for that",
    )
