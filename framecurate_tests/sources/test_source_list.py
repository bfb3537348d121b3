from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.source import identify
from framecurate_assets.sources.source_list import Unidentified, add_sources, expand, identify_all, read_sources

VIMEO = "https://vimeo.com/76979871"
DAILYMOTION = "https://www.dailymotion.com/video/x5kesuj"


def test_what_is_added_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "data" / "sources.yaml"
    plain = identify(VIMEO)
    rich = identify(DAILYMOTION, "happy", "CC BY 4.0", "« it's: fine #1 »", clip_start_s=1.5, clip_end_s=90)
    assert add_sources(path, [plain, rich]) == [plain, rich]
    assert read_sources(path).sources == (plain, rich)
    assert yaml.safe_load(path.read_text())[0] == {"source": VIMEO, "video_id": "vimeo-76979871"}


def test_the_same_video_is_never_added_twice(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    again = identify("https://player.vimeo.com/video/76979871")
    assert add_sources(path, [identify(VIMEO), again]) == [identify(VIMEO)]
    before = path.read_bytes()
    assert add_sources(path, [again]) == []
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "written",
    [
        f"# mine\n- source: {VIMEO}  # keep this\n\n# the end\n",
        f"# mine\n- source: {VIMEO}",  # no line break at the end
        f"  - source: {VIMEO}\n    label: happy\n",  # an indented list
        f"---\n- {VIMEO}\n",  # a list of nothing but addresses
        "# nothing yet\n",
        "",
    ],
)
def test_what_people_wrote_stays_as_it_is(tmp_path: Path, written: str) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(written)
    known = read_sources(path).sources
    new = identify(DAILYMOTION, label="sad")
    assert add_sources(path, [new]) == [new]
    assert path.read_text().startswith(written)
    assert read_sources(path).sources == (*known, new)


def test_an_entry_without_an_id_is_identified_and_one_that_cannot_be_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"content")
    path = tmp_path / "sources.yaml"
    path.write_text(
        "- source: gone.mp4\n"
        "- source: clip.mp4\n"  # relative to the list
        "  label: happy\n"
        "- source: ftp://example.com/clip.mp4\n"
        "- source: elsewhere.mp4\n"  # with an id: not looked into
        "  video_id: file-0123456789ab\n"
        f"- source: {VIMEO}\n"
        "  clip_start: 1:30\n"  # YAML's way to write 90
        f"- source: {VIMEO}?again\n"
    )
    found = read_sources(path)
    assert [source.video_id for source in found.sources] == ["file-ed7002b439e9", "file-0123456789ab", "vimeo-76979871"]
    assert [source.source for source in found.sources[:2]] == [
        str(tmp_path / "clip.mp4"),
        str(tmp_path / "elsewhere.mp4"),
    ]
    assert (found.sources[0].label, found.sources[2].clip_start_s) == ("happy", 90)
    assert [Path(entry.source).name for entry in found.unidentified] == ["gone.mp4", "clip.mp4"]
    assert "gone.mp4 does not exist." in found.unidentified[0].reason
    assert [source.source for source in add_sources(path, [identify(str(tmp_path / "clip.mp4"))])] == []


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("- source: [", "is not YAML"),
        ("source: x.mp4\n", "is not a list"),
        ("just text\n", "is not a list"),
        (f"- source: {VIMEO}\n- label: happy\n", "entry 2 has no source"),
        ("- 5\n", "entry 1 has no source"),
        (f"- source: {VIMEO}\n  lable: happy\n", rf"entry 1 \({VIMEO}\) has an unknown key 'lable'"),
        (f"- source: {VIMEO}\n  label: no\n", "label is False, not a text. Put it in quotes"),
        (f"- source: {VIMEO}\n  clip_start: early\n", "clip_start is 'early', not a number"),
        (f"- source: {VIMEO}\n  clip_end: true\n", "clip_end is True, not a number"),
        (f"- source: {VIMEO}\n  video_id: ../x\n", "video_id has only a-z"),
    ],
)
def test_a_faulty_list_is_refused_and_the_entry_named(tmp_path: Path, written: str, problem: str) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(written)
    with pytest.raises(FramecurateError, match=problem) as raised:
        read_sources(path)
    assert "sources.yaml" in str(raised.value)
    assert raised.value.remedy
    with pytest.raises(FramecurateError):
        add_sources(path, [identify(DAILYMOTION)])
    assert path.read_text() == written


def test_a_list_in_brackets_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(f"[{VIMEO}]\n")
    with pytest.raises(FramecurateError, match="Nothing can be appended"):
        add_sources(path, [identify(DAILYMOTION)])
    assert path.read_text() == f"[{VIMEO}]\n"


def test_no_list_is_an_empty_one(tmp_path: Path) -> None:
    assert read_sources(tmp_path / "sources.yaml").sources == ()


def test_a_folder_stands_for_the_videos_in_it(tmp_path: Path) -> None:
    for name in ("b.MP4", "a.mkv", "deep/er/c.webm", "notes.txt", "picture.jpg", ".hidden.mp4", ".cache/d.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    entries = expand(str(tmp_path))
    assert [entry.source for entry in entries] == [
        str(tmp_path / name) for name in ("a.mkv", "b.MP4", "deep/er/c.webm")
    ]


def test_a_text_file_stands_for_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"\ufeff# mine\n{VIMEO}   # a person\n\n  clips/my clip #1.mp4\n", encoding="utf-8")
    assert [entry.source for entry in expand(str(path))] == [VIMEO, str(tmp_path / "clips" / "my clip")]


def test_a_yaml_list_stands_for_its_entries_with_what_it_says_of_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(f"- source: {VIMEO}\n  label: happy\n  notes:\n- {DAILYMOTION}\n")
    found = identify_all(expand(str(path)))
    assert [(source.source, source.label) for source in found.sources] == [(VIMEO, "happy"), (DAILYMOTION, None)]


def test_anything_else_stands_for_itself(tmp_path: Path) -> None:
    for argument in (VIMEO, str(tmp_path / "gone.mp4"), str(tmp_path / "gone.txt"), ""):
        assert [entry.source for entry in expand(argument)] == [argument]
    assert identify_all(expand("")).unidentified == (
        Unidentified("", "A source is empty. Give the path of a video file or a URL."),
    )


@pytest.mark.parametrize(
    ("name", "problem"), [("empty", "no file"), ("list.txt", "no source"), ("list.yaml", "no source")]
)
def test_what_stands_for_nothing_is_refused(tmp_path: Path, name: str, problem: str) -> None:
    path = tmp_path / name
    path.write_text("# nothing\n") if path.suffix else path.mkdir()
    with pytest.raises(FramecurateError, match=problem):
        expand(str(path))


def test_a_text_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe\x00binary")
    with pytest.raises(FramecurateError, match="UTF-8"):
        expand(str(tmp_path / "list.txt"))
