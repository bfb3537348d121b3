"""On a lake that the pipeline itself made, every way ends where the tables say, and nothing is called stale."""

from __future__ import annotations

from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import read_policy
from framecurate_assets.why.ask import explain


def test_every_face_ends_where_the_tables_say(finished_once: DataFolder) -> None:
    lake = Lake(finished_once)
    policy = read_policy(finished_once.policy_file)
    chosen = set(lake.read(tables.PERSON_SELECTIONS)["face_id"])
    left_out = set(lake.read(tables.SELECTION_VERDICTS)["face_id"])
    whose = dict(lake.read(tables.IDENTITY_CLUSTERS).select("face_id", "person_id").iter_rows())
    reasons = dict(lake.read_all(tables.FACE_VERDICTS).select("face_id", "reasons").iter_rows())
    decoded = lake.read(tables.TEMPORAL_SEQUENCES)["face_id"].to_list()
    expected = {
        face: "refused"
        if refused
        else "nobody's"
        if whose[face] is None
        else "chosen"
        if face in chosen
        else "left out"
        for face, refused in reasons.items()
    }
    expected |= {face: "chosen" if face in chosen else "left out" for face in decoded}
    assert {"refused", "chosen", "left out"} <= set(expected.values())
    assert left_out == {face for face, end in expected.items() if end == "left out" and face not in decoded}

    answers = {face: explain(face, lake, policy) for face in expected}

    assert {face: answer.steps[-1].outcome for face, answer in answers.items()} == expected
    assert not [step for answer in answers.values() for step in answer.steps if step.outcome == "stale"]
    failed = {face: [step for step in answer.steps if step.outcome == "failed"] for face, answer in answers.items()}
    assert all(bool(failed[face]) == bool(refused) for face, refused in reasons.items())


def test_every_video_has_a_way(finished_once: DataFolder) -> None:
    lake = Lake(finished_once)
    policy = read_policy(finished_once.policy_file)
    statuses = lake.read_all(tables.RAW_VIDEOS).select("video_id", "status").iter_rows()
    ends = {status: explain(video_id, lake, policy).steps[-1] for video_id, status in statuses}
    assert ends["rejected"].stage == "raw_videos"
    assert ends["ready"].stage == "person_selections"
