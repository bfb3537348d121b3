"""What is installed, what would be used, what is missing and how to get it."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.engines import choose_engine
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.policy import read_policy
from framecurate_assets.sources.listings import all_sources

PACKAGES = (
    "dagster",
    "dagster-webserver",
    "duckdb",
    "polars",
    "av",
    "opencv-python-headless",
    "onnxruntime",
    "ai-edge-litert",
    "mediapipe",
    "dlib-bin",
    "face-recognition-models",
    "fer",
    "insightface",
    "yt-dlp",
)

LOW_DISK_BYTES = 5_000_000_000
"""Below this much free disk the doctor warns: the two budgets, and some videos with their frames."""


@dataclass(frozen=True)
class DoctorFinding:
    """One line of the doctor's report; a remedy makes it a problem."""

    subject: str
    state: str
    remedy: str = ""


def examine(folder: DataFolder) -> list[DoctorFinding]:
    """Everything that has to be right before a run."""
    return [
        DoctorFinding("python", f"{platform.python_version()}, {os.cpu_count()} cores"),
        *[_package(name) for name in PACKAGES],
        _finding("data folder", lambda: _data_folder(folder), "Make it writable, or use --data"),
        _disk(folder),
        _finding("policy", lambda: _policy(folder)),
        _finding("sources", lambda: f"{len(all_sources(folder).sources)} videos"),
        _finding("face engine", lambda: _engine(folder)),
    ]


def _package(name: str) -> DoctorFinding:
    try:
        return DoctorFinding(name, version(name))
    except PackageNotFoundError:
        return DoctorFinding(name, "missing", "make demo installs it")


def _finding(subject: str, look: Callable[[], str], remedy: str = "") -> DoctorFinding:
    try:
        return DoctorFinding(subject, look())
    except FramecurateError as error:
        return DoctorFinding(subject, error.problem, error.remedy)
    except OSError as error:
        return DoctorFinding(subject, f"{error.strerror}: {error.filename}", remedy)


def _data_folder(folder: DataFolder) -> str:
    probe = folder.root / ".doctor"
    folder.root.mkdir(parents=True, exist_ok=True)
    probe.write_bytes(b"")
    probe.unlink()
    return str(folder.root)


def _disk(folder: DataFolder) -> DoctorFinding:
    place = next(path for path in (folder.root, *folder.root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    remedy = "Free some space, or use --data" if free < LOW_DISK_BYTES else ""
    return DoctorFinding("free disk", f"{free / 1e9:.1f} GB", remedy)


def _policy(folder: DataFolder) -> str:
    policy = read_policy(folder.policy_file)
    origin = folder.policy_file.name if folder.policy_file.exists() else "defaults"
    return f"{origin}, preset {policy.candidates.preset}"


def _engine(folder: DataFolder) -> str:
    choice = choose_engine(read_policy(folder.policy_file).detection, folder.models, pinned_engine(folder))
    return f"{choice.name} ({choice.why})"
