"""Which moments are tried, and who gets which sequence."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.tables import TEMPORAL_SEQUENCES
from framecurate_assets.sequences.anchors import Anchor, choose_anchors, few_anchors
from framecurate_assets.sequences.settle import Try, settle


def sequence(*face_ids: str) -> Try:
    rows = [{**dict.fromkeys(TEMPORAL_SEQUENCES.schema), "face_id": face_id} for face_id in face_ids]
    return Try(TEMPORAL_SEQUENCES.from_rows(rows))


def anchors_of(*faces: tuple[str, str, float, str]) -> list[Anchor]:
    """Faces as id, track, composite and video."""
    columns = pl.DataFrame(faces, schema=["face_id", "track_id", "composite", "video_id"], orient="row")
    place = {name: pl.lit(0.0) for name in ("pts_s", "x1", "y1", "x2", "y2")}
    return choose_anchors(columns.with_columns(**place, shot=pl.lit(0), embedding=pl.lit([0.0])))


def test_the_best_of_each_track_comes_before_the_second_of_any() -> None:
    anchors = anchors_of(("a", "1", 0.9, "v"), ("b", "1", 0.8, "v"), ("c", "2", 0.7, "v"), ("d", "3", 0.75, "v"))
    assert [anchor.face_id for anchor in anchors] == ["a", "d", "c", "b"]


def test_only_a_few_are_tried_and_none_whose_video_is_gone_unless_it_is_known() -> None:
    anchors = anchors_of(*[(name, name, 1 - number / 10, "here") for number, name in enumerate("abcdefg")])
    gone = anchors_of(("x", "x", 0.5, "gone"), ("y", "y", 0.4, "gone"))
    tries = {"y": sequence("1"), "f": sequence("2"), "g": Try(reason="lost")}
    chosen = few_anchors(gone + anchors, {"here"}, tries)
    assert [anchor.face_id for anchor in chosen] == ["y", "a", "b", "c", "f"]


def test_each_person_gets_the_first_moment_that_has_a_sequence() -> None:
    tries = {"a": Try(reason="a cut"), "b": sequence("1", "2"), "c": Try(reason="lost")}
    settled = settle({"p": ["a", "b", "c"], "q": ["c", "d"], "r": ["a", "c"]}, tries)
    assert settled.chosen == {"p": "b"}
    assert settled.wanted == ["d"]
    assert settled.missing == {"r": ("c", "lost")}


def test_no_face_is_in_two_sequences() -> None:
    tries = {"a": sequence("1", "2"), "b": sequence("2", "3")}
    settled = settle({"p": ["a"], "q": ["b"]}, tries)
    assert settled.chosen == {"p": "a"}
    assert settled.missing["q"][1] == "What was found around its best moments is another person's sequence."
