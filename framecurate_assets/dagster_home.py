"""Dagster's instance for a data folder: where its history lies, and which settings it has."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg
import yaml

from framecurate_assets.errors import FramecurateError
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
    settings["storage"]["sqlite"]["base_dir"] = str(home)
    settings["local_artifact_storage"]["config"]["base_dir"] = str(home / "artifacts")
    settings["compute_logs"]["config"]["base_dir"] = str(home / "logs")
    write_bytes(home / "dagster.yaml", yaml.safe_dump(settings, sort_keys=False).encode())
    return home


def open_instance(folder: DataFolder) -> dg.DagsterInstance:
    """Dagster's instance with the history of this data folder: the same that its web pages show."""
    home = prepare_dagster_home(folder)
    os.environ["DAGSTER_HOME"] = str(home)
    return dg.DagsterInstance.from_config(str(home))
