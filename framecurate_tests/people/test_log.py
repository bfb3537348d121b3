"""corrections.jsonl: whole lines or none, in order, and never a guess."""

from __future__ import annotations

import codecs
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.people.corrections import Rename
from framecurate_assets.people.log import Log, append, corrections_fingerprint, read_log

_STAMP = {"at": "2026-01-01T10:00:00Z", "by": "anna"}
LINE = {**_STAMP, "id": 1, "kind": "rename", "person": "person_0001", "name": "Zoë"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "corrections.jsonl"


def name(log: Log) -> Rename:
    number = len(log.corrections) + 1
    return Rename(id=number, at=datetime(2026, 1, 1, tzinfo=UTC), by="anna", person="person_0001", name="Zoë")


def write(path: Path, *lines: object, end: str = "\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + end, encoding="utf-8")


def test_what_was_said_is_read_again(path: Path) -> None:
    assert read_log(path) == Log()
    first, second = append(path, name), append(path, name)
    assert read_log(path).corrections == (first, second)
    assert [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()] == [1, 2]
    assert "Zoë" in path.read_text(encoding="utf-8")


def test_several_processes_may_speak_at_once(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: append(path, name), range(40)))
    assert [line.id for line in read_log(path).corrections] == list(range(1, 41))


def test_what_a_process_that_died_left_of_a_line_was_never_said(path: Path) -> None:
    write(path, LINE, json.dumps(LINE)[:40], end="")
    log = read_log(path)
    assert len(log.corrections) == 1
    assert log.torn
    append(path, name)
    assert [line.id for line in read_log(path).corrections] == [1, 2]
    assert read_log(path).torn is None


def test_a_line_that_was_torn_inside_a_character_was_never_said(path: Path) -> None:
    write(path, LINE)
    torn = json.dumps({**LINE, "id": 2}, ensure_ascii=False).encode()
    with path.open("ab") as file:
        file.write(torn[: torn.index("ë".encode()) + 1])
    assert [line.id for line in read_log(path).corrections] == [1]
    assert read_log(path).torn
    append(path, name)
    assert [line.id for line in read_log(path).corrections] == [1, 2]


def test_a_byte_order_mark_before_the_first_line_is_none_of_it(path: Path) -> None:
    write(path, LINE)
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    append(path, name)
    assert [line.id for line in read_log(path).corrections] == [1, 2]


def test_a_line_that_is_not_utf_8_is_named_and_makes_the_people_stale_as_any_other(path: Path) -> None:
    folder = DataFolder(path.parent)
    write(path, LINE)
    before = corrections_fingerprint(folder)
    path.write_bytes(path.read_bytes() + b'{"by": "Zo\xeb"}\n')
    with pytest.raises(FramecurateError, match="line 2: not UTF-8"):
        read_log(path)
    assert corrections_fingerprint(folder) != before


def test_a_whole_line_without_its_end_was_said(path: Path) -> None:
    write(path, LINE, end="")
    assert len(read_log(path).corrections) == 1
    append(path, name)
    assert [line.id for line in read_log(path).corrections] == [1, 2]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "line 2: Invalid JSON"),
        ({**LINE, "id": 2, "kind": "marry"}, "line 2: Input tag 'marry'"),
        (
            {**_STAMP, "id": 2, "kind": "confirm", "person": "person_0001", "faces": {"person_0001": ["a@0#0"]}},
            "line 2: `faces` are fewer than two",
        ),
        ({**LINE, "id": 2, "nom": "x"}, "line 2: nom: Extra inputs are not permitted"),
        ({**LINE, "id": 2, "person": "anna"}, "line 2: person: String should match pattern"),
        ({**LINE, "id": 2, "person": "person_1000000001"}, "line 2: person: a person's number is at most 1000000000"),
        ({**LINE, "id": 2, "person": f"person_{'9' * 5000}"}, "a person's number is at most 1000000000"),
        ({**LINE, "id": 10**30}, "line 2: id: Input should be less than or equal to 1000000000"),
        ({**LINE, "id": 2, "at": "2026-01-01T10:00:00"}, "line 2: at: Input should have timezone info"),
        (LINE, "the line with id 1 follows the one with id 1"),
    ],
)
def test_a_broken_line_is_named_and_nothing_is_guessed(path: Path, line: object, said: str) -> None:
    write(path, LINE, line, {**LINE, "id": 3})
    with pytest.raises(FramecurateError) as refused:
        read_log(path)
    assert said in str(refused.value)
    before = path.read_bytes()
    with pytest.raises(FramecurateError):
        append(path, name)
    assert path.read_bytes() == before
