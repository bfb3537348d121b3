"""Which moments are tried, and who gets which sequence."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.tables import TEMPORAL_SEQUENCES
from framecurate_assets.sequences.anchors import few_of_each, in_order
from framecurate_assets.sequences.settle import Try, settle


def sequence(*face_ids: str) -> Try:
    rows = [{**dict.fromkeys(TEMPORAL_SEQUENCES.schema), "face_id": face_id} for face_id in face_ids]
    return Try(TEMPORAL_SEQUENCES.from_rows(rows))


def faces_in_order(*faces: tuple[str, str, str, float, str]) -> pl.DataFrame:
    """Faces as person, id, track, composite and video."""
    return in_order(
        pl.DataFrame(faces, schema=["person_id", "face_id", "track_id", "composite", "video_id"], orient="row")
    )


def test_the_best_of_each_track_comes_before_the_second_of_any() -> None:
    faces = [("a", "1", 0.9), ("b", "1", 0.8), ("c", "2", 0.7), ("d", "3", 0.75)]
    # Two people in one track: one of them was put there by hand.
    other = ("q", "e", "1", 0.95, "v")
    ordered = faces_in_order(other, *[("p", *face, "v") for face in faces])
    assert ordered["face_id"].to_list() == ["a", "d", "c", "b", "e"]


def test_only_a_few_are_tried_and_none_whose_video_is_gone_unless_it_is_known() -> None:
    gone = [("p", "x", "x", 1.2, "gone"), ("p", "y", "y", 1.1, "gone")]
    here = [(who, who + name, name, 1 - n / 10, "here") for who in "pq" for n, name in enumerate("abcdefg")]
    tries = {"y": sequence("1"), "pf": sequence("2"), "pg": Try(reason="lost")}
    chosen = few_of_each(faces_in_order(*gone, *here), {"here"}, tries)
    assert chosen["face_id"].to_list() == ["y", "pa", "pb", "pc", "pf", "qa", "qb", "qc", "qd"]


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
