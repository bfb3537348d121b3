from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from framecurate_assets.errors import FramecurateError
from framecurate_assets.sources.expand import expand
from framecurate_assets.sources.source import identify
from framecurate_assets.sources.source_list import (
    ListSource,
    Unidentified,
    add_lists,
    add_sources,
    identify_all,
    read_sources,
    remove_sources,
)
from framecurate_assets.sources.url_ids import list_id

VIMEO = "https://vimeo.com/76979871"
DAILYMOTION = "https://www.dailymotion.com/video/x5kesuj"
CHANNEL = "https://vimeo.com/channels/staffpicks"
FEED = "https://example.org/feed.xml"


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
        (
            f"- source: {VIMEO}\n  clip_start: early\n",
            "clip_start is 'early', not a time. Write seconds, such as 90, or minutes, such as 1:30",
        ),
        (f"- source: {VIMEO}\n  clip_end: true\n", "clip_end is True, not a time"),
        (f"- source: {VIMEO}\n  clip_end: 0:75\n", "clip_end is '0:75', not a time"),
        (f"- source: {VIMEO}\n  video_id: ../x\n", "video_id has only a-z"),
        (f"- source: {VIMEO}\n  limit: 5\n", "has a limit, which a source can't have"),
        (f"- list: {CHANNEL}\n  limit: 0\n", "limit is 0, not a whole number from 1 to 1000"),
        (f"- list: {CHANNEL}\n  limit: many\n", "limit is 'many', not a whole number"),
        (f"- list: {CHANNEL}\n  limit: true\n", "limit is True, not a whole number"),
        (f"- list: {CHANNEL}\n  clip_end: 5\n", "has a clip_end, which a list can't have"),
        (f"- list: {CHANNEL}\n  video_id: x\n", "has a video_id, which a list can't have"),
        (f"- list: {CHANNEL}\n  source: {VIMEO}\n", "has a source and a list"),
        (f"- source: {VIMEO}\n  clip_start_s: 3\n", "has an unknown key 'clip_start_s'"),
        (f"- source: {VIMEO}\n  exec: rm\n", "has an unknown key 'exec'"),  # an option of yt-dlp
        (f"- source: {VIMEO}\n  5: x\n", "has an unknown key '5'"),
        ("- source: {}\n", "source is {}, not a text"),
        ("- 2026-13-40\n", "has no source|is not YAML"),
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


def fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())


def test_a_folder_stands_for_the_videos_in_it(tmp_path: Path) -> None:
    fill(tmp_path, "b.MP4", "a.mkv", "deep/er/c.webm", "notes.txt", ".hidden.mp4", ".cache/d.mp4", ".cache/e.jpg")
    entries = expand(str(tmp_path))
    assert [entry.source for entry in entries] == [
        str(tmp_path / name) for name in ("a.mkv", "b.MP4", "deep/er/c.webm")
    ]


def test_the_pictures_of_each_folder_are_one_source_that_stays_the_same_when_it_grows(tmp_path: Path) -> None:
    fill(tmp_path, "one.mp4", "a.JPG", "b.png", "deep/er/c.webp", "deep/er/d.BMP", "deep/er/e.jpeg", "deep/notes.txt")
    found = identify_all(expand(str(tmp_path)))
    sets = [source for source in found.sources if source.kind == "images"]
    assert [source.source for source in sets] == [str(tmp_path), str(tmp_path / "deep/er")]
    assert [source.kind for source in found.sources].count("file") == 1
    assert sets[1].video_id == f"images-{hashlib.sha256(str(tmp_path / 'deep/er').encode()).hexdigest()[:12]}"
    fill(tmp_path, "deep/er/more.jpg")
    assert set(identify_all(expand(str(tmp_path))).sources) == set(found.sources)
    path = tmp_path / "sources.yaml"
    add_sources(path, found.sources)
    assert set(read_sources(path).sources) == set(found.sources)


