"""What figures were measured on: the machine, and the versions of what does the work."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = {
    "PyAV": "av",
    "OpenCV": "opencv-python-headless",
    "ONNX Runtime": "onnxruntime",
    "LiteRT": "ai-edge-litert",
    "dlib": "dlib-bin",
    "NumPy": "numpy",
    "Polars": "polars",
    "DuckDB": "duckdb",
    "Dagster": "dagster",
}
"""Their names on PyPI."""


def print_machine() -> None:
    """The machine and the versions as two paragraphs; what a figure is worth depends on both."""
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(f"{machine()}, load average {load} when it began.\n")
    print(f"Python {platform.python_version()}, {', '.join(versions())}.\n", flush=True)


def machine() -> str:
    """The cores that this process may use, and the processor's name."""
    return f"{len(os.sched_getaffinity(0))} cores of {processor()}"


def processor() -> str:
    """The processor's name, as the kernel gives it."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions() -> Iterator[str]:
    """Each package with its version."""
    for name, package in PACKAGES.items():
        try:
            yield f"{name} {version(package)}"
        except PackageNotFoundError:
            yield f"{name} is not installed"
