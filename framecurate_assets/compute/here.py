"""How many workers this machine is good for."""

from __future__ import annotations

import os

from framecurate_assets.compute.compute import Compute, InThisProcess
from framecurate_assets.compute.processes import WorkerProcesses
from framecurate_assets.compute.worker import use_one_thread
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
    if workers is not None and workers < 1:
        raise FramecurateError(f"{workers} workers cannot do anything", "Ask for 1 or more (--workers)")
    wanted = workers or _from_environment()
    if wanted is None:
        # Knows the limits of containers, which the standard library does not. A large import.
        from joblib import cpu_count

        wanted = int(cpu_count())
    if wanted > 1:
        return WorkerProcesses(wanted)
    use_one_thread()
    return InThisProcess()


def _from_environment() -> int | None:
    value = os.environ.get(WORKERS_VARIABLE, "").strip()
    if not value:
        return None
    if not value.isdecimal() or int(value) < 1:
        problem = f"The environment variable {WORKERS_VARIABLE} is {value!r}"
        raise FramecurateError(problem, "Set it to a number of processes from 1 on, or unset it")
    return int(value)
