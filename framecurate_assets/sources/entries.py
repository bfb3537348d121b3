"""Entries of source lists: what people write down of the videos that they want."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator

from framecurate_assets.errors import FramecurateError

MOST = 1_000
"""Videos that are taken from one list, at most."""

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)")


def _seconds(written: Any) -> float | None:
    """Seconds, also of the texts 0:30 and 1:02:03; YAML itself reads 1:30 as 90, but not all such times."""
    if isinstance(written, str) and (time := _TIME.fullmatch(written.strip())):
        hours, minutes = int(time[1] or 0), int(time[2] or 0)
        seconds = float(time[3]) if "." in time[3] else int(time[3])
        if (time[2] is None or seconds < 60) and (time[1] is None or minutes < 60):
            return 3600 * hours + 60 * minutes + seconds
    if written is None or (isinstance(written, int | float) and not isinstance(written, bool)):
        return written
    raise ValueError("no time")


class Entry(BaseModel):
    """A source or a list as it is written down, before it is known which video it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_by_name=True)

    source: str | None = None
    """A path, or the URL of a video; either this or a list is given."""
    list_url: str | None = Field(None, alias="list")
    """The URL of a playlist, channel or feed."""
    limit: int | None = Field(None, ge=1, le=MOST)
    """Of a list: the videos in its first places, this many."""
    video_id: str | None = Field(None, pattern=r"^[a-z0-9_-]+$")
    label: str | None = None
    licence: str | None = None
    notes: str | None = None
    clip_start_s: Annotated[float | None, PlainValidator(_seconds)] = Field(None, alias="clip_start")
    clip_end_s: Annotated[float | None, PlainValidator(_seconds)] = Field(None, alias="clip_end")

    @model_validator(mode="after")
    def _is_source_or_list(self) -> Entry:
        if self.source is None and self.list_url is None:
            raise ValueError("has no source")
        if self.source is not None and self.list_url is not None:
            raise ValueError("has a source and a list: only one of them can be")
        kind = "source" if self.list_url is None else "list"
        for key in ("limit",) if kind == "source" else ("video_id", "clip_start", "clip_end"):
            if key in self.written:
                raise ValueError(f"has a {key}, which a {kind} can't have")
        return self

    @property
    def written(self) -> dict[str, Any]:
        """The keys that are given, in the order of the documentation, with their values."""
        return self.model_dump(by_alias=True, exclude_none=True)


KEYS = tuple(field.alias or name for name, field in Entry.model_fields.items())

FORM = f"Write each entry as '- source: <path or URL>' or '- list: <URL>'; the keys are {', '.join(KEYS)}"

_NO_TIME = ("{place}: {key} is {value!r}, not a time", "Write seconds, such as 90, or minutes, such as 1:30")
_NO_LIMIT = (f"{{place}}: limit is {{value!r}}, not a whole number from 1 to {MOST}", "Write such as limit: 50")
_FAULTS = {
    ("video_id", "string_pattern_mismatch"): (
        "{place}: a video_id has only a-z, 0-9, _ and -",
        "Remove it: it will be found out",
    ),
    ("clip_start", "value_error"): _NO_TIME,
    ("clip_end", "value_error"): _NO_TIME,
    ("limit", "int_type"): _NO_LIMIT,
    ("limit", "greater_than_equal"): _NO_LIMIT,
    ("limit", "less_than_equal"): _NO_LIMIT,
}
"""What is said of a fault that pydantic finds in a key, and what to do; the others are of all keys alike."""


def parse(written: Any, place: str) -> Entry:
    """The entry that was written down somewhere; a text alone is a source.

    Args:
        written: what YAML makes of it.
        place: where it was written, for people.

    Raises:
        FramecurateError: a key is unknown, missing or has a value of the wrong kind; it names the place and the key.
    """
    values = {"source": written} if isinstance(written, str) else written
    if not isinstance(values, dict):
        raise FramecurateError(f"{place} has no source", FORM)
    name = values.get("source") or values.get("list")
    try:
        return Entry.model_validate({str(key): value for key, value in values.items()}, by_alias=True, by_name=False)
    except ValidationError as error:
        raise _fault(f"{place} ({name})" if name else place, error) from error


def _fault(place: str, error: ValidationError) -> FramecurateError:
    """The first fault, as a sentence for a person."""
    fault = error.errors()[0]
    key = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "extra_forbidden":
        return FramecurateError(f"{place} has an unknown key {key!r}", FORM)
    if not key:
        return FramecurateError(f"{place} {fault['msg'].removeprefix('Value error, ')}", FORM)
    other = ("{place}: {key} is {value!r}, not a text", "Put it in quotes")
    problem, remedy = _FAULTS.get((key, fault["type"]), other)
    return FramecurateError(problem.format(place=place, key=key, value=fault["input"]), remedy)
