"""Taking what goes out of corrections.jsonl: what people said of others stays, under its number."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from framecurate_assets.erasure.plan import Plan
from framecurate_assets.people.corrections import Allow, Apart, Confirm, Correction, Merge, Reject, Rename, Split, Undo
from framecurate_assets.people.log import alone, read_log, rewrite


def erase_from_log(plan: Plan, path: Path) -> None:
    """Leave no person and no face in the log that goes; a line that then says nothing goes, and whatever undid it.

    Raises:
        FramecurateError: a line of the log is broken.
    """
    if not path.exists():
        return
    with alone(path):
        log = read_log(path)
        left: dict[int, Correction] = {}
        for line in log.corrections:
            kept = _without(line, plan)
            if kept is not None and not (isinstance(kept, Undo) and kept.of not in left):
                left[line.id] = kept
        if left:
            rewrite(path, list(left.values()))
        else:
            path.unlink()


def _without(line: Correction, plan: Plan) -> Correction | None:
    """The line without what goes; null where nothing is left of it."""
    gone = set(plan.persons)
    match line:
        case Merge():
            persons = tuple(person for person in line.persons if person not in gone)
            if len(persons) < 2 or line.into in gone:
                return None
            return line.model_copy(update={"persons": persons, "faces": _left(line.faces, plan)})
        case Apart():
            return None if gone & {*line.persons} else line.model_copy(update={"faces": _left(line.faces, plan)})
        case Split():
            faces = _left(line.faces, plan)
            if gone & {line.person, line.new_person} or not faces:
                return None
            return line.model_copy(update={"faces": faces, "rest": _left(line.rest, plan)})
        case Reject():
            rejected = tuple(face for face in line.faces if not _goes(face, plan))
            return line.model_copy(update={"faces": rejected}) if rejected else None
        case Confirm():
            faces = _left(line.faces, plan)
            if line.person in gone or sum(map(len, faces.values())) < 2:
                return None
            return line.model_copy(update={"faces": faces})
        case Rename() | Allow():
            return None if line.person in gone else line
        case Undo():
            return line


def _left(faces: Mapping[str, tuple[str, ...]], plan: Plan) -> dict[str, tuple[str, ...]]:
    left = {
        person: tuple(face for face in own if not _goes(face, plan))
        for person, own in faces.items()
        if person not in plan.persons
    }
    return {person: own for person, own in left.items() if own}


def _goes(face: str, plan: Plan) -> bool:
    return face.partition("@")[0] in plan.videos or face.partition("#")[0] in plan.frame_ids
