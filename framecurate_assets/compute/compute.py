"""The interface: functions in, futures out. What is behind it may be this process, a machine's cores or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, Protocol, TypeVar

from framecurate_assets.errors import FramecurateError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class WorkerDiedError(FramecurateError):
    """The process that worked on something ended before it was done, twice, and the second time nothing else ran."""


class Compute(Protocol):
    """Does work somewhere. Functions, arguments and results go there and back by pickle."""

    @property
    def workers(self) -> int:
        """How many functions run at the same time."""
        ...

    def submit(
        self, function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
    ) -> Future[Result]:
        """Have a function run; its future gives the result, or raises what it raised.

        The future raises WorkerDiedError where the process that ran the function died, and died again when nothing
        else was running: a decoder that crashes on a file, or not enough memory.
        """
        ...

    def close(self) -> None:
        """End what was started; what still runs is broken off."""
        ...


class InThisProcess:
    """One thing after the other, at once, in the thread that asks for it."""

    @property
    def workers(self) -> int:
        """One."""
        return 1

    def submit(
        self, function: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
    ) -> Future[Result]:
        """Run the function; its future is done when this returns."""
        future: Future[Result] = Future()
        try:
            future.set_result(function(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Nothing was started."""
