"""Forgetting one person of several: nothing of them is left, nothing else changes, and they do not come back."""

from __future__ import annotations

import dagster as dg
import numpy as np
import pytest

from framecurate_assets.compute.compute import InThisProcess
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.dagster_stages import QUIET
from framecurate_assets.definitions import defs
from framecurate_assets.erasure.target import Target
from framecurate_assets.faces.engines import same_person_distance
from framecurate_assets.forget import propose, what_is_left
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_assets.sources.source import identify
from framecurate_assets.sources.source_list import add_sources
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import all_rows, bring_up_to_date, contents, video_id
from framecurate_tests.erasure.forgetting import faces_of, forget, person_in_part
from framecurate_tests.erasure.traces import removed_names, where_found, where_pictures_are


def test_no_byte_of_a_person_is_left_in_the_data_folder(sealed: DataFolder, crowd_once: DataFolder) -> None:
    person = person_in_part(crowd_once)
    names = removed_names(crowd_once, sealed)
    assert {person, *(str(face["face_id"]) for face in faces_of(person, crowd_once))} < names
    assert where_found(names, sealed) == []
    assert where_pictures_are(crowd_once, sealed) == []
    assert what_is_left(sealed) == []
    # It would have been found before.
    assert len(where_found(names, crowd_once)) > 10


def test_other_people_keep_their_ids_and_their_other_pictures(sealed_once: DataFolder, crowd_once: DataFolder) -> None:
    person = person_in_part(crowd_once)
    before = {row["face_id"]: row["person_id"] for row in all_rows(crowd_once)["identity_clusters"]}
    shown = {row["frame_id"] for row in faces_of(person, crowd_once)}

    rows = all_rows(sealed_once)
    after = {row["face_id"]: row["person_id"] for row in rows["identity_clusters"]}
    assert after == {face_id: before[face_id] for face_id in after}
    assert set(after.values()) == set(before.values()) - {person}
    assert shown.isdisjoint(row["frame_id"] for row in rows["sampled_frames"])
    for place in ("frames", "faces"):
        kept, formerly = contents(sealed_once.root / place), contents(crowd_once.root / place)
        assert kept == {name: formerly[name] for name in kept}
    assert {str(row["path"]).split("/")[1] for row in rows["person_selections"]} == set(after.values())


def test_the_next_run_has_nothing_to_do(sealed: DataFolder) -> None:
    assert bring_up_to_date(sealed).runs == 0


@pytest.mark.parametrize(
    "policy",
    [
        "video: {max_download_height_px: 720}\nsampling: {frames_per_section: 6, mode: exact}\n",
        "sampling: {frames_per_section: 2}\ncandidates: {preset: relaxed, max_padding: 1.0}\n",
    ],
)
def test_another_policy_does_not_bring_the_person_back(sealed: DataFolder, crowd_once: DataFolder, policy: str) -> None:
    person = person_in_part(crowd_once)
    theirs = np.array([face["embedding"] for face in faces_of(person, crowd_once)])
    distance = same_person_distance(str(all_rows(sealed)["detected_faces"][0]["engine"]))
    videos = {row["video_id"] for row in all_rows(sealed)["sealed_videos"]}
    frames = [row for row in all_rows(sealed)["sampled_frames"] if row["video_id"] in videos]

    sealed.policy_file.write_text(policy)
    outcome = bring_up_to_date(sealed)

    assert outcome.failed_checks == {}
    assert [row for row in all_rows(sealed)["sampled_frames"] if row["video_id"] in videos] == frames
    assert not [path for video in videos for path in sealed.videos.glob(f"{video}*")]
    assert person not in {row["person_id"] for row in all_rows(sealed)["identity_clusters"]}
    for face in all_rows(sealed)["face_candidates"]:
        assert np.linalg.norm(theirs - np.array(face["embedding"]), axis=1).min() > distance


def test_the_number_of_a_forgotten_person_is_not_given_again(crowd: DataFolder, clips: Clips) -> None:
    people = sorted({str(row["person_id"]) for row in all_rows(crowd)["identity_clusters"]})
    last = people[-1]
    forget(last, crowd)
    add_sources(crowd.sources_file, [identify(str(clips.group))])
    bring_up_to_date(crowd)
    new = {str(row["person_id"]) for row in all_rows(crowd)["identity_clusters"]} - set(people)
    assert new
    assert all(person > last for person in new)


def test_a_video_that_shows_the_person_in_each_frame_goes_as_a_whole(
    crowd: DataFolder, crowd_once: DataFolder, clips: Clips
) -> None:
    astronaut = video_id(clips.astronaut)
    person = next(
        str(row["person_id"])
        for row in all_rows(crowd)["identity_clusters"]
        if str(row["face_id"]).startswith(f"{astronaut}@")
    )
    forget(person, crowd)
    names = removed_names(crowd_once, crowd)
    assert {astronaut, person} < names
    assert where_found(names, crowd) == []
    assert clips.astronaut.exists()
    assert astronaut not in crowd.sources_file.read_text()


def test_faces_that_the_policy_refused_go_too(finished: DataFolder, clips: Clips) -> None:
    group = video_id(clips.group)
    (person,) = {
        str(row["person_id"])
        for row in all_rows(finished)["identity_clusters"]
        if str(row["face_id"]).startswith(f"{group}@")
    }
    candidates = {row["frame_id"] for row in faces_of(person, finished)}
    gone = set(propose(Target("person", person), finished).plan.frame_ids)
    # The camera moves on, and the face is cut off: refused as a candidate, and the same person still.
    assert len(gone) >= len(candidates) + 2
    assert candidates < gone


@pytest.mark.parametrize("asset", ["raw_videos", "sampled_frames"])
def test_a_sealed_video_that_is_materialised_in_dagster_keeps_its_rows(sealed: DataFolder, asset: str) -> None:
    before = all_rows(sealed)
    video = str(before["sealed_videos"][0]["video_id"])
    with open_instance(sealed) as instance:
        result = dg.materialize(
            [*defs.assets],  # type: ignore[misc]
            selection=dg.AssetSelection.assets(asset),
            partition_key=video,
            instance=instance,
            resources={
                "workspace": Workspace(data_folder=str(sealed.root)),
                "progress": SilentProgress(),
                "compute": InThisProcess(),
            },
            run_config=QUIET,
            raise_on_error=False,
        )
        (failure,) = result.get_step_failure_events()
    said = failure.step_failure_data.user_failure_data
    assert said
    assert "shows a person who was erased" in str(said.description)
    assert all_rows(sealed) == before


def test_a_second_person_of_the_same_videos_can_be_forgotten(sealed: DataFolder, crowd_once: DataFolder) -> None:
    first, second = person_in_part(crowd_once), person_in_part(sealed)
    erased = {str(row["video_id"]): row["frames_erased"] for row in all_rows(sealed)["sealed_videos"]}
    forget(second, sealed)
    names = removed_names(crowd_once, sealed)
    assert {first, second} < names
    assert where_found(names, sealed) == []
    for row in all_rows(sealed)["sealed_videos"]:
        assert int(str(row["frames_erased"])) > int(str(erased[str(row["video_id"])]))


def test_the_rest_of_a_sealed_video_can_be_forgotten(sealed: DataFolder, crowd_once: DataFolder) -> None:
    video = str(all_rows(sealed)["sealed_videos"][0]["video_id"])
    forget(video, sealed)
    assert where_found(removed_names(crowd_once, sealed) | {video}, sealed) == []
    assert what_is_left(sealed) == []
