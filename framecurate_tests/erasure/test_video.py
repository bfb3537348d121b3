"""Forgetting a video, by whatever name it is known."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from framecurate_assets.erasure.inventory import left_alone
from framecurate_assets.erasure.target import what_is_meant
from framecurate_assets.forget import propose, what_is_left
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import is_forgotten
from framecurate_assets.lake.lake import Lake
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import (
    FEWEST,
    all_rows,
    bring_up_to_date,
    contents,
    data_folder,
    rows_of,
    video_id,
)
from framecurate_tests.erasure.forgetting import forget
from framecurate_tests.erasure.traces import removed_names, where_found, where_pictures_are
from framecurate_tests.web.server import Site


@pytest.fixture
def site(clips: Clips) -> Iterator[Site]:
    with Site(clips.astronaut.parent) as running:
        yield running


def test_no_byte_of_a_video_is_left_in_the_data_folder(
    without_astronaut: DataFolder, finished_once: DataFolder, clips: Clips
) -> None:
    names = removed_names(finished_once, without_astronaut)
    assert video_id(clips.astronaut) in names
    assert where_found(names | {str(clips.astronaut)}, without_astronaut) == []
    assert where_pictures_are(finished_once, without_astronaut) == []
    assert what_is_left(without_astronaut) == []
    assert clips.astronaut.exists()


def test_other_videos_stay_as_they_are_and_nothing_is_left_to_do(
    without_astronaut: DataFolder, finished_once: DataFolder, clips: Clips
) -> None:
    astronaut = video_id(clips.astronaut)
    after = all_rows(without_astronaut)
    for name, rows in all_rows(finished_once).items():
        if rows and "video_id" in rows[0]:
            assert after[name] == [row for row in rows if row["video_id"] != astronaut], name
    assert {row["person_id"] for row in after["identity_clusters"]} == {"person_0001"}
    for place in ("videos", "frames", "faces"):
        everything = contents(finished_once.root / place)
        assert contents(without_astronaut.root / place) == {k: v for k, v in everything.items() if astronaut not in k}
    text = without_astronaut.sources_file.read_text()
    assert text.startswith("# mine\n")
    assert text.endswith("# the end\n")
    assert bring_up_to_date(without_astronaut).runs == 0


def test_a_url_is_forgotten_under_another_spelling(site: Site, clips: Clips, tmp_path: Path) -> None:
    url = f"{site.url}/{clips.astronaut.name}"
    policy = FEWEST + "download: {allow_private_hosts: true, gap_s: 0}\n"
    folder = data_folder(tmp_path / "data", [url, clips.group], policy)
    bring_up_to_date(folder)
    (row,) = rows_of(folder, "raw_videos", source=url)
    assert row["status"] == "ready"

    forget(url.replace("http://", "HTTP://").replace(".mp4", ".mp4#t=2"), folder)

    found = where_found({url, str(row["video_id"]), str(row["sha256"])}, folder)
    assert found == []
    assert is_forgotten(Lake(folder), "video", str(row["video_id"]))


def test_a_file_is_known_by_its_place_when_it_is_gone(finished: DataFolder, clips: Clips, tmp_path: Path) -> None:
    lake = Lake(finished)
    assert what_is_meant(str(clips.group), lake).id == video_id(clips.group)
    elsewhere = tmp_path / "copy.mp4"
    shutil.copyfile(clips.group, elsewhere)
    assert what_is_meant(str(elsewhere), lake).id == video_id(clips.group)

    folder = data_folder(tmp_path / "other", [elsewhere])
    elsewhere.unlink()
    assert what_is_meant(str(elsewhere), Lake(folder)).id == video_id(clips.group)


def test_what_is_the_users_own_is_named_and_left_alone(finished: DataFolder, clips: Clips) -> None:
    finished.inbox.mkdir()
    copy = finished.inbox / "seen before.mp4"
    shutil.copyfile(clips.astronaut, copy)
    (finished.inbox / "another.mp4").write_bytes(b"x" * copy.stat().st_size)
    plan = propose(what_is_meant(str(clips.astronaut), Lake(finished)), finished).plan
    assert left_alone(plan, finished) == sorted([clips.astronaut, copy])
    forget(str(clips.astronaut), finished)
    assert copy.exists()


def test_a_video_that_was_never_good_enough_can_be_forgotten_too(
    finished: DataFolder, finished_once: DataFolder, clips: Clips
) -> None:
    small = video_id(clips.small)
    forget(small, finished)
    assert where_found(removed_names(finished_once, finished) | {small}, finished) == []
    assert contents(finished.dataset / "person_0001") == contents(finished_once.dataset / "person_0001")
