from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from framecurate_assets.faces.judge import judge
from framecurate_assets.lake.tables import DETECTED_FACES, FACE_VERDICTS
from framecurate_assets.policy import CandidatePolicy

STRICT = CandidatePolicy()

GOOD: dict[str, Any] = {
    "face_id": "a@0#0",
    "frame_id": "a@0",
    "video_id": "a",
    "pts_s": 0.0,
    "shot": 0,
    "x1": 500.0,
    "y1": 200.0,
    "x2": 700.0,
    "y2": 440.0,
    "face_px": 200.0,
    "face_ratio": 0.05,
    "det_score": 0.9,
    "landmarks": [0.0] * 10,
    "yaw": 0.0,
    "pitch": 0.0,
    "roll": 0.0,
    "sharpness": 400.0,
    "frontality": 1.0,
    "composite": 0.8,
    "emotion": "neutral",
    "emotion_scores": [1.0] + [0.0] * 6,
    "background_hash": 0,
    "embedding": [0.1] * 128,
    "engine": "embedded-1",
    "width": 1280,
    "height": 720,
}
"""A face that every preset takes."""

SCHEMA = {**DETECTED_FACES.schema, "width": pl.Int32(), "height": pl.Int32()}


def _faces(*changes: dict[str, Any]) -> pl.DataFrame:
    """Faces that are good but for the changes, each in a frame of its own unless the changes say so."""
    rows = [
        {**GOOD, "face_id": f"a@{number}#0", "frame_id": f"a@{number}", **change}
        for number, change in enumerate(changes)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def _reasons(change: dict[str, Any], policy: CandidatePolicy = STRICT) -> list[str]:
    reasons: list[str] = judge(_faces(change), policy)["reasons"].to_list()[0]
    return reasons


def test_a_good_face_has_no_reasons() -> None:
    verdicts = judge(_faces({}), STRICT)
    assert verdicts.schema == FACE_VERDICTS.schema
    assert verdicts.rows() == [("a@0#0", "a", [])]


@pytest.mark.parametrize(
    ("passes", "fails", "reason"),
    [
        # face_px >= 100
        ({"face_px": 100.0}, {"face_px": 99.9}, "size 99.9 is under 100"),
        # det_score > 0.6, also where 32 bits store 0.6 as a little more
        ({"det_score": 0.61}, {"det_score": 0.6}, "confidence 0.6 is not over 0.6"),
        # |yaw| < 30, |pitch| < 25, |roll| < 45, to either side
        ({"yaw": 29.9}, {"yaw": 30.0}, "yaw 30.0 is not under 30"),
        ({"yaw": -29.9}, {"yaw": -41.2}, "yaw 41.2 is not under 30"),
        ({"pitch": 24.9}, {"pitch": 25.0}, "pitch 25.0 is not under 25"),
        ({"pitch": -24.9}, {"pitch": -33.0}, "pitch 33.0 is not under 25"),
        ({"roll": -44.9}, {"roll": -45.0}, "roll 45.0 is not under 45"),
        # sharpness > 100, frontality >= 0.6
        ({"sharpness": 100.1}, {"sharpness": 100.0}, "sharpness 100.0 is not over 100"),
        ({"frontality": 0.6}, {"frontality": 0.59}, "frontality 0.59 is under 0.6"),
        # the box lies wholly in the frame
        ({"x1": 0.5, "x2": 200.5}, {"x1": 0.0, "x2": 200.0}, "cut by the frame's edge"),
        ({"y1": 0.5, "y2": 240.5}, {"y1": 0.0, "y2": 240.0}, "cut by the frame's edge"),
        ({"x1": 1079.5, "x2": 1279.5}, {"x1": 1080.0, "x2": 1280.0}, "cut by the frame's edge"),
        ({"y1": 479.5, "y2": 719.5}, {"y1": 480.0, "y2": 720.0}, "cut by the frame's edge"),
        # of the crop's side, 360 px, at most a tenth is filled in: the crop begins 80 px left of the box, 60 above
        ({"x1": 44.0, "x2": 244.0}, {"x1": 43.0, "x2": 243.0}, "padding 0.1028 is over 0.1"),
        ({"y1": 24.0, "y2": 264.0}, {"y1": 23.0, "y2": 263.0}, "padding 0.1028 is over 0.1"),
        ({"x1": 1036.0, "x2": 1236.0}, {"x1": 1037.0, "x2": 1237.0}, "padding 0.1028 is over 0.1"),
        ({"y1": 456.0, "y2": 696.0}, {"y1": 457.0, "y2": 697.0}, "padding 0.1028 is over 0.1"),
    ],
)
def test_each_threshold_of_the_strict_preset(passes: dict[str, Any], fails: dict[str, Any], reason: str) -> None:
    # A face at the edge of its frame misses two rules at once: the other one is set aside.
    at_edge = CandidatePolicy.model_validate({"max_padding": 1}) if reason.startswith("cut") else STRICT
    assert _reasons(passes, at_edge) == []
    assert _reasons(fails, at_edge) == [reason]


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf")])
@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("face_px", "size"),
        ("det_score", "confidence"),
        ("yaw", "yaw"),
        ("pitch", "pitch"),
        ("roll", "roll"),
        ("sharpness", "sharpness"),
        ("frontality", "frontality"),
        ("composite", "composite"),
    ],
)
def test_what_was_not_measured_is_refused(column: str, name: str, missing: float | None) -> None:
    assert _reasons({column: missing}) == [f"{name} was not measured"]


