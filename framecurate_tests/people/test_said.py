"""What people may say, what is refused with which sentence, and what a log edited by hand comes to."""

from __future__ import annotations

import pytest

from framecurate_assets.errors import FramecurateError
from framecurate_assets.people import said
from framecurate_assets.people.corrections import LARGEST_NUMBER, Correction, Merge, Rename, Split
from framecurate_assets.people.said import Draft, checked
from framecurate_assets.people.standing import Standing
from framecurate_tests.people.runs import NOW, Story, video

ONE, TWO, THREE = "person_0001", "person_0002", "person_0003"
FACE = "a@0#0"
"""Of person 1."""


@pytest.fixture
def story() -> Story:
    """Persons 1 and 2 in video a, 2 and 3 in video b, 1 alone in video c."""
    story = Story({"a": video("a", (0, 1)), "b": video("b", (1, 2)), "c": video("c", (0,))})
    story.run()
    return story


def refusal(story: Story, draft: Draft) -> str:
    log = list(story.log)
    with pytest.raises(FramecurateError) as refused:
        story.say(draft)
    assert story.log == log
    return str(refused.value)


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (said.merge([ONE, "person_0099"]), "There is no person_0099. `framecurate persons list` shows who there is."),
        (said.merge([ONE, ONE]), "Merging takes two persons."),
        (said.apart(ONE, ONE), "person_0001 is named twice."),
        (said.split(ONE, ["b/0/0"], []), "person_0001 has no track b/0/0. `framecurate persons show person_0001`"),
        (said.split(ONE, [], ["b@0#0"]), "person_0001 has no face b@0#0."),
        (said.split(ONE, [], []), "Nothing is named that goes. Give --tracks or --faces."),
        (said.split(ONE, ["a/0/0", "c/0/0"], []), "These are all faces of person_0001: nobody would stay."),
        (said.reject(["x@0#0"]), "There is no face x@0#0 among the candidates."),
        (said.confirm("person_0099"), "There is no person_0099."),
        (said.confirm(THREE), "person_0003 has fewer than two tracks: there is nothing to confirm."),
        (said.undo(7), "There is no correction 7."),
        (said.undo(None), "There is nothing to undo."),
    ],
)
def test_what_there_is_not_is_named(story: Story, draft: Draft, sentence: str) -> None:
    assert refusal(story, draft).startswith(sentence.rstrip("."))


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (
            said.apart(ONE, THREE),
            said.merge([TWO, ONE, THREE]),
            "Correction 1 says that person_0001 and person_0003 are two people. `framecurate persons undo 1` takes "
            "that back.",
        ),
        (said.merge([ONE, THREE]), said.apart(ONE, THREE), "person_0003 is part of person_0001."),
        (
            said.split(ONE, ["c/0/0"], []),
            said.merge([ONE, "person_0004"]),
            "Correction 1 says that person_0004 and person_0001 are two people.",
        ),
        (
            said.confirm(ONE),
            said.split(ONE, ["c/0/0"], []),
            "Correction 1 says that c@0#0 and a@0#0 are one person. `framecurate persons undo 1` takes that back.",
        ),
        (said.confirm(ONE), said.split(ONE, [], [FACE]), "Correction 1 says that a@0#0 and c@0#0 are one person."),
        (said.reject([FACE]), said.split(ONE, [], [FACE]), "person_0001 has no face a@0#0."),
        (said.reject([FACE]), said.reject([FACE]), "a@0#0 is nobody's already."),
    ],
)
def test_what_contradicts_an_earlier_line_is_refused(story: Story, first: Draft, second: Draft, sentence: str) -> None:
    story.say(first)
    assert sentence.rstrip(".") in refusal(story, second)


def test_a_line_on_which_another_stands_is_not_undone_before_it(story: Story) -> None:
    story.say(said.split(ONE, ["c/0/0"], []))
    story.say(said.merge([THREE, "person_0004"]))
    assert refusal(story, said.undo(1)) == (
        "Correction 2 (merge of person_0004 into person_0003) would not hold any more: person_0004 was made by "
        "correction 1, which is undone. Undo that one first: `framecurate persons undo 2`."
    )
    story.say(said.undo(2))
    story.say(said.undo(1))


def test_persons_who_were_confirmed_to_be_one_are_not_made_two_by_an_undo(story: Story) -> None:
    story.say(said.merge([ONE, THREE]))
    story.say(said.confirm(ONE))
    assert refusal(story, said.undo(1)) == (
        "Correction 2 (person_0001 is one person) would not hold any more: person_0003 is not part of person_0001. "
        "Undo that one first: `framecurate persons undo 2`."
    )
    story.say(said.undo(2))
    story.say(said.undo(1))


