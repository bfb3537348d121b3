"""Files that nothing needs any more go, tables and checks stay, and what is needed again comes back."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import Pruned, prune, pruned_paths
from framecurate_assets.policy import RetentionPolicy
from framecurate_tests.conftest import Clips
from framecurate_tests.web.server import Site

from .data_folders import POLICY, all_rows, bring_up_to_date, contents, data_folder, rows_of, video_id, written

NOTHING = "retention: {keep_videos: none, keep_frames: none}\n"
RESULT = (
    *("raw_videos", "sampled_frames", "detected_faces", "face_candidates", "face_verdicts"),
    *("identity_clusters", "person_selections"),
)


FETCHED = {"raw_videos", "sampled_frames"}


def retain(folder: DataFolder, policy: str) -> None:
    folder.policy_file.write_text(POLICY + policy)
    assert bring_up_to_date(folder).failed_checks == {}


@pytest.fixture(scope="module")
def pruned_once(finished_once: DataFolder, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Not to be changed: see `pruned`."""
    folder = DataFolder(shutil.copytree(finished_once.root, tmp_path_factory.mktemp("pruned") / "data"))
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DAGSTER_HOME", raising=False)
        retain(folder, NOTHING)
    return folder


@pytest.fixture
def pruned(pruned_once: DataFolder, tmp_path: Path) -> DataFolder:
    """Three clips up to date, of which neither videos nor frames were kept; a copy to work on."""
    return DataFolder(shutil.copytree(pruned_once.root, tmp_path / "pruned"))


def files(folder: DataFolder) -> set[str]:
    """Videos and frames that are there."""
    places = [*folder.videos.rglob("*"), *folder.all_frames.rglob("*")]
    return {folder.relative(place) for place in places if place.is_file()}


def named(folder: DataFolder, table: str) -> set[str]:
    """The files that the rows of a table name."""
    return {str(row["path"]) for row in all_rows(folder)[table] if row["path"]}


def result(folder: DataFolder) -> dict[str, list[dict[str, object]]]:
    rows = all_rows(folder)
    return {table: rows[table] for table in RESULT}


@pytest.mark.parametrize(
    ("policy", "keeps_videos", "keeps_frames"),
    [
        ("keep_videos: none", False, True),
        ("keep_frames: none", True, False),
        ("keep_videos: none, keep_frames: none", False, False),
        ("keep_videos: selected", True, True),  # of both videos a picture is in the dataset
    ],
)
def test_what_is_not_kept_goes_and_no_table_or_check_misses_it(
    finished: DataFolder, finished_once: DataFolder, policy: str, keeps_videos: bool, keeps_frames: bool
) -> None:
    videos, frames = named(finished, "raw_videos"), named(finished, "sampled_frames")
    dataset = contents(finished.dataset)
    retain(finished, f"retention: {{{policy}}}\n")
    assert files(finished) == (videos if keeps_videos else set()) | (frames if keeps_frames else set())
    assert named(finished, "pruned_files") == (videos | frames) - files(finished)
    assert result(finished) == result(finished_once)
    assert contents(finished.dataset) == dataset

    before = written(finished)
    outcome = bring_up_to_date(finished)
    assert (outcome.runs, outcome.failed_checks, written(finished)) == (0, {}, before)


def test_a_video_of_which_nothing_was_selected_goes(finished: DataFolder, clips: Clips) -> None:
    # Nobody of the group is seen often enough to become a person of the dataset.
    retain(finished, "identity: {min_faces: 12}\nretention: {keep_videos: selected}\n")
    assert {row["video_id"] for row in all_rows(finished)["person_selections"]} == {video_id(clips.astronaut)}
    assert {place for place in files(finished) if place.startswith("videos/")} == {
        f"videos/{video_id(clips.astronaut)}.mp4"
    }


def test_frames_without_a_candidate_go(finished: DataFolder) -> None:
    retain(finished, "candidates: {max_per_video: 3}\nretention: {keep_frames: candidates}\n")
    frames = {str(row["frame_id"]): str(row["path"]) for row in all_rows(finished)["sampled_frames"]}
    kept = {frames[str(row["frame_id"])] for row in all_rows(finished)["face_candidates"]}
    assert 0 < len(kept) < len(frames)
    assert files(finished) == named(finished, "raw_videos") | kept


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ("candidates: {max_per_video: 3}\n", FETCHED),
        ("detection: {min_face_px: 90}\n", FETCHED),
        ("sampling: {frames_per_section: 3}\n", FETCHED),
        ("identity: {min_faces: 2}\n", set()),
    ],
)
def test_a_changed_policy_brings_back_what_it_needs_and_ends_as_if_nothing_had_gone(
    finished: DataFolder, pruned: DataFolder, change: str, made: set[str]
) -> None:
    new = change if change.startswith("sampling") else POLICY + change
    finished.policy_file.write_text(new)
    bring_up_to_date(finished)

    before = written(pruned, "raw_videos", "sampled_frames")
    pruned.policy_file.write_text(new + NOTHING)
    assert bring_up_to_date(pruned).failed_checks == {}
    assert result(pruned) == result(finished)
    assert contents(pruned.dataset / "person_0001") == contents(finished.dataset / "person_0001")
    made_again = {name.partition("/")[0] for name, when in written(pruned).items() if when != before.get(name, when)}
    assert made_again == made
    # And went again.
    assert files(pruned) == set()
    assert bring_up_to_date(pruned).runs == 0


