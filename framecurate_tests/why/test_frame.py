"""A frame's way: sampled or not, what instead, and what became of its faces."""

from __future__ import annotations

import pytest

from framecurate_assets.lake import tables
from framecurate_assets.lake.forgotten import forget_ids
from framecurate_assets.lake.lake import Lake
from framecurate_assets.why.ask import explain
from framecurate_tests.why.small_lake import EXPENSIVE, NOW, POLICY, VIDEO, write


def ended(frame: str, lake: Lake) -> str:
    return explain(frame, lake, POLICY).ended


def test_a_sampled_frame_says_what_became_of_each_face(lake: Lake) -> None:
    answer = explain(f"{VIDEO}@500", lake, POLICY)
    fates = {step.subject: step.outcome for step in answer.steps if step.subject}
    assert fates == {f"{VIDEO}@500#0": "chosen", f"{VIDEO}@500#1": "refused"}
    assert answer.ended == "2 faces above the loose gate: 1 chosen, 1 refused."


def test_a_frame_that_was_not_sampled_names_the_one_of_its_cell_and_its_neighbours(lake: Lake) -> None:
    said = ended(f"{VIDEO}@2900", lake)
    assert "each of the 9 cells of 1.000 s gives one frame, and that of this moment, in the front, gave" in said
    assert f"gave {VIDEO}@2500." in said
    assert f"before it {VIDEO}@2500, after it {VIDEO}@3500" in said


def test_a_moment_outside_the_clip_says_what_is_looked_at(lake: Lake) -> None:
    raw = lake.read(tables.RAW_VIDEOS, VIDEO).to_dicts()[0]
    write(lake, tables.RAW_VIDEOS, [{**raw, "clip_start_s": 2.0, "clip_end_s": 8.0}])
    assert "only 2 to 8.000 s are looked at" in ended(f"{VIDEO}@8400", lake)
    assert "only 2 to 8.000 s are looked at" in ended(f"{VIDEO}@100", lake)


def test_a_short_video_whose_frames_were_all_sampled_has_none_at_that_moment(lake: Lake) -> None:
    frames = lake.read(tables.SAMPLED_FRAMES, VIDEO).head(3).to_dicts()
    write(lake, tables.SAMPLED_FRAMES, frames)
    assert "each of the 3 frames of the video was" in ended(f"{VIDEO}@1700", lake)


def test_a_picture_of_a_set_is_named(lake: Lake) -> None:
    raw = lake.read(tables.RAW_VIDEOS, VIDEO).to_dicts()[0]
    write(lake, tables.RAW_VIDEOS, [{**raw, "kind": "images"}])
    picture = {"video_id": VIDEO, "picture": "ana.jpg", "number": 0, "frame_id": f"{VIDEO}@500"}
    write(lake, tables.PICTURES, [picture])
    steps = explain(f"{VIDEO}@500", lake, POLICY).steps
    assert any("the picture ana.jpg" in step.sentence for step in steps)
    assert "no picture with the number 7" in ended(f"{VIDEO}@7000", lake)


def test_a_frame_of_a_sequence_was_decoded_though_not_sampled(lake: Lake) -> None:
    answer = explain(f"{VIDEO}@700", lake, POLICY)
    assert [step.outcome for step in answer.steps] == ["ready", "not sampled", "decoded", "chosen"]
    assert answer.ended == "Decoded for a temporal sequence, with 1 face: 1 chosen."


def test_a_frame_of_a_video_that_came_less_far_ends_where_the_video_did(lake: Lake) -> None:
    assert ended(f"{EXPENSIVE}@1000", lake) == "Its 9 candidates take 9 bytes."


@pytest.mark.parametrize("kind", ["frame", "video"])
def test_what_was_erased_is_said_to_be(lake: Lake, kind: str) -> None:
    forget_ids(lake, "frame" if kind == "frame" else "video", [f"{VIDEO}@2500" if kind == "frame" else VIDEO], NOW)
    assert "was erased on 2025-03-01" in ended(f"{VIDEO}@2500", lake)
