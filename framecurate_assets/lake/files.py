"""Writing files so that a reader, or the next run after a crash, never meets half of one."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"
"""Ending of the name of everything that is still being written; nothing reads such a name."""


def write_bytes(path: Path, content: bytes) -> int:
    """Write aside, flush to disk, rename. Returns the number of bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _unfinished_name(path)
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(content)


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Fill the folder that is yielded; on success it takes the place of `path` as a whole.

    Where the file system can exchange two names in one step (Linux: ext4, xfs, btrfs, tmpfs), a reader sees the
    former folder or the new one and nothing else. Elsewhere there is an instant in which `path` is absent.
    """
    with passing_folder(path) as unfinished:
        yield unfinished
        if not path.exists():
            unfinished.rename(path)
        elif not _exchange(unfinished, path):
            former = _unfinished_name(path)
            path.rename(former)
            unfinished.rename(path)
            shutil.rmtree(former)


@contextmanager
def passing_folder(path: Path) -> Iterator[Path]:
    """An empty folder in which `path` is made; it is gone afterwards, with what is still in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_unfinished(path)
    unfinished = _unfinished_name(path)
    unfinished.mkdir()
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def link_or_copy(existing: Path, path: Path) -> int:
    """Give a file a second name; where the file system has no links, copy it. Returns the number of bytes."""
    try:
        path.hardlink_to(existing)
    except OSError:
        shutil.copyfile(existing, path)
    return path.stat().st_size


def remove_unfinished(path: Path, *, also_of_the_living: bool = False) -> None:
    """Remove what an interrupted writer left beside `path`.

    What another one is still at stays, unless it has to go too: a process may have the number of one that is gone.
    """
    # Not a glob: among the folders of a thousand videos that takes longer than what is done for one of them.
    names = os.listdir(path.parent) if path.parent.is_dir() else []  # noqa: PTH208
    beginning = f".{path.name}."
    # The rest has to lie between both, or what a download goes on from later would count too.
    own = (name for name in names if name.startswith(beginning) and name[len(beginning) :].endswith(UNFINISHED))
    for leftover in map(path.with_name, own):
        if not also_of_the_living and _has_a_writer(leftover):
            continue
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def remove_leftovers(files: Iterable[Path]) -> None:
    """Remove those of the files that `write_bytes` was writing in a process that is gone."""
    for file in files:
        if _OWN_NAME.search(file.name) and file.is_file() and not _has_a_writer(file):
            file.unlink(missing_ok=True)


def _unfinished_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex}{UNFINISHED}")


_OWN_NAME = re.compile(rf"\.(?P<process>[0-9]+)\.[0-9a-f]+{re.escape(UNFINISHED)}$")
"""How `_unfinished_name` ends; other modules have names of their own, without a process."""


def _has_a_writer(unfinished: Path) -> bool:
    """Whether its process is alive. Another one that has its number by now keeps it until a later time."""
    name = _OWN_NAME.search(unfinished.name)
    if name is None:
        return False
    try:
        os.kill(int(name["process"]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; false where the system or the file system cannot."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    current_folder, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux's renameat2(2)
    return bool(rename(current_folder, os.fsencode(one), current_folder, os.fsencode(other), exchange) == 0)
