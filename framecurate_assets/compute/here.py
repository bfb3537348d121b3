"""How many workers this machine is good for."""

from __future__ import annotations

import os

from framecurate_assets.compute.compute import Compute, InThisProcess
from framecurate_assets.compute.processes import WorkerProcesses
from framecurate_assets.errors import FramecurateError

WORKERS_VARIABLE = "FRAMECURATE_WORKERS"
"""Environment variable with the number of workers, for machines that others use too."""


def compute_here(workers: int | None = None) -> Compute:
    """Worker processes on this machine; a single one is this process.

    Args:
        workers: how many. Default: the environment variable FRAMECURATE_WORKERS, or one for each core that this
            process may use.

    Raises:
        FramecurateError: the number is not a whole number from 1 on.
    """
    wanted = workers if workers is not None else _from_environment()
    if wanted is None:
        # Knows the limits of containers, which the standard library does not. A large import.
        from joblib import cpu_count

        wanted = int(cpu_count())
    if wanted < 1:
        raise FramecurateError(f"{wanted} workers cannot do anything", "Ask for 1 or more (--workers)")
    return WorkerProcesses(wanted) if wanted > 1 else InThisProcess()


def _from_environment() -> int | None:
    value = os.environ.get(WORKERS_VARIABLE, "").strip()
    if not value:
        return None
    try:
        return int(value)
    except ValueError:
        raise FramecurateError(
            f"{WORKERS_VARIABLE} is {value!r}", "Set it to a number of processes, or unset it"
        ) from None