def test_a_folder_written_by_hand_means_its_pictures_if_it_has_no_videos(tmp_path: Path) -> None:
    fill(tmp_path, "pictures/a.jpg", "mixed/a.jpg", "mixed/deep/b.mp4", "deep/er/c.png", "none/notes.txt")
    path = tmp_path / "sources.yaml"
    path.write_text("".join(f"- {name}\n" for name in ("pictures", "mixed", "deep", "none")))
    found = read_sources(path)
    assert [(source.source, source.kind) for source in found.sources] == [(str(tmp_path / "pictures"), "images")]
    mixed, deep, none = (entry.reason for entry in found.unidentified)
    assert "a folder with videos in it. Add them with: framecurate add" in mixed
    assert "without pictures directly in it" in deep
    assert "without pictures directly in it" in none


def test_times_can_be_written_as_clocks_do(tmp_path: Path) -> None:
    times = {"30": 30, "2.5": 2.5, "0:30": 30, "1:30": 90, "0:00:07.5": 7.5, "1:02:03": 3723, "'90'": 90, "90:00": 5400}
    path = tmp_path / "sources.yaml"
    for number, written in enumerate(times):
        path.open("a").write(f"- source: https://vimeo.com/{number}\n  clip_end: {written}\n")
    assert [source.clip_end_s for source in read_sources(path).sources] == list(times.values())


def test_a_list_is_kept_beside_the_sources(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(f"- list: {CHANNEL}\n- source: {VIMEO}\n- list: {CHANNEL}\n  limit: 7\n")
    (channel,) = read_sources(path).lists
    assert (channel.url, channel.limit, channel.label) == (CHANNEL, 50, None)
    feed = ListSource(FEED, 7, list_id(FEED), "happy", "CC0", "good ones")
    assert add_lists(path, [feed, feed, channel]) == [feed]
    assert add_lists(path, [feed]) == []
    assert read_sources(path).lists == (channel, feed)
    assert len(read_sources(path).sources) == 1


REMOVAL = f"""\
# mine
- source: {VIMEO}  # goes
  # goes too
  notes: |
    one

    two

# of the next

- {DAILYMOTION}  # stays
-
  source: https://vimeo.com/3
  label: "a
    b"
- list: {CHANNEL}
# the end
"""


def test_what_is_removed_takes_no_other_line_with_it(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(REMOVAL)
    assert remove_sources(path, ["vimeo-76979871", "vimeo-3", list_id(CHANNEL)]) == 3
    assert path.read_text() == f"# mine\n\n# of the next\n\n- {DAILYMOTION}  # stays\n# the end\n"
    assert remove_sources(path, ["vimeo-76979871", "nothing"]) == 0
    assert remove_sources(path, ["dailymotion-x5kesuj"]) == 1
    assert path.read_text() == "# mine\n\n# of the next\n\n# the end\n"
    assert read_sources(path).sources == ()
    assert remove_sources(tmp_path / "none.yaml", ["x"]) == 0


def test_every_entry_of_a_video_is_removed_and_lists_in_other_forms_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(
        f"  - source: {VIMEO}\n    label: a\n  - {DAILYMOTION}\n  - https://player.vimeo.com/video/76979871"
    )
    assert remove_sources(path, ["vimeo-76979871"]) == 2
    assert path.read_text() == f"  - {DAILYMOTION}\n"
    flow = f"[{VIMEO}, {DAILYMOTION}]\n"
    path.write_text(flow)
    with pytest.raises(FramecurateError, match="Nothing can be taken out of"):
        remove_sources(path, ["vimeo-76979871"])
    assert path.read_text() == flow


def test_two_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    program = (
        "import sys; from pathlib import Path;"
        "from framecurate_assets.sources.source import identify;"
        "from framecurate_assets.sources.source_list import add_sources;"
        "[add_sources(Path(sys.argv[1]), [identify(f'https://vimeo.com/{sys.argv[2]}{n}')]) for n in range(20)]"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(path), str(number)]) for number in (1, 2, 3)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    assert len(read_sources(path).sources) == 60


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
