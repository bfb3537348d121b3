"""The command line: what it teaches, prints and refuses, and how scripts can tell."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from framecurate_assets.lake.folder import ENVIRONMENT_VARIABLE, DataFolder
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.command import framecurate as framecurate_process
from framecurate_tests.end_to_end.data_folders import contents, data_folder, size_of, video_id, written
from framecurate_tests.end_to_end.in_process import Terminal


@pytest.fixture
def framecurate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Commands on an empty data folder."""
    return Terminal(monkeypatch, capsys, tmp_path / "data")


@pytest.fixture
def on_finished(finished: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Commands on a data folder in which everything is up to date."""
    return Terminal(monkeypatch, capsys, finished.root)


@pytest.mark.parametrize(
    ("command", "teaches"),
    [
        ("", ["framecurate demo", "framecurate run VIDEO"]),
        ("add", ["sources.yaml", ".txt or .yaml list", "--list", "standard input", "--allow-forgotten"]),
        ("run", ["Exit code", "after a crash", "--data"]),
        ("sources", ["--json", "waiting", "UTC"]),
        ("status", ["--json", "budget"]),
        ("sql", ["SELECT * FROM videos", "face_rejections", "table, json or csv"]),
        ("ui", ["Ctrl-C", "3000"]),
        ("demo", ["480p", "refused"]),
        ("doctor", ["what to do"]),
        ("models", ["fetch", "list"]),
        ("models fetch", ["buffalo_l", "offline"]),
        ("models list", ["licence"]),
    ],
)
def test_help_teaches(framecurate: Terminal, command: str, teaches: list[str]) -> None:
    answer = Terminal(framecurate.monkeypatch, framecurate.capture, None)(*command.split(), "--help")
    assert answer.code == 0
    said = " ".join(answer.out.replace("│", " ").split())
    for words in teaches:
        assert words in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["run", "--bogus"], "No such option: --bogus"),
        (["add"], "No source is given. Name a URL"),
        (["run"], "There is no video in"),
        (["add", "nowhere.mp4"], "nowhere.mp4 does not exist. Check its spelling"),
        (["sql", "SELECT 1", "--format", "xml"], "--format xml is unknown. Choose one of table, json, csv."),
        (["models", "fetch", "no/such"], "no/such"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_is_wrong(framecurate: Terminal, command: list[str], said: str) -> None:
    answer = framecurate(*command)
    assert answer.code == 2
    assert said in answer.messages
    assert "Traceback" not in answer.messages


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("candidates: {preset: strickt}", "unknown preset 'strickt': choose one of strict, moderate, relaxed"),
        ("candidates: {max_yawn: 3}", "candidates.max_yawn: there is no such key"),
        ("candidates: {max_yaw: wide}", "candidates.max_yaw"),
        ("video: {", "is not YAML"),
    ],
)
def test_a_broken_policy_is_refused_before_anything_is_made(
    on_finished: Terminal, finished: DataFolder, policy: str, said: str
) -> None:
    before = written(finished)
    finished.policy_file.write_text(policy)
    answer = on_finished("run")
    assert answer.code == 2
    assert f"error {finished.policy_file}" in answer.messages
    assert said in answer.messages
    assert written(finished) == before


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ("- source: {}", "source is {}, not a text"),
        ("- sauce: a.mp4", "unknown key 'sauce'"),
        ("- {source: https://site/a.mp4, licens: x}", "unknown key 'licens'"),
        ("[", "is not YAML"),
    ],
)
def test_a_broken_list_of_sources_is_refused(framecurate: Terminal, sources: str, said: str) -> None:
    assert framecurate.data
    folder = data_folder(framecurate.data, [])
    folder.sources_file.write_text(sources)
    answer = framecurate("run")
    assert (answer.code, said in answer.messages) == (2, True)


def listed(folder: DataFolder) -> list[str]:
    return [entry["video_id"] for entry in yaml.safe_load(folder.sources_file.read_text())]


def test_add_takes_files_folders_and_lists_and_each_video_once(
    framecurate: Terminal, clips: Clips, tmp_path: Path
) -> None:
    assert framecurate.data
    folder = DataFolder(framecurate.data)
    place = tmp_path / "films"
    (place / "deep").mkdir(parents=True)
    for clip, name in ((clips.astronaut, "a.mp4"), (clips.group, "deep/b.MP4"), (clips.small, "c.txt.mp4")):
        (place / name).hardlink_to(clip)
    (place / "notes.doc").write_text("no video")
    keys = {name: video_id(clip) for name, clip in vars(clips).items()}

    answer = framecurate("add", place)
    assert answer.code == 0
    assert f"added {keys['astronaut']}: {place / 'a.mp4'}" in answer.messages
    assert "3 added; `framecurate run` processes them." in answer.messages
    assert sorted(listed(folder)) == sorted(keys.values())

    # The same videos again, under other names and from lists: nothing new.
    (tmp_path / "list.txt").write_text(f"# mine\n{clips.astronaut}\nfilms/deep/b.MP4 # relative to the list\n")
    (tmp_path / "list.yaml").write_text(f"- source: {clips.small}\n  label: happy\n")
    before = folder.sources_file.read_bytes()
    answer = framecurate("add", tmp_path / "list.txt", tmp_path / "list.yaml", clips.astronaut)
    assert (answer.code, "Nothing was added." in answer.messages) == (0, True)
    assert folder.sources_file.read_bytes() == before


def test_add_from_lists_keeps_what_they_say(framecurate: Terminal, clips: Clips, tmp_path: Path) -> None:
    assert framecurate.data
    (tmp_path / "list.yaml").write_text(
        f"- source: {clips.group}\n  label: happy\n  licence: CC0\n  clip_end: 1:30\n- https://example.org/v/film.mp4\n"
    )
    assert framecurate("add", tmp_path / "list.yaml").code == 0
    first, second = yaml.safe_load(DataFolder(framecurate.data).sources_file.read_text())
    assert (first["label"], first["licence"], first["clip_end"]) == ("happy", "CC0", 90)
    assert second["source"] == "https://example.org/v/film.mp4"


def test_what_can_be_added_is_added_beside_what_cannot(framecurate: Terminal, clips: Clips) -> None:
    assert framecurate.data
    answer = framecurate("add", "nowhere.mp4", clips.small)
    assert answer.code == 2
    assert "1 added" in answer.messages
    assert listed(DataFolder(framecurate.data)) == [video_id(clips.small)]


def test_status_is_for_people_and_as_json_for_scripts(on_finished: Terminal, clips: Clips) -> None:
    answer = on_finished("status")
    assert answer.code == 0
    for words in ("Videos", "People", "person_0001", "person_0002", "Engine: embedded-", "Budget: candidates:"):
        assert words in answer.out

    summary = json.loads(on_finished("status", "--json").out)
    videos = {video["video_id"]: video for video in summary["videos"]}
    assert {key: video["status"] for key, video in videos.items()} == {
        video_id(clips.astronaut): "ready",
        video_id(clips.group): "ready",
        video_id(clips.small): "rejected",
    }
    assert videos[video_id(clips.astronaut)]["frames"] == 12
    assert [person["person_id"] for person in summary["people"]] == ["person_0001", "person_0002"]
    assert 0 < summary["dataset_bytes"] < 3_000_000


def test_status_shows_the_disk_that_is_used_and_what_was_pruned(on_finished: Terminal, finished: DataFolder) -> None:
    own = finished.root.parent / "own.mp4"
    video = next(finished.videos.iterdir())
    own.hardlink_to(video)
    summary = json.loads(on_finished("status", "--json").out)
    places = {"videos": finished.videos, "frames": finished.all_frames, "faces": finished.all_faces}
    sizes = {name: size_of(place) for name, place in {**places, "dataset": finished.dataset}.items()}
    linked = own.stat().st_size
    assert summary["disk"] == sizes | {"videos": sizes["videos"] - linked, "linked": linked}
    assert summary["pruned"] == {"videos": 0, "frames": 0, "bytes": 0}
    assert f"MB (and {linked / 1e6:.1f} MB linked to files of yours), frames" in " ".join(
        on_finished("status").out.split()
    )

    finished.policy_file.write_text(finished.policy_file.read_text() + "retention: {keep_frames: none}\n")
    assert on_finished("run").code == 0
    summary = json.loads(on_finished("status", "--json").out)
    assert summary["disk"]["frames"] == 0
    assert summary["pruned"] == {"videos": 0, "frames": 24, "bytes": sizes["frames"]}
    assert f"pruned 0 videos and 24 frames, {sizes['frames'] / 1e6:.1f} MB" in " ".join(
        on_finished("status").out.split()
    )


def test_status_of_an_empty_data_folder_is_empty(framecurate: Terminal) -> None:
    assert framecurate("status").code == 0
    summary = json.loads(framecurate("status", "--json").out)
    assert (summary["videos"], summary["people"], summary["engine"]) == ([], [], None)
    assert framecurate.data
    assert not framecurate.data.exists()


QUESTION = "SELECT video_id, status, reason, width FROM raw_videos ORDER BY width, video_id"


def test_sql_answers_in_three_formats(on_finished: Terminal, clips: Clips) -> None:
    as_table = on_finished("sql", QUESTION).out.splitlines()
    assert as_table[0].split() == ["video_id", "status", "reason", "width"]
    assert len(as_table) == 6
    assert as_table[-1] == "(3 rows)"

    as_json = json.loads(on_finished("sql", QUESTION, "--format", "json").out)
    assert as_json[0]["video_id"] == video_id(clips.small)
    assert [row["width"] for row in as_json] == [854, 1280, 1280]
    assert as_json[1]["reason"] is None

    as_csv = list(csv.DictReader(io.StringIO(on_finished("sql", QUESTION, "--format", "csv").out)))
    assert [{**row, "width": int(row["width"]), "reason": row["reason"] or None} for row in as_csv] == as_json


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELEC 1", 'Parser Error: syntax error at or near "SELEC"'),
        ("SELECT * FROM nothing", "Table with name nothing does not exist"),
        ("SELECT CAST(video_id AS INTEGER) FROM raw_videos", "Conversion Error"),  # only seen when rows are fetched
        ("", "no single question"),
        ("SELECT 1; SELECT 2", "no single question"),
        ("DROP VIEW raw_videos", "no single question"),
        ("COPY (SELECT 1) TO '{data}/lake/raw_videos/x.parquet'", "no single question"),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO '{data}/lake/raw_videos/x.parquet'", "no single question"),
        ("ATTACH '{data}/catalog.duckdb'", "no single question"),
        ("EXPORT DATABASE '{data}/copy'", "no single question"),
        ("SET enable_external_access = true", "no single question"),
        ("INSTALL httpfs", "no single question"),
        ("SELECT * FROM read_text('{data}/../secret')", "Permission Error"),
    ],
)
def test_sql_only_answers_questions(on_finished: Terminal, finished: DataFolder, query: str, said: str) -> None:
    (finished.root.parent / "secret").write_text("secret")
    before = contents(finished.root)
    answer = on_finished("sql", query.format(data=finished.root))
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.messages
    assert contents(finished.root) == before


def test_sql_in_a_folder_with_a_quote_in_its_name(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data_folder(tmp_path / "it's data", [])
    answer = Terminal(monkeypatch, capsys, folder.root)("sql", "SHOW TABLES")
    assert answer.code == 0
    assert "raw_videos" in answer.out


def test_the_data_folder_can_come_from_the_environment(
    finished: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(finished.root))
    answer = Terminal(monkeypatch, capsys, None)("sql", "SELECT count(*) FROM raw_videos", "--format", "csv")
    assert answer.out.split() == ["count_star()", "3"]


@pytest.mark.skipif(not Path("/sys").exists(), reason="no folder that root may not write to")
@pytest.mark.parametrize("command", ["add", "run", "demo"])
def test_a_data_folder_that_cannot_be_written_is_one_sentence(
    clips: Clips, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [] if command == "demo" else [clips.small]
    answer = Terminal(monkeypatch, capsys, Path("/sys/framecurate"))(command, *arguments)
    assert answer.code == 1
    assert answer.messages.endswith("Make it writable, or use another data folder (--data or FRAMECURATE_DATA).")
    assert answer.messages.count("error ") == 1


def test_doctor_finds_nothing_wrong_here_and_says_what_is(framecurate: Terminal) -> None:
    answer = framecurate("doctor")
    # What is wrong with this machine, such as too little free disk, would be said too.
    said = {line.split("│")[0].strip(): line.split("│")[1:] for line in answer.out.splitlines() if "│" in line}
    assert answer.code == int(any(columns[-1].strip() for columns in said.values()))
    assert said.keys() >= {"python", "dagster", "duckdb", "data folder", "free disk", "policy", "face engine"}

    assert framecurate.data
    (framecurate.data / "policy.yaml").write_text("candidates: {preset: strickt}")
    answer = framecurate("doctor")
    assert answer.code == 1
    assert "unknown preset" in " ".join(answer.out.replace("│", " ").split())


def test_models_list_names_each_engine_with_its_licence(framecurate: Terminal) -> None:
    answer = framecurate("models", "list")
    assert answer.code == 0
    said = " ".join(answer.out.replace("│", " ").split())
    for words in ("embedded", "insightface", "framecurate models fetch", "CC0", "non-commercial"):
        assert words in said


def test_the_command_is_quick_to_help_and_needs_no_data_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    done = framecurate_process("status", data=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert not folder.root.exists()
