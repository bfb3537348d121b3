"""`framecurate why`: what may be typed, what is printed, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from framecurate_assets.lake.lake import Lake
from framecurate_tests.end_to_end.in_process import Terminal
from framecurate_tests.why.small_lake import GONE, VIDEO


def test_the_answer_stands_first_and_then_the_way(framecurate: Terminal) -> None:
    answer = framecurate("why", f"{VIDEO}@1500#0")
    assert answer.code == 0
    first, _, *way = answer.out.splitlines()
    assert first.startswith(f"{VIDEO}@1500#0: Left out: person_0001 (Ana)'s picture {VIDEO}@500#0 looks the same")
    assert way[0].startswith("raw_videos")
    assert way[-1].split()[:2] == ["left", "out"]


def test_json_has_every_step_with_value_threshold_and_rival(framecurate: Terminal) -> None:
    answer = json.loads(framecurate("why", f"{VIDEO}@1500#0", "--json").out)
    assert (answer["kind"], answer["id"]) == ("face", f"{VIDEO}@1500#0")
    last = answer["steps"][-1]
    assert (last["rule"], last["value"], last["threshold"], last["rival"]) == (
        "near_duplicate",
        2.0,
        4.0,
        f"{VIDEO}@500#0",
    )


@pytest.mark.parametrize(
    ("typed", "kind", "meant"),
    [
        ("/clips/talk.mp4", "video", VIDEO),
        ("https://youtu.be/gonegonegon?t=3", "video", GONE),
        (f"faces/{VIDEO}/{VIDEO}@1500#0.jpg", "face", f"{VIDEO}@1500#0"),
        (f"sequences/{VIDEO}/{VIDEO}@700#s0.jpg", "face", f"{VIDEO}@700#s0"),
        (f"frames/{VIDEO}/1500.jpg", "frame", f"{VIDEO}@1500"),
        (f"videos/{VIDEO}.mp4", "video", VIDEO),
        ("dataset/person_0001/high_quality/01.jpg", "face", f"{VIDEO}@500#0"),
        ("person_0001", "person", "person_0001"),
    ],
)
def test_sources_pictures_and_persons_may_be_typed_too(
    framecurate: Terminal, lake: Lake, typed: str, kind: str, meant: str
) -> None:
    is_kept = not typed.startswith(("/", "https:", "person"))
    answer = framecurate("why", lake.folder.root / typed if is_kept else typed, "--json")
    assert answer.code == 0
    told = json.loads(answer.out)
    assert (told["kind"], told["id"]) == (kind, meant)


def test_a_person_is_told_in_short_and_where_to_read_more(framecurate: Terminal) -> None:
    said = framecurate("why", "person_0001").out
    assert "person_0001 (Ana) has 3 faces of 1 video, and 2 pictures in the dataset." in said
    assert "framecurate persons show person_0001" in said
    assert "it is part of person_0001 (Ana)" in framecurate("why", "person_0003").out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (f"{VIDEO}@500#9", f"There is no face {VIDEO}@500#9 in"),
        ("file-aaaaaaaaaaab", f"Near it: {VIDEO}"),
        ("file-aaaaaaaaaaab@500", f"Near it: {VIDEO}"),
        ("person_0009", "Near it: person_000"),
        ("nonsense", "`framecurate status` shows what there is"),
    ],
)
def test_what_there_is_not_is_one_sentence_with_what_is_near(framecurate: Terminal, typed: str, said: str) -> None:
    answer = framecurate("why", typed)
    assert answer.code == 2
    assert said in answer.messages
    assert "Traceback" not in answer.messages


def test_an_empty_data_folder_has_no_answer_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = Terminal(monkeypatch, capsys, tmp_path / "nothing")("why", f"{VIDEO}@500#0")
    assert answer.code == 2
    assert "There is no video" in answer.messages


def test_help_teaches(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(Terminal(monkeypatch, capsys, None)("why", "--help").out.replace("│", " ").split())
    for words in ("which chosen face stood against it", "Exit code", "--json", "--data"):
        assert words in said
