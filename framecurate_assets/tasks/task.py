"""Work on one video that can be divided: each piece may be done in another process, and the result is the same."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import wait
from typing import Protocol, TypeVar

from framecurate_assets.compute.compute import Compute

Piece = TypeVar("Piece")
Done = TypeVar("Done")
Made = TypeVar("Made")
MadeOfIt = TypeVar("MadeOfIt", covariant=True)

FEW_VIDEOS = 4
"""A worker that has at least so many videos before it takes them whole. With fewer the last ones would keep one
worker busy while the others wait, so that each video is divided among all."""


class Task(Protocol[Piece, Done, MadeOfIt]):
    """Work on one video. Everything that goes in and comes out can be pickled."""

    def divide(self, parts: int) -> list[Piece]:
        """The work in at most so many pieces of about the same size."""
        ...

    def work(self, piece: Piece) -> Done:
        """Do one of them."""
        ...

    def join(self, done: Sequence[Done]) -> MadeOfIt:
        """Put together what all pieces gave, in their order."""
        ...


def parts_of_each(videos: int, workers: int) -> int:
    """In how many pieces each video is divided, so that all workers have work until the end."""
    return 1 if workers == 1 or videos >= FEW_VIDEOS * workers else workers


def carry_out(task: Task[Piece, Done, Made], compute: Compute, parts: int) -> Made:
    """Have a task done.

    Args:
        task: what is to be done.
        compute: who does it.
        parts: pieces that it is divided in, from 1.

    Raises:
        WorkerDiedError: a piece killed its worker.
        Exception: whatever the task raises; no piece is under way any more then.
    """
    if parts == 1:
        return compute.submit(_whole, task).result()
    pieces = compute.submit(task.divide, parts).result()
    working = [compute.submit(task.work, piece) for piece in pieces]
    wait(working)
    return compute.submit(task.join, [one.result() for one in working]).result()


def _whole(task: Task[Piece, Done, Made]) -> Made:
    return task.join([task.work(piece) for piece in task.divide(1)])
