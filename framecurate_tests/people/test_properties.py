"""Whatever people say, add, remove and run, in any order: nothing is lost, nobody's number is another's, and a
person's word wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from framecurate_assets.errors import FramecurateError
from framecurate_assets.identity.stable_ids import person_number
from framecurate_assets.people import said
from framecurate_assets.people.corrections import Apart, Confirm, Merge, Reject, Split, faces_of
from framecurate_assets.people.people import People
from framecurate_assets.people.replay import active_lines
from framecurate_assets.people.said import Draft
from framecurate_tests.people.runs import Story, same_tables, video

VIDEOS = {"a": (0, 1), "b": (1, 2), "c": (0, 2), "d": (3, 0), "e": (1,)}
"""Who is in which video."""

Step = tuple[str, int, int]
"""What to do, and two numbers that choose with whom."""

CORRECTIONS = ("merge", "apart", "split", "split_face", "reject", "exception", "confirm", "rename", "undo")
CHANGES = ("add", "add", "remove", "run", "rules")
THOROUGH = settings(deadline=None, derandomize=True)
EXAMPLES = 24


def steps(*kinds: str, most: int) -> st.SearchStrategy[list[Step]]:
    number = st.integers(0, 30)
    return st.lists(st.tuples(st.sampled_from(kinds), number, number), min_size=1, max_size=most)


@settings(THOROUGH, max_examples=EXAMPLES)
@given(steps(*CORRECTIONS, *CHANGES, most=12))
def test_nothing_is_lost_no_number_is_given_twice_and_every_change_is_told(plan: list[Step]) -> None:
    for story, before in runs_of(plan):
        assert_every_face_is_there_once(story)
        assert_numbers_are_new(story.people, before)
        assert_every_change_is_told(story, before)


@settings(THOROUGH, max_examples=EXAMPLES // 2)
@given(steps(*CORRECTIONS, *CHANGES, most=12))
def test_a_run_after_which_nothing_changed_changes_nothing(plan: list[Step]) -> None:
    for story, _ in runs_of(plan):
        assert same_tables(story.run_aside(story.people, story.log), story.people)


@settings(THOROUGH, max_examples=EXAMPLES // 2)
@given(steps(*CORRECTIONS, *CHANGES, most=12))
def test_a_persons_word_wins_over_a_lake_that_was_lost_too(plan: list[Step]) -> None:
    for story, _ in runs_of(plan):
        assert_word_wins(story)
    anew = Story(story.videos, story.log)
    anew.run()
    assert same_tables(anew.people, Story(story.videos, story.log).run())
    assert_word_wins(anew)


@settings(THOROUGH, max_examples=EXAMPLES // 2)
@given(steps(*CORRECTIONS, "run", most=10))
def test_undoing_everything_gives_back_what_was(plan: list[Step]) -> None:
    story = Story({name: video(name, people) for name, people in VIDEOS.items()})
    before = story.run()
    for step in plan:
        take(step, story)
    story.run()
    while holding(story):
        story.say(said.undo(None))
    story.run()
    assert story.people.clusters.equals(before.clusters)


def holding(story: Story) -> list[int]:
    """The lines that are neither undone nor an undo."""
    active = active_lines(story.log)
    return [line.id for line in story.log if line.id in active and line.kind != "undo"]


def assert_every_face_is_there_once(story: Story) -> None:
    clusters = story.people.clusters
    assert sorted(clusters["face_id"]) == sorted(story.candidates["face_id"])
    assert (clusters["person_id"].is_null() == clusters["reason"].is_not_null()).all()


def assert_numbers_are_new(people: People, before: People) -> None:
    assert before.given.items() <= people.given.items()
    fresh = people.given.keys() - before.given.keys()
    assert all(person_number(person) > before.highest_number for person in fresh)
    assert people.highest_number >= max(map(person_number, people.given), default=0)
    used = {*people.clusters["person_id"].drop_nulls(), *people.clusters["model_person_id"].drop_nulls()}
    assert used <= people.given.keys()


def assert_every_change_is_told(story: Story, before: People) -> None:
    was = dict(before.clusters.select("face_id", "person_id").iter_rows())
    changed = Counter((was[face], now) for face, now in story.persons.items() if face in was and was[face] != now)
    told: Counter[tuple[str | None, str | None]] = Counter()
    for event in story.people.events.slice(before.events.height).iter_rows(named=True):
        ends = event["other_id"], event["person_id"]
        told[ends[::-1] if event["kind"] == "merged" else ends] += event["faces"]
    assert told == changed


def runs_of(plan: Sequence[Step]) -> Iterator[tuple[Story, People]]:
    """Every run of a plan, and what it started from."""
    story = Story({name: video(name, VIDEOS[name]) for name in ("a", "b")})
    for kind, one, other in [("run", 0, 0), *plan, ("run", 0, 0)]:
        before = story.people
        take((kind, one, other), story)
        if kind in ("run", "rules"):
            yield story, before


def take(step: Step, story: Story) -> None:
    """Do one thing; what the command would refuse is not done."""
    kind, one, other = step
    names = sorted(VIDEOS)
    if kind == "add":
        story.videos[names[one % 5]] = video(names[one % 5], VIDEOS[names[one % 5]])
    elif kind == "remove":
        story.videos.pop(names[one % 5], None)
    elif kind in ("run", "rules"):
        story.code_version += "1" if kind == "rules" else ""
        story.run()
    else:
        with suppress(FramecurateError):
            story.say(draft(kind, one, other, story))


def draft(kind: str, one: int, other: int, story: Story) -> Draft:
    faces = story.standing.faces.drop_nulls("person_id")
    persons = sorted(set(faces["person_id"]))
    if not persons:
        return said.undo(None)
    first, second = persons[one % len(persons)], persons[other % len(persons)]
    own = faces.filter(pl.col("person_id") == first)
    track, face = (own[name].unique().sort().to_list() for name in ("track_id", "face_id"))
    drafts = {
        "merge": said.merge([first, second]),
        "apart": said.apart(first, second),
        "split": said.split(first, [track[other % len(track)]], []),
        "split_face": said.split(first, [], [face[other % len(face)]]),
        "reject": said.reject([face[other % len(face)]]),
        "exception": said.allow_twice(first),
        "rename": said.rename(first, "Anna"),
        "confirm": said.confirm(first),
        "undo": said.undo(None if other % 2 else one % 6 + 1),
    }
    return drafts[kind]


def assert_word_wins(story: Story) -> None:
    persons = story.persons
    rulings = story.standing.rulings
    for verdict in rulings.verdicts:
        line = verdict.correction
        if verdict.state != "applied":
            continue
        if isinstance(line, Reject):
            assert {persons[face] for face in line.faces if face in persons} <= {None}
        if isinstance(line, Merge):
            assert len({rulings.person(person) for person in line.persons}) == 1
        if isinstance(line, Split):
            going = [face for part in line.faces.values() for face in part]
            rest = [face for part in line.rest.values() for face in part]
            gone = {persons.get(face) for face in going if rulings.pins.get(face) == line.new_person} - {None}
            assert gone <= {rulings.person(line.new_person)}
            assert gone.isdisjoint(persons.get(face) for face in rest if face not in rulings.pins)
        if isinstance(line, Confirm):
            theirs = [face for face in faces_of(line) if face not in rulings.pins]
            assert len({persons.get(face) for face in theirs} - {None}) <= 1
        if isinstance(line, Apart):
            one, other = (rulings.person(person) for person in line.persons)
            assert one != other
