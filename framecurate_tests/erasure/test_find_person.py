"""Which faces are a person's: by descriptor, and by where they are from sample to sample."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from framecurate_assets.erasure.person import Appearances, find_person
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_tests.checks.healthy_lake import VIDEO, build, change, write

DISTANCE = 0.5
OTHER_VIDEO = "file-222222222222"
PLACE = {"x1": 100.0, "y1": 100.0, "x2": 200.0, "y2": 200.0}
BESIDE = {"x1": 140.0, "y1": 100.0, "x2": 240.0, "y2": 200.0}
"""Overlaps with PLACE: 60 of 140 columns."""
FAR = {"x1": 600.0, "y1": 100.0, "x2": 700.0, "y2": 200.0}
WITHOUT_DESCRIPTOR: dict[str, Any] = {"embedding": None}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Five frames, the first of which shows person_0001 in PLACE; nobody else so far."""
    lake = build(DataFolder(tmp_path))
    face = lake.read(tables.DETECTED_FACES, VIDEO).to_dicts()[0] | PLACE | {"embedding": [1.0, 0.0]}
    crop = lake.read(tables.FACE_CANDIDATES, VIDEO).to_dicts()[0]
    write(lake, tables.DETECTED_FACES, [face])
    write(lake, tables.FACE_CANDIDATES, [crop | face])
    change(lake, tables.IDENTITY_CLUSTERS, lambda rows: rows.head(1))
    return lake


def add(lake: Lake, frame: int, place: dict[str, float], *, of: str | None = None, **values: Any) -> str:
    """Another detected face of the video, of nobody or of a person; its id."""
    faces = lake.read(tables.DETECTED_FACES, VIDEO).to_dicts()
    face_id = f"{VIDEO}@{frame * 1000}#{len(faces)}"
    where = {"face_id": face_id, "frame_id": f"{VIDEO}@{frame * 1000}", "pts_s": float(frame)}
    write(lake, tables.DETECTED_FACES, [*faces, faces[0] | where | place | {"embedding": [0.0, 1.0]} | values])
    if of:
        clusters = lake.read(tables.IDENTITY_CLUSTERS).to_dicts()
        write(lake, tables.IDENTITY_CLUSTERS, [*clusters, clusters[0] | {"face_id": face_id, "person_id": of}])
    return face_id


def found(lake: Lake) -> Appearances:
    return find_person(lake, lake.read(tables.IDENTITY_CLUSTERS), "person_0001", DISTANCE)


def ids(lake: Lake) -> set[str]:
    return set(found(lake).faces["face_id"])


def test_a_refused_face_that_looks_like_the_person_is_theirs_wherever_it_is(lake: Lake) -> None:
    alike = add(lake, 4, FAR, embedding=[0.8, 0.3])
    stranger = add(lake, 4, PLACE, embedding=[0.5, 0.6])
    assert alike in ids(lake)
    assert stranger not in ids(lake)


def test_a_face_without_a_descriptor_is_theirs_if_it_is_where_they_were_a_sample_before(lake: Lake) -> None:
    moved = add(lake, 1, BESIDE, **WITHOUT_DESCRIPTOR)
    elsewhere = add(lake, 1, FAR, **WITHOUT_DESCRIPTOR)
    assert moved in ids(lake)
    assert elsewhere not in ids(lake)


def test_overlaps_are_followed_from_sample_to_sample_and_not_over_a_gap_or_a_cut(lake: Lake) -> None:
    chain = {add(lake, frame, BESIDE, **WITHOUT_DESCRIPTOR) for frame in (1, 2)}
    after_a_gap = add(lake, 4, BESIDE, **WITHOUT_DESCRIPTOR)
    assert chain < ids(lake)
    assert after_a_gap not in ids(lake)

    change(lake, tables.DETECTED_FACES, lambda rows: rows.with_columns(shot=rows["pts_s"].cast(int)))
    assert chain.isdisjoint(ids(lake))


def test_a_face_that_was_described_and_is_not_alike_is_somebody_elses_wherever_it_is(lake: Lake) -> None:
    stranger = add(lake, 1, PLACE, embedding=[0.0, 1.0])
    assert stranger not in ids(lake)


def test_an_overlap_says_nothing_when_samples_are_far_apart(lake: Lake) -> None:
    later = add(lake, 1, BESIDE, pts_s=1.5, **WITHOUT_DESCRIPTOR)
    assert later not in ids(lake)


def test_what_clustering_gave_to_somebody_else_is_not_theirs(lake: Lake) -> None:
    other = add(lake, 1, PLACE, of="person_0002", embedding=[1.0, 0.0])
    assert other not in ids(lake)


def test_other_videos_in_which_somebody_looks_alike_are_named_and_no_more(lake: Lake) -> None:
    faces = lake.read(tables.DETECTED_FACES, VIDEO).to_dicts()
    elsewhere = {"face_id": f"{OTHER_VIDEO}@0#0", "frame_id": f"{OTHER_VIDEO}@0", "video_id": OTHER_VIDEO}
    write(lake, tables.DETECTED_FACES, [faces[0] | elsewhere], OTHER_VIDEO)
    assert found(lake).alike_elsewhere == {OTHER_VIDEO: 1}
    assert ids(lake) == {faces[0]["face_id"]}
