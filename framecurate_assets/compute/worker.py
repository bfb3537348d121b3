"""What a worker process does before its first work, and around each. Imports no library: threads are set first."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable
from threading import Thread

from framecurate_assets.compute.compute import Parameters, Result

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
"""What libraries read when they are loaded. There is a worker a core: threads beside it would only wait for it."""


def prepare_worker() -> None:
    """Give every library one thread, leave Ctrl-C to the parent, and end when the parent is gone."""
    for variable in THREADS:
        os.environ[variable] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    use_one_thread()


def use_one_thread() -> None:
    """Let OpenCV work in the thread that calls it: its own threads take a tenth more CPU time."""
    import cv2

    cv2.setNumThreads(1)


def run_safely(
    function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
) -> Result:
    """Call a function; an exception that cannot travel between processes becomes one that can.

    Raises:
        RuntimeError: the function raised something that cannot be pickled, or not be unpickled.
    """
    try:
        return function(*arguments, **named)
    except Exception as error:
        if _travels(error):
            raise
        trace = "".join(traceback.format_exception(error))
        raise RuntimeError(f"{type(error).__name__}: {error}\n{trace}") from None


def _travels(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return False
    return True


def _end_with_parent() -> None:
    """A parent that was killed cannot end its workers, and they would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