def test_a_pruning_that_was_cut_short_is_finished_by_the_next(
    finished: DataFolder, clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, key, now = Lake(finished), video_id(clips.astronaut), datetime.now(UTC)
    policy = RetentionPolicy(keep_videos="none", keep_frames="none")
    before = files(finished)

    def die(place: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(Path, "unlink", die)
        with pytest.raises(KeyboardInterrupt):
            prune(lake, policy, [key], now)
    # Marked first, so that a file that goes is never missed.
    assert files(finished) == before
    assert len(pruned_paths(lake, key)) == 13
    pruned = prune(lake, policy, [key], now)
    assert (pruned.videos, pruned.frames) == (1, 12)
    assert pruned.bytes == sum(int(str(row["bytes"])) for row in all_rows(finished)["pruned_files"])
    assert prune(lake, policy, [key], now) == Pruned()


def test_a_link_to_a_file_of_the_users_own_frees_no_byte_and_leaves_that_file(
    finished: DataFolder, clips: Clips, tmp_path: Path
) -> None:
    key = video_id(clips.astronaut)
    own = tmp_path / "own.mp4"
    own.hardlink_to(finished.videos / f"{key}.mp4")
    policy = RetentionPolicy(keep_videos="none")
    assert prune(Lake(finished), policy, [key], datetime.now(UTC)) == Pruned(videos=1)
    assert own.exists()


def test_marks_of_files_that_are_there_and_kept_are_taken_off(finished: DataFolder, clips: Clips) -> None:
    lake, key, now = Lake(finished), video_id(clips.astronaut), datetime.now(UTC)
    copy = (finished.videos / f"{key}.mp4").read_bytes()
    prune(lake, RetentionPolicy(keep_videos="none"), [key], now)
    (finished.videos / f"{key}.mp4").write_bytes(copy)
    prune(lake, RetentionPolicy(keep_frames="none"), [key], now)
    assert pruned_paths(lake, key) == {path for path in named(finished, "sampled_frames") if key in path}


@pytest.mark.parametrize("frames", ["all", "none"])
def test_a_video_whose_original_is_gone_stays_as_it_is_unless_its_frames_do(
    finished: DataFolder, clips: Clips, tmp_path: Path, frames: str
) -> None:
    own = Path(shutil.copy(clips.astronaut, tmp_path / "own.mp4"))
    text = finished.sources_file.read_text()
    finished.sources_file.write_text(text.replace(str(clips.astronaut), str(own)))
    retention = f"retention: {{keep_videos: none, keep_frames: {frames}}}\n"
    retain(finished, retention)
    own.unlink()
    before = rows_of(finished, "face_candidates", video_id=video_id(clips.astronaut))

    retain(finished, retention + "candidates: {max_per_video: 3}\n")
    after = rows_of(finished, "face_candidates", video_id=video_id(clips.astronaut))
    assert len(after) == 3 if frames == "all" else after == before
    assert rows_of(finished, "raw_videos", status="failed") == []
    # The other video is judged by the new policy either way.
    assert len(rows_of(finished, "face_candidates", video_id=video_id(clips.group))) <= 3
    assert bring_up_to_date(finished).runs == 0


def test_a_video_that_its_site_does_not_give_again_stays_as_it_is_until_it_does(clips: Clips, tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    clip = tmp_path / "www" / "clip.mp4"
    shutil.copy(clips.astronaut, clip)
    web = "download: {allow_private_hosts: true, gap_s: 0}\n"
    with Site(clip.parent) as site:
        folder = data_folder(tmp_path / "data", [f"{site.url}/clip.mp4"], POLICY + web + NOTHING)
        assert bring_up_to_date(folder).failed_checks == {}
        before = result(folder)
        assert before["person_selections"]
        away = clip.rename(tmp_path / "away.mp4")

        more_frames = "sampling: {frames_per_section: 5}\n" + web + NOTHING
        folder.policy_file.write_text(more_frames)
        assert bring_up_to_date(folder).failed_checks == {}
        assert result(folder) == before
        asked = len(site.requests["/clip.mp4"])
        bring_up_to_date(folder)
        # It was said to be gone: whoever wants it asked for again names it.
        assert len(site.requests["/clip.mp4"]) == asked

        away.rename(clip)
        assert bring_up_to_date(folder, retry=True).failed_checks == {}
    assert len(result(folder)["sampled_frames"]) == 15
