"""corrections.jsonl: what people said, one JSON object a line, only ever added to."""

from __future__ import annotations

import codecs
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.files import write_bytes
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.people.corrections import Correction, read_line, written
from framecurate_assets.people.lock import locked


@dataclass(frozen=True)
class Log:
    """All lines of a log."""

    corrections: tuple[Correction, ...] = ()
    """In the order in which they were said."""
    torn: str | None = None
    """What a process that died while writing left of a last line: it was never said. Null: nothing."""


def read_log(path: Path) -> Log:
    """What was said; no file means nothing.

    Raises:
        FramecurateError: a line is no correction, or its number is not higher than the one before; the message names
            the line. Nothing is guessed.
    """
    if not path.exists():
        return Log()
    # Some editors put a byte order mark before the first line.
    *whole, last = path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n")
    # Half an object is no JSON, and may end inside a character; a whole one without the end of its line was said.
    torn = last.decode(errors="replace") if last.strip() and not _is_json(last) else None
    if torn is None:
        whole.append(last)
    read = tuple(_read(line, f"{path}, line {number}") for number, line in enumerate(whole, start=1) if line.strip())
    for before, after in pairwise(read):
        if after.id <= before.id:
            raise FramecurateError(
                f"{path}: the line with id {after.id} follows the one with id {before.id}",
                "Number the lines upwards: 1, 2, …",
            )
    return Log(read, torn)


def append(path: Path, make: Callable[[Log], Correction]) -> Correction:
    """Add a line to the log, whole and flushed to disk, and return what it says.

    Several processes may do this at once. What a process that died left of a line is removed.

    Args:
        path: the log; it may be absent.
        make: given the log as it is, what to add. If it raises, nothing is added.

    Raises:
        FramecurateError: as `read_log`.
    """
    with alone(path):
        log = read_log(path)
        correction = make(log)
        _end_last_line(path, log)
        with path.open("ab") as file:
            file.write(f"{written(correction)}\n".encode())
            file.flush()
            os.fsync(file.fileno())
    return correction


def rewrite(path: Path, corrections: Sequence[Correction]) -> None:
    """Replace the whole log: only for erasing what it says of somebody."""
    write_bytes(path, "".join(f"{written(correction)}\n" for correction in corrections).encode())


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """While no other process changes the log; a process that is killed keeps nobody out."""
    with locked(path.with_name(f".{path.name}.lock")):
        yield


def corrections_fingerprint(folder: DataFolder) -> str:
    """Changes with every line of corrections.jsonl; empty as long as there is none."""
    path = folder.corrections
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.exists() else ""


def _read(line: bytes, place: str) -> Correction:
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise FramecurateError(f"{place}: not UTF-8: {error.reason}", "Mend it, or bring an older copy back") from error
    return read_line(text, place)


def _end_last_line(path: Path, log: Log) -> None:
    content = path.read_bytes() if path.exists() else b""
    if log.torn is not None:
        os.truncate(path, content.rfind(b"\n") + 1)
    elif content and not content.endswith(b"\n"):
        with path.open("ab") as file:
            file.write(b"\n")


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line.decode())
    except ValueError:
        return False
    return True
