"""Budgets hold: no video in part, no dataset too large, and nothing goes on below an exceeded one."""

from __future__ import annotations

import pytest

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import DETECTED_FACES, FACE_CANDIDATES
from framecurate_tests.conftest import Clips

from .data_folders import POLICY, all_rows, bring_up_to_date, contents, rows_of, size_of, video_id, written
from .in_process import Terminal


def cost(folder: DataFolder, key: str) -> int:
    """Bytes of a video's crops."""
    return size_of(folder.faces(key))


def test_a_video_that_does_not_fit_is_left_out_as_a_whole_until_there_is_room(
    finished: DataFolder, finished_once: DataFolder, clips: Clips
) -> None:
    first, second = video_id(clips.astronaut), video_id(clips.group)
    room = cost(finished, first) + cost(finished, second) - 1
    finished.policy_file.write_text(POLICY + f"budget: {{candidates_bytes: {room}}}\n")
    outcome = bring_up_to_date(finished)

    assert outcome.failed_checks == {}
    assert rows_of(finished, "face_candidates", video_id=first) == rows_of(
        finished_once, "face_candidates", video_id=first
    )
    assert rows_of(finished, "face_candidates", video_id=second) == []
    assert list(finished.faces(second).iterdir()) == []
    (setback,) = all_rows(finished)["video_setbacks"]
    left = room - cost(finished, first)
    assert (setback["video_id"], setback["stage"], setback["status"]) == (second, "face_candidates", "over_budget")
    assert f"take {cost(finished_once, second)} bytes, and {left} of the budget are left" in str(setback["reason"])
    refused = rows_of(finished, "face_verdicts", video_id=second)
    assert [row["face_id"] for row in refused] == [
        row["face_id"] for row in rows_of(finished, "detected_faces", video_id=second)
    ]
    candidates = {row["face_id"] for row in rows_of(finished_once, "face_candidates", video_id=second)}
    for row in refused:
        reasons = row["reasons"]
        assert isinstance(reasons, list)
        assert reasons
        assert (row["face_id"] in candidates) == reasons[0].startswith("budget")
    # The others become a dataset without it.
    assert {row["video_id"] for row in all_rows(finished)["person_selections"]} == {first}

    finished.policy_file.write_text(POLICY)
    bring_up_to_date(finished)
    for table in ("face_candidates", "face_verdicts", "video_setbacks"):
        assert all_rows(finished)[table] == all_rows(finished_once)[table]
    # Who was gone and is back is recognised.
    assert all_rows(finished)["identity_clusters"] == all_rows(finished_once)["identity_clusters"]
    assert contents(finished.root / "faces") == contents(finished_once.root / "faces")


def test_when_all_is_spent_no_further_video_is_taken_in(finished: DataFolder, clips: Clips) -> None:
    lake, second = Lake(finished), video_id(clips.group)
    finished.policy_file.write_text(
        POLICY + f"budget: {{candidates_bytes: {cost(finished, video_id(clips.astronaut))}}}\n"
    )
    bring_up_to_date(finished)
    for path in (lake.path(table, second) for table in (FACE_CANDIDATES, DETECTED_FACES)):
        path.unlink()
    (finished.tables / "raw_videos" / f"{second}.parquet").unlink()
    bring_up_to_date(finished)

    (row,) = rows_of(finished, "raw_videos", video_id=second)
    assert (row["status"], row["path"]) == ("over_budget", None)
    assert rows_of(finished, "sampled_frames", video_id=second) == []


def test_a_budget_of_nothing_leaves_nothing(finished: DataFolder) -> None:
    finished.policy_file.write_text(POLICY + "budget: {candidates_bytes: 0}\n")
    bring_up_to_date(finished)
    assert size_of(finished.root / "faces") == 0
    assert all_rows(finished)["identity_clusters"] == []


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1])
def test_the_dataset_folder_never_exceeds_its_budget(finished: DataFolder, share: float) -> None:
    budget = int(size_of(finished.dataset) * share)
    finished.policy_file.write_text(POLICY + f"budget: {{dataset_bytes: {budget}}}\n")
    outcome = bring_up_to_date(finished)
    assert outcome.failed_checks == {}
    assert 0 < size_of(finished.dataset) <= budget
    rows = all_rows(finished)["person_selections"]
    assert sum(int(str(row["bytes"])) for row in rows) == sum(
        size_of(place) for place in finished.dataset.glob("person_*")
    )


def test_a_budget_that_not_even_the_metadata_fits_into_is_refused(finished: DataFolder) -> None:
    before = contents(finished.dataset)
    finished.policy_file.write_text(POLICY + "budget: {dataset_bytes: 100}\n")
    with pytest.raises(FramecurateError, match=r"The dataset budget of 100 bytes is smaller than the metadata"):
        bring_up_to_date(finished)
    assert contents(finished.dataset) == before


def test_a_blocking_check_that_fails_stops_what_is_below_today_and_tomorrow(
    finished: DataFolder, clips: Clips, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    framecurate = Terminal(monkeypatch, capsys, finished.root)
    # Rows of a video that no run knows, as if another program had written them.
    lake, key = Lake(finished), video_id(clips.astronaut)
    row = lake.read(FACE_CANDIDATES, key).head(1).to_dicts()[0]
    row |= {"face_id": "stranger@0#0", "video_id": "stranger", "bytes": 2_000_000_000}
    lake.write(FACE_CANDIDATES, FACE_CANDIDATES.from_rows([row]), "stranger")
    before = written(finished, "identity_clusters", "person_selections")

    for _ in range(2):
        answer = framecurate("run")
        assert answer.code == 3
        assert "check failed face_candidates: within_budget" in answer.messages
        assert written(finished, "identity_clusters", "person_selections") == before

    # And where the stage itself has something to make.
    finished.policy_file.write_text(POLICY + "candidates: {max_per_video: 3}\n")
    assert framecurate("run").code == 3
    assert written(finished, "identity_clusters", "person_selections") == before

    lake.remove(FACE_CANDIDATES, "stranger")
    assert framecurate("run").code == 0
    assert written(finished, "identity_clusters", "person_selections") != before
