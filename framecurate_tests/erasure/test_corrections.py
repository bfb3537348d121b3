"""What people said of somebody who is erased goes from the log and the register; what they said of others stays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from framecurate_assets.erasure.corrections import erase_from_log
from framecurate_assets.erasure.plan import Plan, SealedVideo
from framecurate_assets.erasure.target import Target
from framecurate_assets.forget import propose, what_is_left
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.people.log import read_log
from framecurate_assets.sources.source import identify
from framecurate_assets.sources.source_list import add_sources
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import all_rows, bring_up_to_date, video_id
from framecurate_tests.end_to_end.in_process import Terminal
from framecurate_tests.erasure.forgetting import faces_of, forget, person_in_part
from framecurate_tests.erasure.traces import removed_names, where_found

ONE, TWO, THREE, FOUR = (f"person_{number:04}" for number in range(1, 5))
MERGE = {"kind": "merge", "persons": [ONE, TWO, THREE], "into": ONE, "faces": {ONE: ["v@0#0"], TWO: ["v@9#0", "w@0#0"]}}
SPLIT = {"kind": "split", "person": ONE, "faces": {ONE: ["v@0#0", "w@0#0"]}, "rest": {}, "new_person": FOUR}
REJECT = {"kind": "reject", "faces": ["v@0#0", "w@0#0"]}
CONFIRM = {"kind": "confirm", "person": ONE, "faces": {ONE: ["v@0#0", "w@0#0"], TWO: ["w@9#0"]}}
APART = {"kind": "apart", "persons": [ONE, TWO], "faces": {}}


@pytest.mark.parametrize(
    ("lines", "plan", "left"),
    [
        # A person of several: the others are still one.
        ([MERGE], Plan(persons=(TWO,)), [{**MERGE, "id": 1, "persons": [ONE, THREE], "faces": {ONE: ["v@0#0"]}}]),
        # The one whose number the others have.
        ([MERGE], Plan(persons=(ONE,)), []),
        # The faces of a video.
        ([MERGE], Plan(videos=("v",)), [{**MERGE, "id": 1, "faces": {TWO: ["w@0#0"]}}]),
        ([REJECT], Plan(videos=("v",)), [{"id": 1, "kind": "reject", "faces": ["w@0#0"]}]),
        ([REJECT], Plan(videos=("v", "w")), []),
        # A frame, and not the one whose time begins alike.
        (
            [REJECT],
            Plan(sealed={"v": SealedVideo(("v@0",), (), 1, 1)}),
            [{"id": 1, "kind": "reject", "faces": ["w@0#0"]}],
        ),
        ([REJECT], Plan(sealed={"v": SealedVideo(("v@00",), (), 1, 1)}), [{**REJECT, "id": 1}]),
        ([SPLIT], Plan(persons=(ONE,)), []),
        ([SPLIT], Plan(persons=(FOUR,)), []),
        ([SPLIT], Plan(videos=("v", "w")), []),
        ([APART], Plan(persons=(TWO,)), []),
        ([{"kind": "rename", "person": ONE, "name": "Zoë"}], Plan(persons=(ONE,)), []),
        ([{"kind": "exception", "person": ONE}], Plan(persons=(ONE,)), []),
        ([CONFIRM], Plan(persons=(ONE,)), []),
        ([CONFIRM], Plan(videos=("v",)), [{**CONFIRM, "id": 1, "faces": {ONE: ["w@0#0"], TWO: ["w@9#0"]}}]),
        # One face is one person anyway.
        ([CONFIRM], Plan(videos=("w",)), []),
        # What undid a line goes with it, and the others keep their numbers.
        (
            [APART, {"kind": "undo", "of": 1}, {"kind": "undo", "of": 2}, REJECT],
            Plan(persons=(TWO,)),
            [{**REJECT, "id": 4}],
        ),
    ],
)
def test_what_goes_goes_from_the_log(
    tmp_path: Path, lines: Sequence[dict[str, Any]], plan: Plan, left: list[dict[str, Any]]
) -> None:
    path = tmp_path / "corrections.jsonl"
    stamp = {"at": "2026-01-01T10:00:00Z", "by": "anna"}
    path.write_text("".join(f"{json.dumps({**stamp, **line, 'id': n})}\n" for n, line in enumerate(lines, 1)))
    erase_from_log(plan, path)
    erase_from_log(plan, path)
    rows = [line.model_dump(mode="json", exclude={"at", "by"}) for line in read_log(path).corrections]
    assert rows == left
    assert path.exists() == bool(left)


def test_no_byte_of_a_person_of_whom_people_spoke_is_left(
    crowd: DataFolder, crowd_once: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(monkeypatch, capsys, crowd.root)
    person = person_in_part(crowd)
    other = _another(crowd, person)
    terminal("persons", "rename", person, "Zoroaster", "--later")
    terminal("persons", "apart", person, other, "--later")
    terminal("persons", "rename", other, "Balthasar", "--later")
    face = str(faces_of(person, crowd)[0]["face_id"])
    terminal("persons", "split", person, "--faces", face, "--later")
    assert bring_up_to_date(crowd).failed_checks == {}
    assert where_found({"Zoroaster"}, crowd) != []

    forget(person, crowd)
    names = removed_names(crowd_once, crowd)
    assert {person} < names
    assert where_found(names | {"Zoroaster"}, crowd) == []
    assert what_is_left(crowd) == []
    assert [line.id for line in read_log(crowd.corrections).corrections] == [3]
    (registered,) = [row for row in all_rows(crowd)["person_registry"] if row["person_id"] == other]
    assert registered["name"] == "Balthasar"


@pytest.mark.parametrize("when", [(), ("--later",)])
def test_everybody_who_was_merged_into_a_person_goes_with_them(
    crowd: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], when: tuple[str, ...]
) -> None:
    person = person_in_part(crowd)
    other = _another(crowd, person)
    frames = {face["frame_id"] for one in (person, other) for face in faces_of(one, crowd)}
    Terminal(monkeypatch, capsys, crowd.root)("persons", "merge", person, other, *when)
    # By either number.
    assert propose(Target("person", other), crowd).plan == propose(Target("person", person), crowd).plan
    forget(other, crowd)
    assert not {person, other} & {row["person_id"] for row in all_rows(crowd)["person_registry"]}
    assert where_found({person, other}, crowd) == []
    assert frames.isdisjoint(row["frame_id"] for row in all_rows(crowd)["sampled_frames"])
    assert bring_up_to_date(crowd).runs == 0


def test_a_person_whom_only_the_log_knows_can_be_forgotten_and_their_number_is_not_given_again(
    crowd: DataFolder, clips: Clips, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person = person_in_part(crowd)
    face = str(faces_of(person, crowd)[0]["face_id"])
    Terminal(monkeypatch, capsys, crowd.root)("persons", "split", person, "--faces", face, "--later")
    new = f"person_{len(all_rows(crowd)['person_registry']) + 1:04}"
    plan = propose(Target("person", new), crowd).plan
    assert (plan.persons, face.partition("#")[0] in plan.frame_ids) == ((new,), True)
    forget(new, crowd)
    assert person in {row["person_id"] for row in all_rows(crowd)["identity_clusters"]}
    add_sources(crowd.sources_file, [identify(str(clips.group))])
    bring_up_to_date(crowd)
    assert max(str(row["person_id"]) for row in all_rows(crowd)["person_registry"]) > new
    assert what_is_left(crowd) == []


def test_a_person_who_has_no_face_any_more_can_be_forgotten(
    without_astronaut: DataFolder, finished_once: DataFolder, clips: Clips
) -> None:
    """Of a video that was erased: what is left is a number, and perhaps faces to be recognised by."""
    (person,) = {
        str(row["person_id"])
        for row in all_rows(finished_once)["identity_clusters"]
        if str(row["face_id"]).startswith(f"{video_id(clips.astronaut)}@")
    }
    assert person in {row["person_id"] for row in all_rows(without_astronaut)["person_registry"]}
    forget(person, without_astronaut)
    assert where_found({person}, without_astronaut) == []


def _another(folder: DataFolder, person: str) -> str:
    return next(
        str(row["person_id"]) for row in all_rows(folder)["identity_clusters"] if row["person_id"] not in (None, person)
    )