def test_a_split_that_was_undone_does_not_come_back_where_the_person_was_confirmed_since(story: Story) -> None:
    story.say(said.split(ONE, ["c/0/0"], []))
    story.say(said.undo(1))
    story.say(said.confirm(ONE))
    assert refusal(story, said.undo(2)) == (
        "Correction 3 (person_0001 is one person) would not hold any more: Correction 1 says that c@0#0 is "
        "person_0004. Undo that one first: `framecurate persons undo 3`."
    )


def test_of_a_person_who_was_confirmed_go_a_face_that_is_rejected_one_that_is_not_named_and_all(story: Story) -> None:
    story.say(said.confirm(ONE))
    story.say(said.split(ONE, [], ["a@1000#0"]))
    story.say(said.split(ONE, ["c/0/0"], [FACE]))
    story.say(said.undo(None))
    story.say(said.reject([FACE]))
    story.say(said.split(ONE, ["c/0/0"], []))
    story.run()
    assert {face: person for face, person in story.persons.items() if face in (FACE, "a@1000#0", "c@0#0")} == {
        FACE: None,
        "a@1000#0": "person_0004",
        "c@0#0": "person_0006",
    }
    assert set(story.people.corrections["state"]) == {"applied", "undone"}


def test_what_cannot_stand_in_the_log_is_refused_with_a_sentence(story: Story) -> None:
    last = Rename.model_validate({**stamp(LARGEST_NUMBER), "person": ONE, "name": "Zoë"})
    assert Standing(story.people, (last,), frozenset()).next_correction == LARGEST_NUMBER + 1
    with pytest.raises(FramecurateError, match="This cannot be written down: id: Input should be less than or equal"):
        checked(story.standing, said.rename(ONE, "Zoë"), said.Stamp(LARGEST_NUMBER + 1, NOW, "anna"))
    assert refusal(story, said.rename(ONE, "\udcff")).startswith("This cannot be written down: name: it is not UTF-8.")


def test_the_number_of_a_line_that_was_erased_is_not_given_again(story: Story) -> None:
    story.say(said.merge([ONE, THREE]))
    story.say(said.rename(TWO, "Zoë"))
    story.run()
    del story.log[1:]
    assert story.standing.next_correction == 3
    story.run()
    story.log.clear()
    assert story.standing.next_correction == 3


def test_an_undo_can_be_undone(story: Story) -> None:
    story.say(said.merge([ONE, THREE]))
    story.say(said.undo(None))
    assert story.standing.rulings.person(THREE) == THREE
    story.say(said.undo(2))
    assert story.standing.rulings.person(THREE) == ONE
    assert "Correction 2 is undone already" in refusal(story, said.undo(2))


def test_lines_that_no_run_has_looked_at_count(story: Story) -> None:
    story.say(said.split(ONE, ["c/0/0"], []))
    line = story.say(said.split(ONE, [], [FACE]))
    assert isinstance(line, Split)
    assert line.new_person == "person_0005"
    story.say(said.merge([THREE, "person_0005"]))
    assert story.run().clusters.filter(face_id=FACE)["person_id"].item() == THREE


def hand_written(story: Story, *lines: Correction) -> list[tuple[str, str | None]]:
    """What a run says of lines that no command has looked at."""
    story.log += lines
    return list(story.run().corrections.select("state", "reason").iter_rows())


def stamp(number: int) -> dict[str, object]:
    return {"id": number, "at": NOW, "by": "hand"}


def test_in_a_log_edited_by_hand_the_later_of_two_lines_that_contradict_is_not_applied(story: Story) -> None:
    story.say(said.apart(ONE, THREE))
    line = Merge.model_validate({**stamp(2), "persons": [ONE, THREE], "into": ONE})
    before = story.run().clusters
    assert hand_written(story, line) == [
        ("applied", None),
        ("contradicts", "Correction 1 says that person_0001 and person_0003 are two people."),
    ]
    assert story.people.clusters.equals(before)


def test_in_a_log_edited_by_hand_what_there_is_not_is_reported(story: Story) -> None:
    lines = (
        Merge.model_validate({**stamp(1), "persons": [ONE, "person_0077"], "into": ONE}),
        Split.model_validate({**stamp(2), "person": ONE, "faces": {ONE: ["z@0#0"]}, "new_person": "person_0004"}),
    )
    assert hand_written(story, *lines) == [
        ("unknown", "There never was a person_0077."),
        ("unknown", "None of the faces that it names is in the lake: it waits for them."),
    ]


def test_a_split_whose_number_somebody_got_meanwhile_is_not_applied(story: Story) -> None:
    """Said while a run was at work, which did not know of it."""
    line = story.standing
    story.videos["d"] = video("d", (3,))
    during = said.split(ONE, ["c/0/0"], [])(line, said.Stamp(1, NOW, "anna"))
    assert isinstance(during, Split)
    newcomer = story.run().clusters.filter(face_id="d@0#0")["person_id"].item()
    assert newcomer == during.new_person
    before = story.people.clusters
    ((state, _),) = hand_written(story, during)
    assert state == "contradicts"
    assert story.run().clusters.equals(before)
