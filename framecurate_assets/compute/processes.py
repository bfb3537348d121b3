"""Worker processes on this machine's cores: they start when there is work, stay warm, and may die."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from threading import Condition
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
        self._changed = Condition()
        self._pool: ProcessPoolExecutor | None = None
        self._running = 0
        self._alone_pool: ProcessPoolExecutor | None = None
        self._to_try_alone = 0
        self._trying_alone = ThreadPoolExecutor(1)
        self._closed = False

    @property
    def workers(self) -> int:
        """How many functions run at the same time."""
        return self._workers

    def submit(
        self, function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
    ) -> Future[Result]:
        """Have a function run in a worker; see `Compute`. Waits while something is tried alone."""
        piece = _Piece(partial(run_safely, function, *arguments, **named), Future[Result]())
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._to_try_alone)
            if self._closed:
                raise CancelledError
            running = self._give(piece)
            self._running += 1
        running.add_done_callback(partial(self._settle, piece))
        return piece.future

    def close(self) -> None:
        """End all workers, whatever they are at; futures that are not done are cancelled."""
        with self._changed:
            self._closed = True
            pools = [pool for pool in (self._pool, self._alone_pool) if pool]
            self._pool = self._alone_pool = None
            self._changed.notify_all()
        for pool in pools:
            _end(pool)
        self._trying_alone.shutdown(wait=False)

    def _give(self, piece: _Piece[Result]) -> Future[Result]:
        try:
            self._pool = self._pool or _pool(self._workers)
            return self._pool.submit(piece.work)
        except BrokenProcessPool:
            self._pool = _pool(self._workers)
            return self._pool.submit(piece.work)

    def _settle(self, piece: _Piece[Result], done: Future[Result]) -> None:
        """Pass the result on, or see whether the piece itself killed its worker."""
        broken = not done.cancelled() and isinstance(done.exception(), BrokenProcessPool)
        with self._changed:
            self._running -= 1
            again = broken and not self._closed
            if again:
                self._to_try_alone += 1
                self._trying_alone.submit(self._try_alone, piece)
            self._changed.notify_all()
        if not again:
            _pass_on(done, piece.future)

    def _try_alone(self, piece: _Piece[Result]) -> None:
        """Run a piece once more while nothing else does."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._running)
            if self._closed:
                _cancel(piece.future)
                return
            pool = self._alone_pool = _pool(1)
            # Before the lock is given back, or the pool might be closed by then.
            done = pool.submit(piece.work)
        wait([done])
        broken = not done.cancelled() and isinstance(done.exception(), BrokenProcessPool)
        _end(pool)
        with self._changed:
            self._alone_pool = None
            self._to_try_alone -= 1
            self._changed.notify_all()
        if broken and not self._closed:
            problem = "The worker process died on it twice, the second time with nothing else under way"
            remedy = "Give it more memory or fewer workers (--workers), then framecurate run --retry"
            piece.future.set_exception(WorkerDiedError(problem, remedy))
        else:
            _pass_on(done, piece.future)


def _pass_on(done: Future[Result], to: Future[Result]) -> None:
    """Settle a future as another one was settled; what was broken off counts as cancelled."""
    error = None if done.cancelled() else done.exception()
    if done.cancelled() or isinstance(error, BrokenProcessPool):
        _cancel(to)
    elif error is None:
        to.set_result(done.result())
    else:
        to.set_exception(error)


def _cancel(future: Future[Result]) -> None:
    if future.cancel():
        # Whoever waits for several futures at once is not told before.
        future.set_running_or_notify_cancel()


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=prepare_worker)


def _end(pool: ProcessPoolExecutor) -> None:
    # The executor itself can only wait for what runs; from Python 3.14 on it has terminate_workers().
    workers = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.terminate()
