"""The asset on real clips of real faces: what it decodes, what it keeps, and why there may be no sequence."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from framecurate_assets.lake import tables
from framecurate_assets.lake.deaths import MOST_DEATHS
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.sampling import sample_frames
from framecurate_tests.end_to_end.data_folders import contents
from framecurate_tests.sequences.conftest import Place


def test_five_frames_a_fifth_of_a_second_apart_around_the_best_moment(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001"})
    metadata = place.make()
    rows = place.sequences()
    assert rows["position"].to_list() == [1, 2, 3, 4, 5]
    assert np.diff(rows["pts_s"].to_numpy()) == pytest.approx([0.2] * 4, abs=1e-6)
    assert rows["person_id"].unique().to_list() == ["person_0001"]
    candidates = place.lake.read(tables.FACE_CANDIDATES, place.astronaut)
    best = candidates.sort("composite").row(-1, named=True)
    assert rows["anchor_face_id"].unique().to_list() == [best["face_id"]]
    assert best["pts_s"] in rows["pts_s"]
    assert (rows["distance"] < 0.3).all()
    assert rows["distance"].arg_min() == rows["pts_s"].to_list().index(best["pts_s"])
    assert (metadata["people"], metadata["sequences"], metadata["missing"]) == (1, 1, 0)
    assert place.missing() == {}


def test_pictures_are_crops_of_the_frames_at_those_times(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001"})
    place.make()
    path = place.folder.absolute(place.lake.read(tables.RAW_VIDEOS, place.astronaut)["path"][0])
    # All frames of the clip, which has no more than 90.
    pictures = {round(frame.pts_s * 1000): frame for frame in sample_frames(path, SamplingPolicy())}
    for row in place.sequences().iter_rows(named=True):
        assert row["face_id"] == f"{place.astronaut}@{round(row['pts_s'] * 1000)}#s0"
        assert round(row["pts_s"] * 1000) in pictures
        place_of_crop = place.folder.absolute(row["path"])
        assert place_of_crop == place.folder.sequences(place.astronaut) / f"{row['face_id']}.jpg"
        assert place_of_crop.stat().st_size == row["bytes"]
        assert read_picture(place_of_crop).shape == (512, 512, 3)
    others = place.lake.read_all(tables.DETECTED_FACES)
    assert others.join(place.sequences(), on="face_id", how="semi").is_empty()


def test_what_is_known_is_not_decoded_again(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001", place.group: "person_0002"})
    first = place.make()
    assert first["decoded_frames"] >= 5
    rows, missing, pictures = place.sequences(), place.missing(), contents(place.folder.all_sequences)
    # Without the videos; somebody called the person by another number.
    for video in place.folder.videos.iterdir():
        video.rename(video.with_suffix(".elsewhere"))
    place.cluster({place.astronaut: "person_0007", place.group: "person_0002"})
    again = place.make()
    assert again["decoded_frames"] == 0
    assert again["reused_sequences"] == first["sequences"]
    renamed = rows.with_columns(pl.col("person_id").str.replace("0001", "0007"))
    assert place.sequences().sort("person_id", "position").equals(renamed.sort("person_id", "position"))
    assert contents(place.folder.all_sequences) == pictures
    assert place.missing() == missing


def test_a_changed_threshold_for_candidates_decodes_nothing_again(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001"})
    place.make()
    with place.folder.policy_file.open("a", encoding="utf-8") as file:
        file.write("candidates: {preset: moderate, max_yaw: 20}\n")
    assert place.make()["decoded_frames"] == 0


def test_a_lost_picture_is_made_again_and_others_are_removed(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001"})
    place.make()
    pictures = contents(place.folder.all_sequences)
    next(place.folder.sequences(place.astronaut).iterdir()).unlink()
    leftover = place.folder.sequences("file-000000000000") / "old.jpg"
    leftover.parent.mkdir()
    leftover.write_bytes(b"x")
    assert place.make()["decoded_frames"] == 5
    assert contents(place.folder.all_sequences) == pictures
    assert not leftover.parent.exists()


def test_another_step_is_another_sequence(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001"})
    with place.folder.policy_file.open("a", encoding="utf-8") as file:
        file.write("selection: {temporal: 3, temporal_step_s: 0.35}\n")
    place.make()
    times_s = place.sequences()["pts_s"].to_list()
    # Frames of this clip come every 0.05 s.
    assert [after - before for before, after in pairwise(times_s)] == pytest.approx([0.35, 0.35], abs=0.051)


def test_without_temporal_frames_nobody_has_a_sequence_and_nobody_lacks_one(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001"})
    with place.folder.policy_file.open("a", encoding="utf-8") as file:
        file.write("selection: {temporal: 0}\n")
    place.make()
    assert place.sequences().is_empty()
    assert place.missing() == {}


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"is_core": False}, "not_core"),
        ({"rival_distance": 0.21}, "rival_near"),
        ({"distance": None}, "rival_near"),
    ],
)
def test_a_face_that_may_be_somebody_elses_is_no_moment_to_start_from(
    place: Place, columns: dict[str, object], word: str
) -> None:
    place.cluster({place.astronaut: "person_0001"}, **columns)
    assert place.make()["decoded_frames"] == 0
    assert place.missing() == {"person_0001": (None, f"None of its faces is sure enough to be followed: {word}.")}


def test_people_without_a_sequence_are_in_the_order_of_their_numbers(place: Place) -> None:
    place.cluster({place.astronaut: "person_10000", place.group: "person_9999"}, is_core=False)
    place.make()
    assert place.lake.read(tables.MISSING_SEQUENCES)["person_id"].to_list() == ["person_9999", "person_10000"]


def test_a_sealed_video_gives_no_sequence(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001"})
    row = {
        "video_id": place.astronaut, "sealed_at": datetime.now(UTC), "frames_erased": 1, "faces_erased": 1,
    }  # fmt: skip
    place.lake.write(tables.SEALED_VIDEOS, tables.SEALED_VIDEOS.from_rows([row]), place.astronaut)
    place.make()
    assert "shows somebody who was erased" in place.missing()["person_0001"][1]


def test_a_video_that_was_removed_gives_no_sequence(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001"})
    next(place.folder.videos.glob(f"{place.astronaut}.*")).unlink()
    place.make()
    assert "The file of its video was removed" in place.missing()["person_0001"][1]


def test_a_video_that_cannot_be_read_stops_no_other(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001", place.group: "person_0002"})
    next(place.folder.videos.glob(f"{place.group}.*")).write_bytes(b"no video")
    place.make()
    assert place.sequences()["person_id"].unique().to_list() == ["person_0001"]
    assert place.missing()["person_0002"][1] == "The video is not a video file. Give the path of a video file."


def test_a_video_on_which_the_program_died_is_given_up(place: Place) -> None:
    place.cluster({place.astronaut: "person_0001", place.group: "person_0002"})
    mark = place.folder.begun("temporal_sequences", place.group)
    mark.parent.mkdir(exist_ok=True)
    mark.write_bytes(b"." * MOST_DEATHS)
    place.make()
    assert place.sequences()["person_id"].unique().to_list() == ["person_0001"]
    assert "The program died 3 times" in place.missing()["person_0002"][1]
