"""`framecurate persons` as a person types it, on a data folder in which two people were found."""

from __future__ import annotations

import fcntl
import json
import subprocess
import time
from typing import Any

import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.people.corrections import Split
from framecurate_assets.people.lock import locked
from framecurate_assets.people.log import read_log
from framecurate_assets.people.people import People, read_people, write_people
from framecurate_tests.end_to_end.command import START, WAIT_S
from framecurate_tests.end_to_end.data_folders import all_rows, bring_up_to_date, contents
from framecurate_tests.end_to_end.in_process import Terminal

ONE, TWO, THREE, FOUR = (f"person_{number:04}" for number in range(1, 5))


@pytest.fixture
def persons(finished: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys, finished.root)


def listed(terminal: Terminal) -> dict[str, dict[str, Any]]:
    answer = terminal("persons", "list", "--json")
    assert answer.code == 0
    return {row["person_id"]: row for row in json.loads(answer.out)["persons"]}


def shown(terminal: Terminal, person: str) -> dict[str, Any]:
    found = json.loads(terminal("persons", "show", person, "--json").out)
    assert isinstance(found, dict)
    return found


def folders(folder: DataFolder) -> set[str]:
    return {path.name for path in folder.dataset.glob("person_*")}


def test_a_merge_changes_the_dataset_at_once_and_an_undo_gives_it_back(persons: Terminal, finished: DataFolder) -> None:
    before, dataset = all_rows(finished)["identity_clusters"], contents(finished.dataset)
    assert folders(finished) == {ONE, TWO}
    answer = persons("persons", "merge", ONE, TWO, "--by", "anna")
    assert answer.code == 0
    assert "Correction 1: merge of person_0002 into person_0001." in answer.messages
    assert "person_0002 is part of person_0001" in answer.messages
    assert folders(finished) == {ONE}
    assert listed(persons)[ONE]["parts"] == [TWO]
    assert shown(persons, ONE)["corrections"][0]["author"] == "anna"

    answer = persons("persons", "undo")
    assert "of person_0001 are person_0002 now" in answer.messages
    assert all_rows(finished)["identity_clusters"] == before
    pictures = {name: content for name, content in dataset.items() if name.endswith(".jpg")}
    assert {name: content for name, content in contents(finished.dataset).items() if name in pictures} == pictures
    assert bring_up_to_date(finished).runs == 0


def test_what_is_said_for_later_changes_nothing_until_the_next_run(persons: Terminal, finished: DataFolder) -> None:
    before = contents(finished.tables)
    persons("persons", "rename", ONE, "Zoë", "--later")
    persons("persons", "apart", ONE, TWO, "--later")
    assert contents(finished.tables) == before
    answer = persons("persons", "list")
    assert "Correction 1 (person_0001 is called " in answer.messages
    assert answer.messages.count("not applied yet") == 2
    bring_up_to_date(finished)
    answer = persons("persons", "list")
    assert "Zoë" in answer.out
    assert "not applied yet" not in answer.messages


def test_names_and_authors_are_printed_as_they_were_typed(persons: Terminal, finished: DataFolder) -> None:
    persons("persons", "rename", ONE, "x[/red]y :smile:", "--by", "[/b][red]", "--later")
    answer = persons("persons", "list")
    assert answer.code == 0
    assert "by [/b][red]): not applied yet" in answer.messages
    bring_up_to_date(finished)
    assert "x[/red]y :smile:" in persons("persons", "list").out
    answer = persons("persons", "show", ONE)
    assert answer.code == 0
    assert f"{ONE} x[/red]y :smile:" in answer.out
    assert "[/b][red]" in answer.out
    assert persons("status").code == 0