@pytest.mark.parametrize(
    "change",
    [{"x1": None}, {"y2": float("nan")}, {"width": None}, {"height": None}],
    ids=["no left edge", "bottom is no number", "no width of the frame", "no height of the frame"],
)
def test_a_box_that_nobody_knows_is_refused(change: dict[str, Any]) -> None:
    assert _reasons(change) == [
        "padding was not measured",
        "cut: where the box lies in the frame was not measured",
    ]


@pytest.mark.parametrize("embedding", [None, [], [0.1, None, 0.1], [0.1, float("nan")]])
def test_a_face_without_descriptor_is_refused(embedding: list[float | None] | None) -> None:
    assert _reasons({"embedding": embedding}) == ["embedding was not measured"]


def test_every_reason_is_named_in_a_fixed_order() -> None:
    bad = {"face_px": 62.5, "det_score": 0.55, "yaw": 50.0, "pitch": 30.0, "roll": 60.0, "sharpness": 12.3456}
    assert _reasons({**bad, "frontality": 0.4, "composite": None, "x1": 0.0, "embedding": None}) == [
        "size 62.5 is under 100",
        "confidence 0.55 is not over 0.6",
        "yaw 50.0 is not under 30",
        "pitch 30.0 is not under 25",
        "roll 60.0 is not under 45",
        "sharpness 12.35 is not over 100",
        "frontality 0.4 is under 0.6",
        "padding 0.2143 is over 0.1",
        "composite was not measured",
        "cut by the frame's edge",
        "embedding was not measured",
    ]


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        # The crop of the good face reaches from x 420 to 780 and from y 140 to 500.
        ({"x1": 720.0, "x2": 840.0, "y1": 250.0, "y2": 350.0}, []),  # just half of it
        ({"x1": 719.0, "x2": 839.0, "y1": 250.0, "y2": 350.0}, ["overlap 0.5083 is over 0.5"]),  # a little more
        ({"x1": 790.0, "x2": 890.0, "y1": 250.0, "y2": 350.0}, []),  # beside it
        ({"x1": 430.0, "x2": 480.0, "y1": 150.0, "y2": 210.0}, ["overlap 1.0 is over 0.5"]),  # small, all in it
        ({"x1": 790.0, "x2": None, "y1": 250.0, "y2": 350.0}, ["overlap was not measured"]),  # nobody knows
    ],
)
def test_another_face_of_the_frame_in_the_crop(other: dict[str, Any], reasons: list[str]) -> None:
    faces = _faces({}, {**other, "frame_id": "a@0"})
    assert judge(faces, STRICT)["reasons"].to_list()[0] == reasons
    elsewhere = _faces({}, {**other, "frame_id": "a@9"})
    assert judge(elsewhere, STRICT)["reasons"].to_list()[0] == []


