"""A video's way: how far it came, and by how little its faces missed."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.why.answer import Answer, Step
from framecurate_assets.why.ask import explain
from framecurate_tests.why.small_lake import EXPENSIVE, GONE, NOW, POLICY, SMALL, VIDEO, write


def ask(video_id: str, lake: Lake) -> Answer:
    return explain(video_id, lake, POLICY)


def steps_of(answer: Answer, stage: str) -> list[Step]:
    return [step for step in answer.steps if step.stage == stage and step.outcome != "stale"]


def test_a_ready_video_says_what_was_made_of_it_stage_by_stage(lake: Lake) -> None:
    answer = ask(VIDEO, lake)
    assert steps_of(answer, "sampled_frames")[0].value == 9
    assert steps_of(answer, "detected_faces")[0].value == 9
    assert steps_of(answer, "face_candidates")[-1].sentence == "6 of 9 faces are candidates."
    people = {step.outcome: step.sentence for step in steps_of(answer, "identity_clusters")}
    assert people["person_0001"] == "person_0001 (Ana) has 3 faces in it."
    assert people["nobody's"] == "Faces that are nobody's: 1 between, 1 far."
    left_out = {step.rule: step.value for step in steps_of(answer, "person_selections") if step.rule}
    assert left_out == {"near_duplicate": 1, "rival_near": 1, "budget": 1}
    assert answer.ended == "2 pictures of it in the dataset: 1 best, 1 of temporal sequences; of 1 person."


def test_a_video_is_known_by_the_name_that_status_shows(lake: Lake) -> None:
    assert ask("talk.mp4", lake) == ask(VIDEO, lake)


def test_each_rule_says_how_many_it_refused_and_the_nearest_miss_of_those_it_refused_alone(lake: Lake) -> None:
    refused = {step.rule: step for step in steps_of(ask(VIDEO, lake), "face_candidates") if step.outcome == "refused"}
    sharpness = refused["sharpness"]
    assert "refused 3 faces, 2 of them alone" in sharpness.sentence
    assert (sharpness.subject, round(sharpness.value or 0, 1), sharpness.threshold) == (f"{VIDEO}@4500#0", 97.3, 100)
    assert refused["yaw"].subject == f"{VIDEO}@500#1"
    assert refused["embedding"].value is None


def test_sequences_of_a_video_are_told_and_those_that_failed_with_the_reason(lake: Lake) -> None:
    anchor = f"{VIDEO}@6500#0"
    missing = {"person_id": "person_0002", "anchor_face_id": anchor, "reason": "The face is cut."}
    write(lake, tables.MISSING_SEQUENCES, [missing, {**missing, "person_id": "person_0003", "anchor_face_id": None}])
    assert [step.sentence for step in steps_of(ask(VIDEO, lake), "temporal_sequences")] == [
        "The sequence of person_0001 (Ana) has 1 frame of it.",
        "person_0002 has no temporal sequence: The face is cut.",
    ]
    assert "no sequence" in [step.outcome for step in ask(anchor, lake).steps]


def test_a_refused_video_ends_with_the_reason(lake: Lake) -> None:
    answer = ask(SMALL, lake)
    assert answer.steps[-1].outcome == "rejected"
    assert answer.ended == "854x480 is too small. It came from /clips/small.mp4."


def test_a_video_that_cannot_be_fetched_says_how_often_it_was_tried_and_when_it_is_again(lake: Lake) -> None:
    tried, failed = ask(GONE, lake).steps[-2:]
    assert (tried.outcome, failed.outcome) == ("passing", "failed")
    assert "3 tries to fetch it, last on 2025-03-01 12:00" in tried.sentence
    assert "the next try is due on 2025-03-02 12:00" in tried.sentence


def test_a_setback_further_down_is_where_it_ended(lake: Lake) -> None:
    frames = lake.read(tables.SAMPLED_FRAMES, VIDEO).with_columns(video_id=pl.lit(EXPENSIVE))
    lake.write(tables.SAMPLED_FRAMES, frames, EXPENSIVE)
    way = [(step.stage, step.outcome) for step in ask(EXPENSIVE, lake).steps]
    assert way == [("raw_videos", "ready"), ("sampled_frames", "sampled"), ("face_candidates", "over_budget")]


def test_a_video_that_waits_on_the_list_is_no_error(lake: Lake) -> None:
    lake.folder.sources_file.write_text("- {source: /clips/new.mp4, video_id: file-dddddddddddd}\n", encoding="utf-8")
    answer = ask("file-dddddddddddd", lake)
    assert [step.outcome for step in answer.steps] == ["waiting"]
    assert "/clips/new.mp4" in answer.ended


def test_a_sealed_video_and_pruned_files_are_told(lake: Lake) -> None:
    sealed = {"video_id": VIDEO, "sealed_at": NOW, "frames_erased": 2, "faces_erased": 3}
    write(lake, tables.SEALED_VIDEOS, [sealed])
    write(lake, tables.PRUNED_FILES, [{"video_id": VIDEO, "path": "videos/a.mp4", "bytes": 1, "pruned_at": NOW}])
    said = {step.outcome: step.sentence for step in ask(VIDEO, lake).steps}
    assert "erased on 2025-03-01: 2 frames and 3 faces" in said["sealed"]
    assert said["pruned"].startswith("1 file")


def test_the_first_stage_that_was_not_made_is_where_it_ended(lake: Lake) -> None:
    for table in (tables.DETECTED_FACES, tables.FACE_VERDICTS, tables.FACE_CANDIDATES):
        lake.remove(table, VIDEO)
    assert ask(VIDEO, lake).steps[-1].stage == "detected_faces"


def test_pictures_of_a_set_that_were_refused_are_named(lake: Lake) -> None:
    write(lake, tables.PICTURES, [{"video_id": VIDEO, "picture": "b.jpg", "number": 1, "reason": "Too small."}])
    assert any(step.sentence == "The picture b.jpg is no frame: Too small." for step in ask(VIDEO, lake).steps)


def test_a_video_without_faces_says_so(lake: Lake) -> None:
    for table in (tables.DETECTED_FACES, tables.FACE_VERDICTS, tables.FACE_CANDIDATES):
        write(lake, table, [])
    clusters = lake.read(tables.IDENTITY_CLUSTERS).filter(pl.lit(value=False))
    lake.write(tables.IDENTITY_CLUSTERS, clusters)
    assert "no candidates" in [step.outcome for step in ask(VIDEO, lake).steps]
