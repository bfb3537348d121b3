"""`persons`: who was found, and what a person says about it."""

# Typer reads the annotations of each command.

import getpass
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framecurate_assets.cli.shared import CHECK_FAILED, Data, data_folder, print_warning
from framecurate_assets.lake.folder import DataFolder

if TYPE_CHECKING:
    from framecurate_assets.people.said import Draft

Person = Annotated[str, typer.Argument(help="person_NNNN.", metavar="PERSON")]
Persons = Annotated[list[str], typer.Argument(help="person_NNNN, two or more.", metavar="PERSON...")]
Faces = Annotated[list[str], typer.Argument(help="Face ids, as `persons show` lists them.", metavar="FACE...")]
By = Annotated[str | None, typer.Option("--by", help="Who says it. Default: the login name.", metavar="NAME")]
Later = Annotated[bool, typer.Option("--later", help="Only write it down: the next run applies it.")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts: everything, as JSON.")]

_LIST_COLUMNS = {
    "person_id": "person",
    "name": "name",
    "faces": "candidates",
    "videos": "videos",
    "parts": "merged in",
    "alarms": "alarms",
}
_TRACK_COLUMNS = {"track_id": "track", "faces": "faces", "time": "seconds"}
_HISTORY_COLUMNS = {"correction": "no.", "said_at": "when", "author": "by", "says": "what", "state": "state"}
_COVERAGE_COLUMNS = {"pose": "pose", "expression": "expression", "candidates": "candidates", "chosen": "chosen"}


def list_persons(data: Data = None, as_json: AsJson = False) -> None:
    """List everybody, those with most faces first, with alarms, and corrections that are not applied."""
    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.people import overview
    from framecurate_assets.people.standing import read_standing
    from framecurate_assets.terminal import messages, out, table

    lake = Lake(data_folder(data))
    standing = read_standing(lake)
    rows = overview.list_persons(lake, standing)
    waiting = overview.not_applied_yet(standing)
    if as_json:
        out.print_json(json.dumps({"persons": rows, "not_applied": waiting}, default=str))
        return
    out.print(table("Persons", [_joined(row, "parts", "alarms") for row in rows], _LIST_COLUMNS))
    for alarm in overview.queue(lake):
        out.print(f"{alarm['rank']}. {alarm['evidence']} {alarm['suggestion']}", soft_wrap=True)
    for line in waiting:
        messages.print(f"Correction {line}", soft_wrap=True)


def show(person: Person, data: Data = None, as_json: AsJson = False) -> None:
    """Show a person's tracks and faces, where their pictures are, and what became of the person."""
    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.people.overview import show_person
    from framecurate_assets.terminal import out, table

    found = show_person(Lake(data_folder(data)), person)
    if as_json:
        out.print_json(json.dumps(found, default=str))
        return
    named = f"{person} {found['name'] or ''}".strip()
    if found["part_of"]:
        out.print(f"{named} is part of {found['part_of']}.")
    tracks = [{**row, "time": f"{row['from_s']:.1f} to {row['to_s']:.1f}"} for row in found["tracks"]]
    if tracks:
        out.print(table(named, tracks, _TRACK_COLUMNS))
    for row in tracks:
        for face_id, path in zip(row["face_ids"], row["paths"], strict=True):
            out.print(f"{face_id}  {path}", soft_wrap=True)
    if found["corrections"]:
        history = [{**row, "said_at": f"{row['said_at']:%Y-%m-%d %H:%M}"} for row in found["corrections"]]
        out.print(table("Corrections", history, _HISTORY_COLUMNS))
    for alarm in found["alarms"]:
        out.print(f"{alarm['kind']}: {alarm['evidence']} {alarm['suggestion']}", soft_wrap=True)
    if found["coverage"]:
        there = [row for row in found["coverage"] if row["candidates"]]
        out.print(table("Coverage", there, _COVERAGE_COLUMNS))
        missing = [f"{row['pose']} {row['expression']}" for row in found["coverage"] if not row["candidates"]]
        out.print(f"No candidate: {', '.join(missing)}" if missing else "Nothing is missing.", soft_wrap=True)


def merge(persons: Persons, data: Data = None, by: By = None, later: Later = False) -> None:
    """Persons are one: the first, whose number stays."""
    from framecurate_assets.people import said

    _say(said.merge(persons), data_folder(data), by, later=later)


def split(
    person: Person,
    tracks: Annotated[list[str] | None, typer.Option("--tracks", help="A track that goes; may be repeated.")] = None,
    faces: Annotated[list[str] | None, typer.Option("--faces", help="A face that goes; may be repeated.")] = None,
    more: Annotated[list[str] | None, typer.Argument(help="More of the same.", metavar="[ID]...")] = None,
    suggested: Annotated[bool, typer.Option("--suggested", help="The faces that the alarm two_people names.")] = False,
    data: Data = None,
    by: By = None,
    later: Later = False,
) -> None:
    """Some faces of a person are somebody else, who gets a new number.

    For example: framecurate persons split person_0007 --tracks talk/3/0 talk/5/1
    """
    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.people import said
    from framecurate_assets.people.overview import suggested_faces

    folder = data_folder(data)
    # Both kinds of ids may follow one option, as a person would type them: a face id has an @.
    ids = [*(tracks or []), *(faces or []), *(more or [])]
    going = [one for one in ids if "@" in one] + (suggested_faces(Lake(folder), person) if suggested else [])
    _say(said.split(person, [one for one in ids if "@" not in one], going), folder, by, later=later)


def rename(
    person: Person,
    name: Annotated[str, typer.Argument(help='The name; "" takes it away.')],
    data: Data = None,
    by: By = None,
    later: Later = False,
) -> None:
    """Give a person a name."""
    from framecurate_assets.people import said

    _say(said.rename(person, name), data_folder(data), by, later=later)


def reject(faces: Faces, data: Data = None, by: By = None, later: Later = False) -> None:
    """Faces are nobody's: they go into no folder."""
    from framecurate_assets.people import said

    _say(said.reject(faces), data_folder(data), by, later=later)


def apart(one: Person, other: Person, data: Data = None, by: By = None, later: Later = False) -> None:
    """Two persons are never one, however alike."""
    from framecurate_assets.people import said

    _say(said.apart(one, other), data_folder(data), by, later=later)


def exception(person: Person, data: Data = None, by: By = None, later: Later = False) -> None:
    """A person may be in one frame twice: a mirror, a poster, a split screen."""
    from framecurate_assets.people import said

    _say(said.allow_twice(person), data_folder(data), by, later=later)


def confirm(person: Person, data: Data = None, by: By = None, later: Later = False) -> None:
    """All faces of a person are one person: the answer to a false alarm two_people."""
    from framecurate_assets.people import said

    _say(said.confirm(person), data_folder(data), by, later=later)


def undo(
    number: Annotated[int | None, typer.Argument(help="Of the correction. Default: the last one.")] = None,
    data: Data = None,
    by: By = None,
    later: Later = False,
) -> None:
    """Take a correction back; the log keeps both. Undoing an undo brings the correction back."""
    from framecurate_assets.people import said

    _say(said.undo(number), data_folder(data), by, later=later)


def _say(draft: "Draft", folder: DataFolder, by: str | None, *, later: bool) -> None:
    """Write a line into the log, make again what depends on it, and say what changed."""
    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.people import overview
    from framecurate_assets.people.corrections import in_words
    from framecurate_assets.people.people import last_event
    from framecurate_assets.people.said import say
    from framecurate_assets.terminal import ProgressBars, messages

    lake = Lake(folder)
    line = say(lake, draft, by or getpass.getuser(), datetime.now(UTC))
    messages.print(f"Correction {line.id}: {in_words(line)}.", soft_wrap=True)
    if later:
        messages.print("It is applied by the next run.")
        return
    from framecurate_assets.pipeline import bring_up_to_date

    before = last_event(lake)
    # Without sources no video is looked at.
    outcome = bring_up_to_date(folder, (), ProgressBars())
    changed = overview.changes_since(lake, before)
    messages.print(f"{'; '.join(changed) or 'No face changed its person'}.", soft_wrap=True)
    for name, description in outcome.failed_checks.items():
        print_warning("check failed", f"{name}: {description}")
    if outcome.failed_checks:
        raise typer.Exit(CHECK_FAILED)


def _joined(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {**row, **{key: ", ".join(row[key]) for key in keys}}
