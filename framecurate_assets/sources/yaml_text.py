"""Changing a YAML list of entries and nothing else of its text: comments and spacing stay as people wrote them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

import yaml

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.entries import FORM


def with_entries(path: Path, text: str, entries: Sequence[dict[str, Any]]) -> str:
    """The text with entries after what it has, in the indentation of the list.

    Raises:
        FramecurateError: the text is another form of list, such as [a, b]; `path` is its name.
    """
    node = yaml.compose(text)
    column = node.start_mark.column if isinstance(node, yaml.SequenceNode) else 0
    block = yaml.safe_dump(list(entries), sort_keys=False, allow_unicode=True, width=10_000)
    longer = text + "\n" * (not text.endswith("\n")) + indent(block, " " * column)
    if _loaded(longer) != _loaded(text) + list(entries):
        raise FramecurateError(f"Nothing can be appended to {path}: it is no list of lines that start with '-'", FORM)
    return longer


def without_entries(path: Path, text: str, places: Collection[int]) -> str:
    """The text without some entries, counted from 0: their lines go, and the comments on these.

    Raises:
        FramecurateError: as `with_entries`.
    """
    lines = text.splitlines(keepends=True)
    node = yaml.compose(text)
    items = node.value if isinstance(node, yaml.SequenceNode) else []
    for place in sorted(places, reverse=True):
        first, last = _lines_of(items[place], lines)
        del lines[first : last + 1]
    shorter = "".join(lines)
    if _loaded(shorter) != [entry for place, entry in enumerate(_loaded(text)) if place not in places]:
        raise FramecurateError(
            f"Nothing can be taken out of {path}: it is no list of lines that start with '-'",
            "Take the entries out by hand",
        )
    return shorter


def _loaded(text: str) -> list[Any]:
    """The entries; an empty list too where the text is no list any more."""
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError:
        return []
    return entries if isinstance(entries, list) else []


def _lines_of(item: yaml.Node, lines: Sequence[str]) -> tuple[int, int]:
    """The first and last line of an entry, from its '-' to its last value."""
    first = item.start_mark.line
    while first > 0 and not lines[first].lstrip().startswith("-"):
        first -= 1
    # What follows a value counts to it in YAML where it spans lines: comments and empty lines that are none of it.
    last = max(_last_line(leaf) for leaf in _leaves(item))
    while last > first and not lines[last].strip():
        last -= 1
    return first, last


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _leaves(key)
            yield from _leaves(value)
    else:
        yield node


def _last_line(leaf: yaml.Node) -> int:
    ends_before = leaf.end_mark.column == 0 and leaf.end_mark.line > leaf.start_mark.line
    return int(leaf.end_mark.line) - ends_before