@pytest.mark.parametrize(
    ("preset", "accepted"),
    [
        ("strict", [True, False, False, False]),
        ("moderate", [True] * 2 + [False] * 2),
        ("relaxed", [True] * 3 + [False]),
    ],
)
def test_presets(preset: str, accepted: list[bool]) -> None:
    faces = _faces(
        {},
        {"sharpness": 60.0, "yaw": -40.0, "pitch": 28.0, "frontality": 0.55, "det_score": 0.55},
        {"sharpness": 31.0, "yaw": 59.0, "pitch": -44.0, "frontality": 0.4, "det_score": 0.45},
        {"sharpness": 29.0},
    )
    verdicts = judge(faces, CandidatePolicy.model_validate({"preset": preset}))
    assert [not reasons for reasons in verdicts["reasons"].to_list()] == accepted


def test_only_the_best_of_each_video_are_kept() -> None:
    faces = _faces(
        {"composite": 0.5},
        {"composite": 0.9, "sharpness": 1.0},  # the best, but refused: takes nobody's place
        {"composite": 0.7},
        {"composite": 0.6},
        {"composite": 0.1, "video_id": "b"},
        {"composite": 0.8},
    )
    verdicts = judge(faces, CandidatePolicy(max_per_video=2))
    assert verdicts["reasons"].to_list() == [
        ["rank 4 of the video by composite is over 2"],
        ["sharpness 1.0 is not over 100"],
        [],
        ["rank 3 of the video by composite is over 2"],
        [],
        [],
    ]


def test_of_some_videos_all_are_kept() -> None:
    faces = _faces({"composite": 0.5}, {"composite": 0.7}, {"video_id": "b"}, {"video_id": "b"}, {"sharpness": 1.0})
    verdicts = judge(faces, CandidatePolicy(max_per_video=1), unlimited=["a"])
    assert verdicts["reasons"].list.len().to_list() == [0, 0, 0, 1, 1]


def test_videos_are_judged_together_as_one_by_one() -> None:
    changes: list[dict[str, Any]] = [{"composite": index / 40, "yaw": float(index)} for index in range(40)]
    videos = [
        _faces(*changes).with_columns(
            video_id=pl.lit(name),
            frame_id=pl.format("{}-{}", pl.lit(name), "frame_id"),
            face_id=pl.format("{}-{}", pl.lit(name), "face_id"),
        )
        for name in ("b", "a")
    ]
    policy = CandidatePolicy(max_per_video=5)
    assert judge(pl.concat(videos), policy).equals(pl.concat([judge(video, policy) for video in videos]))


def test_ties_are_broken_by_face_id_whatever_the_order_of_rows() -> None:
    faces = _faces({}, {}, {})
    for rows in (faces, faces.reverse()):
        verdicts = judge(rows, CandidatePolicy(max_per_video=2)).sort("face_id")
        assert verdicts["reasons"].list.len().to_list() == [0, 0, 1]


def test_verdicts_come_in_the_order_of_the_faces() -> None:
    faces = pl.concat([_faces({"composite": index / 100}) for index in range(60)]).with_columns(
        face_id=pl.format("a@{}#0", pl.int_range(pl.len())), frame_id=pl.format("a@{}", pl.int_range(pl.len()))
    )
    verdicts = judge(faces, STRICT)
    assert verdicts["face_id"].to_list() == faces["face_id"].to_list()
    assert (verdicts["reasons"].list.len() == 0).sum() == STRICT.max_per_video


def test_no_faces_no_verdicts() -> None:
    verdicts = judge(_faces(), STRICT)
    assert verdicts.height == 0
    assert verdicts.schema == FACE_VERDICTS.schema
