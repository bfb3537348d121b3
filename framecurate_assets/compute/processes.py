"""Worker processes on this machine's cores: they start when there is work, stay warm, and may die."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Generic

from framecurate_assets.compute.compute import Parameters, Result, WorkerDiedError
from framecurate_assets.compute.worker import prepare_worker, run_safely


@dataclass(frozen=True)
class _Piece(Generic[Result]):
    """Work that was asked for."""

    work: Callable[[], Result]
    future: Future[Result]


class WorkerProcesses:
    """As many processes as asked for, each with one thread and the models that it has opened.

    They are started anew (spawn): a copy of a process with threads (fork) may stand still for ever. When one dies, so
    does the pool of the standard library; what was under way is then tried again piece by piece in a process of its
    own, which tells the piece that kills its worker from those that only ran beside it.
    """

    def __init__(self, workers: int) -> None:
        """Start nothing yet.

        Args:
            workers: processes, at least 1.
        """
        self._workers = workers
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._once_more = ThreadPoolExecutor(1)
        self._closed = False

    @property
    def workers(self) -> int:
        """How many functions run at the same time."""
        return self._workers

    def submit(
        self, function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
    ) -> Future[Result]:
        """Have a function run in a worker; see `Compute`."""
        piece = _Piece(partial(run_safely, function, *arguments, **named), Future[Result]())
        running = self._give(piece)
        running.add_done_callback(partial(self._settle, piece))
        return piece.future

    def close(self) -> None:
        """End all workers, whatever they are at."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        self._once_more.shutdown(wait=False, cancel_futures=True)
        if pool:
            _end(pool)

    def _give(self, piece: _Piece[Result]) -> Future[Result]:
        with self._lock:
            if self._closed:
                raise RuntimeError("these workers were closed")
            try:
                self._pool = self._pool or _pool(self._workers)
                return self._pool.submit(piece.work)
            except BrokenProcessPool:
                self._pool = _pool(self._workers)
                return self._pool.submit(piece.work)

    def _settle(self, piece: _Piece[Result], done: Future[Result]) -> None:
        """Pass the result on, or see whether the piece itself killed its worker."""
        if done.cancelled() or self._closed:
            piece.future.cancel()
        elif isinstance(done.exception(), BrokenProcessPool):
            self._once_more.submit(_run_alone, piece)
        else:
            _pass_on(done, piece.future)


def _run_alone(piece: _Piece[Result]) -> None:
    pool = _pool(1)
    try:
        done = pool.submit(piece.work)
        if isinstance(done.exception(), BrokenProcessPool):
            problem = "The worker process died on it twice, the second time with nothing else under way"
            piece.future.set_exception(WorkerDiedError(problem, "It may need more memory than there is"))
        else:
            _pass_on(done, piece.future)
    finally:
        _end(pool)


def _pass_on(done: Future[Result], to: Future[Result]) -> None:
    error = done.exception()
    if error is None:
        to.set_result(done.result())
    else:
        to.set_exception(error)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=prepare_worker)


def _end(pool: ProcessPoolExecutor) -> None:
    # The executor itself can only wait for what runs; from Python 3.14 on it has terminate_workers().
    workers = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.terminate()