def test_two_who_speak_at_once_both_get_what_they_said(persons: Terminal, finished: DataFolder) -> None:
    faces = {person: shown(persons, person)["tracks"][0]["face_ids"][0] for person in (ONE, TWO)}
    # Both wait for whoever is at work, and so begin at the same moment.
    with locked(finished.people_lock):
        commands = [
            subprocess.Popen(
                [*START, "persons", "split", person, "--faces", face, "--data", str(finished.root)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            for person, face in faces.items()
        ]
        deadline = time.monotonic() + WAIT_S
        while len(read_log(finished.corrections).corrections) < len(commands) and time.monotonic() < deadline:
            time.sleep(0.01)
    said = [command.communicate(timeout=WAIT_S)[0].decode() for command in commands]
    assert [command.returncode for command in commands] == [0, 0], said
    rows = all_rows(finished)
    persons_of = {row["face_id"]: row["person_id"] for row in rows["identity_clusters"]}
    lines = [line for line in read_log(finished.corrections).corrections if isinstance(line, Split)]
    assert [persons_of[faces[line.person]] for line in lines] == [line.new_person for line in lines] == [THREE, FOUR]
    told = {(row["other_id"], row["person_id"], row["faces"], row["cause"]) for row in rows["identity_events"]}
    assert told == {(line.person, line.new_person, 1, f"correction {line.id}") for line in lines}
    assert len(rows["identity_events"]) == len(lines)
    assert [row["state"] for row in rows["corrections"]] == ["applied", "applied"]


def test_from_what_a_run_starts_nobody_else_changes_until_it_has_stored_what_it_found(
    persons: Terminal, finished: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_may: list[bool] = []

    def look() -> None:
        with finished.people_lock.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                others_may.append(False)
            else:
                others_may.append(True)

    def read(lake: Lake) -> People:
        look()
        return read_people(lake)

    def write(*arguments: Any) -> None:
        write_people(*arguments)
        look()

    monkeypatch.setattr("framecurate_assets.assets.identity_clusters.read_people", read)
    monkeypatch.setattr("framecurate_assets.assets.identity_clusters.write_people", write)
    assert persons("persons", "rename", ONE, "Zoë").code == 0
    assert others_may == [False, False]
    look()
    assert others_may[-1]


def test_a_track_that_is_split_off_is_somebody_new(persons: Terminal, finished: DataFolder) -> None:
    faces = shown(persons, ONE)["tracks"][0]["face_ids"]
    answer = persons("persons", "split", ONE, "--faces", faces[0])
    assert answer.code == 0
    assert f"1 face of {ONE} is {THREE} now" in answer.messages
    tracks = shown(persons, THREE)["tracks"]
    assert [track["face_ids"] for track in tracks] == [faces[:1]]
    assert all((finished.root / path).exists() for track in tracks for path in track["paths"])
    answer = persons("persons", "split", THREE, "--tracks", tracks[0]["track_id"])
    assert answer.code == 2
    assert "These are all faces of person_0003: nobody would stay." in answer.messages


def test_persons_who_were_confirmed_to_be_one_stay_one_until_that_is_undone(persons: Terminal) -> None:
    persons("persons", "merge", ONE, TWO, "--later")
    assert "Correction 2: person_0001 is one person." in persons("persons", "confirm", ONE, "--later").messages
    answer = persons("persons", "undo", "1", "--later")
    assert answer.code == 2
    assert "Undo that one first: `framecurate persons undo 2`." in answer.messages


def test_a_face_that_is_rejected_leaves_the_dataset(persons: Terminal, finished: DataFolder) -> None:
    face = next(row["face_id"] for row in all_rows(finished)["person_selections"] if row["kind"] == "high_quality")
    assert persons("persons", "reject", str(face)).code == 0
    rows = all_rows(finished)
    assert face not in {row["face_id"] for row in rows["person_selections"]}
    (cluster,) = [row for row in rows["identity_clusters"] if row["face_id"] == face]
    assert (cluster["person_id"], cluster["reason"]) == (None, "rejected")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["show", "person_0099"], "There is no person_0099. `framecurate persons list` shows who there is."),
        (["merge", ONE, "anna"], "There is no anna."),
        (["reject", "nothing"], "There is no face nothing among the candidates."),
        (["split", ONE, "--suggested"], "No alarm says that person_0001 is two people. Name what goes"),
        (["confirm", ONE], "person_0001 has fewer than two tracks: there is nothing to confirm."),
        (["undo"], "There is nothing to undo."),
        (["undo", "3"], "There is no correction 3."),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_is_wrong(
    persons: Terminal, finished: DataFolder, command: list[str], said: str
) -> None:
    answer = persons("persons", *command)
    assert answer.code == 2
    assert said in answer.messages
    assert "Traceback" not in answer.messages
    assert not finished.corrections.exists()


def test_a_broken_log_stops_what_needs_it_with_one_sentence(persons: Terminal, finished: DataFolder) -> None:
    finished.corrections.write_text("nonsense\n", encoding="utf-8")
    for command in (["persons", "list"], ["run"]):
        answer = persons(*command)
        assert answer.code == 2
        assert "corrections.jsonl, line 1: Invalid JSON" in answer.messages
        assert "Traceback" not in answer.messages
