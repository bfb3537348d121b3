"""From one run to the next: who keeps which number, what people said, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import IDENTITY_ALARMS, IDENTITY_CLUSTERS, IDENTITY_EVENTS
from framecurate_assets.people import said
from framecurate_assets.people.answers import answers_of
from framecurate_assets.people.corrections import faces_of
from framecurate_assets.people.exemplars import MOST
from framecurate_assets.people.people import People, read_people, write_people
from framecurate_tests.people.runs import Story, same_tables, video

ONE, TWO, THREE, FOUR = (f"person_{number:04}" for number in range(1, 5))


@pytest.fixture
def story() -> Story:
    """Persons 1 and 2 in video a, 2 and 3 in video b, 1 alone in video c."""
    story = Story({"a": video("a", (0, 1)), "b": video("b", (1, 2)), "c": video("c", (0,))})
    story.run()
    return story


def events(story: Story) -> list[tuple[str, str, str, int, str]]:
    return list(story.people.events.select("kind", "person_id", "other_id", "faces", "cause").iter_rows())


def register(story: Story) -> dict[str, tuple[str | None, str | None, str | None]]:
    rows = story.people.registry.select("person_id", "name", "merged_into", "split_from").iter_rows()
    return {person: (name, merged, split) for person, name, merged, split in rows}


def test_persons_who_are_merged_have_the_first_ones_number_and_get_their_own_back(story: Story) -> None:
    before = story.people.clusters
    story.say(said.merge([ONE, THREE]))
    story.run()
    assert set(story.persons.values()) == {ONE, TWO}
    assert register(story)[THREE] == (None, ONE, None)
    story.say(said.undo(None))
    assert story.run().clusters.equals(before)
    assert events(story) == [
        ("merged", THREE, ONE, 3, "correction 1"),
        ("split", THREE, ONE, 3, "correction 2"),
    ]


def test_faces_that_are_split_off_are_somebody_new_for_good(story: Story) -> None:
    story.say(said.split(ONE, ["c/0/0"], []))
    story.run()
    assert story.person_of("c@0#0") == FOUR
    assert register(story)[FOUR] == (None, None, ONE)
    # However alike, and though all is clustered again.
    story.code_version = "2"
    story.run()
    assert (story.person_of("c@0#0"), story.person_of("a@0#0")) == (FOUR, ONE)
    assert events(story) == [("split", FOUR, ONE, 3, "correction 1")]


def test_the_number_of_a_split_that_was_undone_is_not_given_again(story: Story) -> None:
    story.say(said.split(ONE, ["c/0/0"], []))
    story.run()
    story.say(said.undo(None))
    story.videos["d"] = video("d", (3,))
    story.run()
    assert (story.person_of("c@0#0"), story.person_of("d@0#0")) == (ONE, "person_0005")


def test_a_face_that_is_rejected_is_nobodys_and_returns(story: Story) -> None:
    before = story.people.clusters
    story.say(said.reject(["a@0#0"]))
    story.run()
    row = story.people.clusters.filter(face_id="a@0#0")
    assert row.select("person_id", "reason", "model_person_id").row(0) == (None, "rejected", ONE)
    assert "a@0#0" not in set(story.people.exemplars["face_id"])
    story.say(said.undo(None))
    assert story.run().clusters.equals(before)
    moves = story.people.events.select("kind", "person_id", "other_id", "faces", "cause").rows()
    assert moves == [("moved", None, ONE, 1, "correction 1"), ("moved", ONE, None, 1, "correction 2")]


def test_faces_of_a_merged_person_that_were_split_off_return_to_whom_they_were_taken_from(story: Story) -> None:
    before = story.people.clusters
    story.say(said.merge([ONE, THREE]))
    story.say(said.split(ONE, ["b/0/1"], []))
    story.run()
    assert story.person_of("b@0#1") == FOUR
    story.say(said.undo(None))
    story.run()
    assert story.person_of("b@0#1") == ONE
    story.say(said.undo(None))
    assert story.run().clusters.equals(before)


def test_persons_who_are_apart_stay_apart_where_all_is_clustered_again(story: Story) -> None:
    story.videos["d"] = video("d", (0,))
    story.say(said.split(ONE, ["c/0/0"], []))
    story.say(said.apart(ONE, FOUR))
    story.run()
    story.code_version = "2"
    story.run()
    assert story.person_of("c@0#0") != story.person_of("a@0#0")


def test_a_person_who_is_confirmed_changes_nothing_and_is_one_where_all_is_clustered_again(story: Story) -> None:
    before = story.people.clusters
    line = story.say(said.confirm(ONE))
    assert story.run().clusters.equals(before)
    assert answers_of(story.log, story.people).confirmed == (frozenset(faces_of(line)),)
    story.code_version = "2"
    assert story.run().clusters.equals(before)
    story.say(said.undo(None))
    assert answers_of(story.log, story.run()).confirmed == ()
    assert story.people.events.is_empty()


def test_a_person_who_was_confirmed_has_the_same_number_in_a_lake_that_was_lost(story: Story) -> None:
    story.say(said.confirm(TWO))
    anew = Story({"b": story.videos["b"]}, story.log)
    anew.run()
    assert (anew.person_of("b@0#0"), anew.people.corrections["state"].to_list()) == (TWO, ["applied"])


def test_the_cause_of_a_change_is_not_the_line_that_confirms_those_who_stay(story: Story) -> None:
    story.videos["d"] = video("d", (0,))
    story.run()
    story.say(said.split(ONE, ["c/0/0"], []))
    story.say(said.confirm(ONE))
    story.say(said.rename(ONE, "Zoë"))
    story.run()
    assert events(story) == [("split", FOUR, ONE, 3, "correction 1")]


def test_a_name_stays_with_the_number_and_can_be_taken_away(story: Story) -> None:
    story.say(said.rename(TWO, "Zoë"))
    story.run()
    assert register(story)[TWO] == ("Zoë", None, None)
    story.say(said.rename(TWO, ""))
    story.run()
    assert register(story)[TWO] == (None, None, None)


def test_a_person_who_was_merged_and_is_in_one_frame_twice_is_listed_with_the_cause(story: Story) -> None:
    story.say(said.merge([ONE, TWO]))
    story.run()
    listed = story.people.twice.select("person_id", "frame_id", "cause").unique().sort("frame_id")
    assert listed.rows() == [(ONE, frame, "correction") for frame in ("a@0", "a@1000", "a@2000")]


def test_videos_that_come_go_and_are_reordered_change_nobody_who_stays(story: Story) -> None:
    before = story.persons
    story.videos["0"] = video("0", (3, 1))
    del story.videos["b"]
    story.run()
    assert {face: story.persons[face] for face in before if face in story.persons} == {
        face: person for face, person in before.items() if not face.startswith("b")
    }
    assert story.person_of("0@0#0") == FOUR
    assert story.person_of("0@0#1") == TWO
    assert story.people.events.is_empty()


def test_a_person_who_left_and_returns_has_the_same_number(story: Story) -> None:
    b = story.videos.pop("b")
    story.run()
    assert THREE not in story.persons.values()
    assert THREE in register(story)
    # In another video, and in the same one.
    story.videos["d"] = video("d", (2,))
    story.run()
    assert story.person_of("d@0#0") == THREE
    story.videos["b"] = b
    story.run()
    assert story.person_of("b@0#1") == THREE


def test_what_stands_for_a_person_are_few_faces_that_differ(story: Story) -> None:
    for number in range(6):
        story.videos[f"more {number}"] = video(f"more {number}", (0,))
    story.run()
    own = story.people.exemplars.filter(person_id=ONE)
    assert own["rank"].to_list() == list(range(1, MOST + 1))
    assert own["video_id"].n_unique() > MOST // 2
    assert set(story.people.exemplars["person_id"]) == {ONE, TWO, THREE}


def test_rules_that_change_keep_the_numbers_of_those_who_stay_the_same(story: Story) -> None:
    before = story.persons
    story.code_version = "2"
    story.run()
    assert story.persons == before
    assert story.people.events.is_empty()


def test_a_run_after_rules_changed_and_videos_left_has_nothing_to_change(story: Story) -> None:
    del story.videos["a"]
    story.run()
    story.code_version = "2"
    story.run()
    assert same_tables(story.run_aside(story.people, story.log), story.people)


def test_a_face_that_joined_a_person_later_is_no_founder_in_a_run_without_news_either(story: Story) -> None:
    poor = video("d", (0,)).with_columns(sharpness=pl.lit(40.0, pl.Float32))
    story.videos["d"] = poor
    story.run()
    later = story.people.clusters.filter(pl.col("face_id").str.starts_with("d@"))
    assert set(later.select("person_id", "is_core").rows()) == {(ONE, False)}
    assert story.run().clusters.filter(~pl.col("is_core")).equals(later)


def test_people_are_read_as_they_were_written(story: Story, tmp_path: Path) -> None:
    lake = Lake(DataFolder(tmp_path))
    assert same_tables(read_people(lake), People())
    story.say(said.merge([ONE, THREE]))
    story.run()
    write_people(lake, story.people, IDENTITY_ALARMS.empty(), "made from")
    assert same_tables(read_people(lake), story.people)
    assert lake.made_from(IDENTITY_CLUSTERS) == "made from"


class _KilledError(Exception):
    """Stands for a kill: nothing after it is done."""


@dataclass(frozen=True)
class _LakeOfOneWhoIsKilled(Lake):
    """A lake whose writer is killed before it stores so many tables."""

    left: Iterator[int]

    def write(self, *arguments: Any, **settings: Any) -> None:
        """Store a table, or be killed."""
        if next(self.left, None) is None:
            raise _KilledError
        super().write(*arguments, **settings)


@pytest.mark.parametrize("tables", range(9))
def test_a_run_that_was_killed_while_it_stored_is_repeated_and_tells_each_event_once(
    story: Story, tmp_path: Path, tables: int
) -> None:
    folder, alarms = DataFolder(tmp_path), IDENTITY_ALARMS.empty()
    lake = Lake(folder)
    write_people(lake, story.people, alarms, "first")
    story.say(said.split(ONE, ["c/0/0"], []))
    story.say(said.merge([TWO, FOUR]))
    after = story.run()
    with suppress(_KilledError):
        write_people(_LakeOfOneWhoIsKilled(folder, iter(range(tables))), after, alarms, "second")
    # Before anything was stored it is as it was; from then on nobody takes it for finished.
    assert lake.made_from(IDENTITY_CLUSTERS) == ("" if tables else "first")
    repeated = story.run_aside(read_people(lake), story.log)
    assert repeated.clusters.equals(after.clusters)
    assert repeated.events.equals(after.events)
    write_people(lake, repeated, alarms, "second")
    assert same_tables(read_people(lake), repeated)
    assert lake.read(IDENTITY_EVENTS).equals(after.events)


def test_without_any_face_the_register_stays(story: Story) -> None:
    story.videos.clear()
    story.run()
    assert story.people.clusters.is_empty()
    assert set(register(story)) == {ONE, TWO, THREE}
    story.videos["b"] = video("b", (1, 2))
    story.run()
    assert set(story.persons.values()) == {TWO, THREE}
