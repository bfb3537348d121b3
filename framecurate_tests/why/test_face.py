"""A face's way: every rule with its value, whose it is, and what stood against it in the selection."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import CandidatePolicy, Policy
from framecurate_assets.why.answer import Answer, Step
from framecurate_assets.why.ask import explain
from framecurate_tests.why.small_lake import NOW, POLICY, VIDEO, cluster, verdict, write


def ask(face: str, lake: Lake, policy: Policy = POLICY) -> Answer:
    return explain(f"{VIDEO}@{face}", lake, policy)


def rules(answer: Answer) -> dict[str, Step]:
    return {step.rule: step for step in answer.steps if step.rule and step.outcome in ("passed", "failed")}


def outcomes(answer: Answer, stage: str) -> list[str]:
    return [step.outcome for step in answer.steps if step.stage == stage and step.outcome != "stale"]


def test_every_rule_is_shown_with_value_and_threshold_also_those_that_were_kept(lake: Lake) -> None:
    shown = rules(ask("500#1", lake))
    assert {rule: step.outcome for rule, step in shown.items()} == {
        **dict.fromkeys(("size", "confidence", "pitch", "roll", "frontality", "overlap", "padding"), "passed"),
        **dict.fromkeys(("composite", "cut"), "passed"),
        **dict.fromkeys(("yaw", "sharpness", "embedding"), "failed"),
    }
    assert shown["yaw"].value == pytest.approx(41.2)
    assert shown["yaw"].threshold == 30.0
    assert shown["yaw"].sentence == "yaw 41.2 is not under 30"
    assert shown["pitch"].sentence == "pitch 0 is under 25"


def test_a_refused_face_ends_with_all_reasons_that_were_stored(lake: Lake) -> None:
    answer = ask("500#1", lake)
    assert answer.steps[-1].outcome == "refused"
    assert "yaw 41.2 is not under 30; sharpness 98.0 is not over 100" in answer.ended


def test_the_rank_counts_the_faces_of_the_video_that_pass_everything_else(lake: Lake) -> None:
    policy = POLICY.model_copy(update={"candidates": CandidatePolicy(max_per_video=5)})
    ranked = rules(ask("5500#0", lake, policy))["rank"]
    assert (ranked.outcome, ranked.value, ranked.threshold) == ("failed", 6, 5)
    assert rules(ask("500#0", lake, policy))["rank"].value == 1
    assert "rank" not in rules(ask("500#1", lake, policy))


def test_an_image_set_has_no_limit_of_faces(lake: Lake) -> None:
    raw = lake.read(tables.RAW_VIDEOS, VIDEO).to_dicts()[0]
    write(lake, tables.RAW_VIDEOS, [{**raw, "kind": "images"}])
    policy = POLICY.model_copy(update={"candidates": CandidatePolicy(max_per_video=5)})
    assert rules(ask("5500#0", lake, policy))["rank"].outcome == "passed"


def test_thresholds_are_todays_and_what_was_made_under_others_is_called_stale(lake: Lake) -> None:
    assert outcomes(ask("500#0", lake), "face_candidates")[-1] == "candidate"
    source = f"- {{source: /clips/talk.mp4, video_id: {VIDEO}}}\n"
    lake.folder.sources_file.write_text(source, encoding="utf-8")
    stricter = POLICY.model_copy(update={"candidates": CandidatePolicy(min_sharpness=500.0)})
    answer = ask("500#0", lake, stricter)
    assert rules(answer)["sharpness"].threshold == 500.0
    assert rules(answer)["sharpness"].outcome == "failed"
    assert "stale" in [step.outcome for step in answer.steps if step.stage == "face_candidates"]


def test_a_face_of_a_person_says_how_near_the_next_person_is(lake: Lake) -> None:
    step = next(step for step in ask("500#0", lake).steps if step.outcome == "person_0001")
    assert "person_0001 (Ana)'s, 0.2 from their nearest faces" in step.sentence
    assert "person_0002, is 0.8 away" in step.sentence
    assert step.value == pytest.approx(0.2)
    assert step.threshold == pytest.approx(0.8)
    assert step.rival == "person_0002"


@pytest.mark.parametrize(
    ("face", "said"),
    [
        ("2500#0", "two people are about as near to it; the nearest is person_0002, 0.5 away"),
        ("3500#0", "too poor a picture to found a person, and nobody is near enough"),
    ],
)
def test_a_face_that_is_nobodys_says_why(lake: Lake, face: str, said: str) -> None:
    answer = ask(face, lake)
    assert answer.steps[-1].outcome == "nobody's"
    assert said in answer.ended


def test_a_face_too_poor_to_found_a_person_says_what_that_takes(lake: Lake) -> None:
    policy = POLICY.model_copy(update={"identity": POLICY.identity.model_copy(update={"founder_confidence": 0.7})})
    asked = {step.rule: step.outcome for step in ask("3500#0", lake, policy).steps if step.stage == "identity_clusters"}
    assert asked["founder_confidence"] == "failed"
    assert asked["founder_sharpness"] == "passed"


def test_what_people_said_of_a_face_is_told_with_what_became_of_it(lake: Lake) -> None:
    face = f"{VIDEO}@2500#0"
    line = {"id": 1, "at": NOW.isoformat(), "by": "ana", "kind": "reject", "faces": [face]}
    lake.folder.corrections.write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert "not applied yet" in outcomes(ask("2500#0", lake), "identity_clusters")

    write(lake, tables.CORRECTIONS, [{"correction": 1, "kind": "reject", "state": "applied"}])
    clusters = [cluster("2500#0", reason="rejected")]
    write(lake, tables.IDENTITY_CLUSTERS, clusters)
    answer = ask("2500#0", lake)
    assert outcomes(answer, "identity_clusters") == ["applied", "nobody's"]
    assert "correction 1, by ana on 2025-03-01" in answer.steps[-2].sentence
    assert "a person said that it is nobody's" in answer.ended


def test_a_merge_that_people_asked_for_is_told_apart_from_clustering(lake: Lake) -> None:
    row = cluster("500#0", person_id="person_0001", is_core=True, distance=0.2) | {"model_person_id": "person_0003"}
    write(lake, tables.IDENTITY_CLUSTERS, [row])
    assert outcomes(ask("500#0", lake), "identity_clusters") == ["said by people", "person_0001"]


def test_a_person_twice_in_a_frame_is_told(lake: Lake) -> None:
    pair = {"face_id": f"{VIDEO}@500#1", "other_face_id": f"{VIDEO}@500#0", "frame_id": f"{VIDEO}@500"}
    write(lake, tables.SAME_FRAME_TWICE, [{**pair, "cause": "picture_or_mirror", "distance": 0.05}])
    step = next(step for step in ask("500#0", lake).steps if step.outcome == "twice in a frame")
    assert step.rival == f"{VIDEO}@500#1"


def test_a_chosen_face_says_as_what_and_for_which_split(lake: Lake) -> None:
    answer = ask("500#0", lake)
    assert answer.ended == (
        "Chosen for train: number 1 of the best pictures of person_0001 (Ana), dataset/person_0001/high_quality/01.jpg."
    )
    assert "anchor" in outcomes(answer, "temporal_sequences")


RIVAL = f"{VIDEO}@500#0"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"reason": "near_duplicate", "rival_id": RIVAL, "value": 2.0, "threshold": 4.0},
            f"person_0001 (Ana)'s picture {RIVAL} looks the same (2 of 64 bits differ; at least 4 are asked for)",
        ),
        (
            {"reason": "near_duplicate", "rival_id": RIVAL, "value": 0.05, "threshold": 0.078},
            "their descriptors are 0.05 apart; at least 0.078 is asked for",
        ),
        ({"reason": "too_close_in_time", "rival_id": RIVAL, "value": 0.1, "threshold": 0.2}, "is 0.1 s away"),
        (
            {"reason": "near_duplicate", "rival_id": f"{VIDEO}@700#s0", "value": 0.0, "threshold": 4.0},
            f"person_0001 (Ana)'s sequence picture {VIDEO}@700#s0 looks the same (0 of 64 bits differ",
        ),
        ({"reason": "shot_is_full", "value": 5.0, "threshold": 5.0}, "5 pictures of its shot were chosen"),
        ({"reason": "not_core", "value": 0.55, "threshold": 0.52}, "too few others to be somebody. It is 0.55 from"),
        (
            {"reason": "rival_near", "value": 0.05, "threshold": 0.1},
            "person_0002 is nearly as near as its own person, who is nearer by a share of 0.05; at least 0.1 is asked",
        ),
        (
            {"reason": "gained_less", "rival_id": RIVAL, "value": 0.1, "threshold": 0.3},
            "gained 0.3 where this one would gain 0.1",
        ),
        ({"reason": "gained_less", "value": 0.1}, "no best pictures are asked for"),
        ({"reason": "too_few_faces", "value": 1.0, "threshold": 3.0}, "has 1 face, and at least 3 are asked for"),
        ({"reason": "budget", "value": 70_000.0, "threshold": 12.0}, "takes 70000 bytes, and 12 bytes of the budget"),
        ({"reason": "not_asked_for"}, "not among those of the reference photos"),
    ],
)
def test_a_face_that_was_left_out_names_the_rule_the_values_and_the_rival(
    lake: Lake, values: dict[str, Any], said: str
) -> None:
    write(lake, tables.SELECTION_VERDICTS, [verdict("1500#0", **values)])
    answer = ask("1500#0", lake)
    last = answer.steps[-1]
    assert said in answer.ended
    assert (last.outcome, last.rule) == ("left out", values["reason"])
    assert (last.value, last.threshold) == (values.get("value"), values.get("threshold"))
    assert last.rival == ("person_0002" if values["reason"] == "rival_near" else values.get("rival_id"))


def poor_face(lake: Lake, **poor: float) -> None:
    """A candidate that joined its person later, although it is near."""
    faces = lake.read(tables.FACE_CANDIDATES, VIDEO)
    change = [
        pl.when(pl.col("face_id") == f"{VIDEO}@5500#0").then(value).otherwise(name).alias(name)
        for name, value in poor.items()
    ]
    lake.write(tables.FACE_CANDIDATES, faces.with_columns(change), VIDEO)
    near = verdict("5500#0", reason="not_core", value=0.2, threshold=0.52)
    write(lake, tables.SELECTION_VERDICTS, [near])


def test_a_face_too_poor_for_the_core_says_what_it_lacks_and_not_its_distance(lake: Lake) -> None:
    poor_face(lake, sharpness=40.0, frontality=0.5)
    alone = lake.read(tables.IDENTITY_CLUSTERS).with_columns(track_id="face_id")
    lake.write(tables.IDENTITY_CLUSTERS, alone)
    answer = ask("5500#0", lake)
    assert (
        "it joined later: too poor to found a person (frontality 0.5, under 0.6; sharpness 40, not over 100)"
        in answer.ended
    )
    asked = {step.rule: step.outcome for step in answer.steps if step.stage == "identity_clusters" and step.rule}
    assert asked == {
        "founder_confidence": "passed", "founder_frontality": "failed", "founder_sharpness": "failed",
    }  # fmt: skip


def test_a_poor_face_whose_track_has_a_good_one_joined_later_for_another_reason(lake: Lake) -> None:
    poor_face(lake, sharpness=40.0)
    assert "at first it resembled too few others" in ask("5500#0", lake).ended


def test_a_face_of_a_sequence_that_was_left_out_says_so(lake: Lake) -> None:
    write(lake, tables.PERSON_SELECTIONS, [])
    assert "a sequence is taken as a whole or not at all" in ask("700#s0", lake).ended


def test_a_face_of_a_sequence_says_around_which_face_it_was_decoded(lake: Lake) -> None:
    answer = ask("700#s0", lake)
    decoded = next(step for step in answer.steps if step.outcome == "decoded")
    assert decoded.rival == f"{VIDEO}@500#0"
    assert "number 2 of the temporal sequence of person_0001 (Ana)" in answer.ended


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (tables.IDENTITY_CLUSTERS, "not clustered yet"),
        (tables.FACE_VERDICTS, "not judged yet"),
        (tables.DETECTED_FACES, "`framecurate run` looks for faces in it."),
        (tables.SAMPLED_FRAMES, "No frame of this video was sampled."),
    ],
)
def test_what_was_not_made_yet_is_no_error(lake: Lake, table: tables.Table, said: str) -> None:
    lake.remove(table, VIDEO if table in tables.PER_VIDEO_TABLES else None)
    assert said in ask("1500#0", lake).ended
