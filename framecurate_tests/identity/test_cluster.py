"""Clustering from end to end: who is who, whatever the order, and in keeping with what is known already."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from framecurate_assets.arrays import FloatArray
from framecurate_assets.errors import FramecurateError
from framecurate_assets.identity.cluster import NOTHING_KNOWN, cluster_faces
from framecurate_assets.identity.clustering import FACES, Clustering
from framecurate_assets.identity.known import Known
from framecurate_assets.identity.scores import bcubed, people_merged, people_split
from framecurate_assets.lake.tables import FACE_CANDIDATES, PERSON_EXEMPLARS
from framecurate_assets.policy import IdentityPolicy
from framecurate_tests.identity.people import DISTANCE, Face, around, axis, candidates, person

LABELLED = Path(__file__).parents[2].parent / "shared" / "identities.npz"


def _faces_of(number: int, video: str, count: int = 20, within: float = 0.4, x: float = 0.0) -> list[Face]:
    seed = number * 100 + sum(video.encode())
    return [
        Face(face, video=video, at=0.5 * i, x=x) for i, face in enumerate(around(person(number), count, within, seed))
    ]


@cache
def _crowd() -> pl.DataFrame:
    """Five people over six videos, two of them in one frame, and one who is seen once."""
    faces = [face for number in range(5) for video in ("a", "b") for face in _faces_of(number, f"{video}{number}")]
    faces += [face for pair in zip(_faces_of(0, "both"), _faces_of(1, "both", x=500), strict=True) for face in pair]
    return candidates([*faces, Face(person(5), video="c")])


def _clustered(
    faces: pl.DataFrame | list[Face], known: Known = NOTHING_KNOWN, policy: IdentityPolicy | None = None
) -> Clustering:
    frame = faces if isinstance(faces, pl.DataFrame) else candidates(faces)
    return cluster_faces(frame, policy or IdentityPolicy(), DISTANCE, known)


def _groups(clustering: Clustering) -> dict[str, int]:
    return dict(clustering.faces.select("face_id", "group").iter_rows())


def _settled(people: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame({"face_id": list(people), "person_id": list(people.values())})


def _exemplar(face_id: str, person_id: str, descriptor: FloatArray) -> pl.DataFrame:
    row = {
        "person_id": person_id,
        "rank": 1,
        "face_id": face_id,
        "video_id": "gone",
        "composite": 0.8,
        "embedding": descriptor.tolist(),
        "engine": "test",
    }
    return PERSON_EXEMPLARS.conform(pl.DataFrame([row]))


def _truth(faces: pl.DataFrame) -> dict[str, int]:
    """The person whose own dimension is strongest in a face's descriptor."""
    strongest = np.stack(faces["embedding"].to_list())[:, :32].argmax(axis=1)
    return dict(zip(faces["face_id"].to_list(), strongest.tolist(), strict=True))


def test_people_are_found() -> None:
    found = _clustered(_crowd())
    truth = _truth(_crowd())
    labels, expected = zip(*[(group, truth[face]) for face, group in _groups(found).items()], strict=True)
    assert len(set(labels)) == len(set(expected)) == len(set(zip(labels, expected, strict=True))) == 6
    assert found.facts["people"] == 6


def test_every_face_is_there_once_with_all_columns() -> None:
    frame = _clustered(_crowd()).faces
    assert dict(frame.schema) == FACES
    assert frame["face_id"].to_list() == _crowd().sort("video_id", "pts_s", "face_id")["face_id"].to_list()
    assert frame["similarity"].is_between(0.5, 1.0001).all()
    assert frame["reason"].null_count() == frame["person_id"].null_count() == frame.height


def test_groups_are_numbered_as_they_appear() -> None:
    faces = [*_faces_of(3, "b"), *_faces_of(1, "a"), *[Face(person(2), video="a", at=100.0)]]
    groups = _groups(_clustered(faces))
    assert (groups["a@0#0"], groups["a@100000#0"], groups["b@0#0"]) == (0, 1, 2)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    shuffled = _crowd().sample(fraction=1.0, shuffle=True, seed=seed)
    assert _clustered(shuffled).faces.equals(_clustered(_crowd()).faces)


def test_settled_faces_stay_and_new_ones_find_them_or_each_other() -> None:
    old = candidates([face for number in range(3) for face in _faces_of(number, f"old{number}")])
    known = Known(settled=_settled({face: f"person_000{number + 1}" for face, number in _truth(old).items()}))
    new = candidates([*_faces_of(1, "new1"), *_faces_of(7, "new7"), *_faces_of(7, "again7")])
    found = _clustered(pl.concat([new, old]), known)
    persons = dict(found.faces.select("face_id", "person_id").iter_rows())
    assert {face: persons[face] for face in old["face_id"]} == dict(known.settled.iter_rows())
    assert persons["new1@0#0"] == "person_0002"
    assert persons["new7@0#0"] is None
    assert _groups(found)["new7@0#0"] == _groups(found)["again7@0#0"]
    assert found.merged == ()


def test_settled_faces_stay_whatever_they_look_like() -> None:
    # A person said that the second half of one clip is somebody else.
    faces = candidates(_faces_of(0, "a"))
    said = {face: f"person_000{1 + (at >= 10)}" for at, face in enumerate(faces["face_id"].to_list())}
    apart = frozenset({("person_0001", "person_0002")})
    found = _clustered(faces, Known(settled=_settled(said), apart=apart))
    assert dict(found.faces.select("face_id", "person_id").iter_rows()) == said
    assert found.faces.select("person_id", "track_id").n_unique() == 2


@pytest.mark.parametrize(
    ("offset", "apart", "merged"),
    [
        # Halves of one person: the one with fewer faces becomes part of the other.
        (0.4, False, True),
        # The same, but a person said that they are two.
        (0.4, True, False),
        # Alike, though not so much.
        (0.8, False, False),
    ],
)
def test_settled_persons_become_one_only_on_the_strongest_evidence(offset: float, apart: bool, merged: bool) -> None:
    other = (person(0) + axis(60) * offset * DISTANCE).astype(np.float32)
    few = [Face(face, "few", at=0.5 * i) for i, face in enumerate(around(other, 5, 0.1))]
    many = [Face(face, "many", at=0.5 * i) for i, face in enumerate(around(person(0), 10, 0.1))]
    settled = _settled(
        {f"few@{500 * i}#0": "person_0001" for i in range(5)} | {f"many@{500 * i}#0": "person_0002" for i in range(10)}
    )
    kept = frozenset({("person_0001", "person_0002")}) if apart else frozenset()
    others = _faces_of(5, "others")
    found = _clustered([*few, *many, *others], Known(settled=settled, apart=kept))
    persons = found.faces.filter(pl.col("face_id").is_in(settled["face_id"].to_list()))["person_id"]
    if merged:
        ((gone, into, distance),) = found.merged
        assert (gone, into) == ("person_0001", "person_0002")
        assert distance == pytest.approx(offset * DISTANCE, abs=0.05)
        assert set(persons) == {"person_0002"}
    else:
        assert found.merged == ()
        assert set(persons) == {"person_0001", "person_0002"}


def test_a_person_who_left_is_recognised_by_exemplars() -> None:
    exemplars = pl.concat([_exemplar(f"gone@{i}#0", "person_0009", f) for i, f in enumerate(around(person(3), 3, 0.3))])
    found = _clustered(_faces_of(3, "back"), Known(exemplars=exemplars))
    assert set(found.faces["person_id"]) == {"person_0009"}
    assert found.faces["is_exemplar"].to_list() == [False] * 20 + [True] * 3
    assert found.faces.filter("is_exemplar")["track_id"].null_count() == 3
    assert found.facts["faces"] == 20


def test_a_rejected_face_is_nobodys_and_no_evidence() -> None:
    rejected = frozenset({"a@0#0"})
    faces = _clustered(_faces_of(0, "a"), Known(rejected=rejected)).faces
    row = faces.filter(pl.col("face_id") == "a@0#0").row(0, named=True)
    assert (row["group"], row["reason"], row["distance"]) == (None, "rejected", None)
    assert faces.filter(pl.col("track_id") == row["track_id"]).height == 1
    assert faces["reason"].count() == 1
    assert _clustered([Face(person(0), "a")], Known(rejected=rejected)).faces["reason"].to_list() == ["rejected"]


def test_a_poor_face_founds_nobody_but_joins_who_is_clearly_near() -> None:
    near = (person(0) + axis(60) * 0.9 * DISTANCE).astype(np.float32)
    amid = ((person(0) + person(1)) * 0.6).astype(np.float32)
    poor = [
        Face(near, "near", sharpness=40.0),
        Face(amid, "amid", sharpness=40.0),
        Face(person(7), "far", sharpness=40.0),
        Face(person(8), "unmeasured", sharpness=None),
    ]
    people = [face for number in (0, 1) for face in _faces_of(number, f"v{number}", within=0.5)]
    found = _clustered([*people, *poor], policy=IdentityPolicy(distance=1.2 * DISTANCE))
    rows = {row["face_id"].split("@")[0]: row for row in found.faces.iter_rows(named=True)}
    assert rows["near"]["group"] == rows["v0"]["group"]
    assert not rows["near"]["is_core"]
    assert [rows[name]["group"] for name in ("amid", "far", "unmeasured")] == [None] * 3
    assert [rows[name]["reason"] for name in ("amid", "far", "unmeasured")] == ["between", "far", "far"]
    assert rows["far"]["rival_group"] in {rows["v0"]["group"], rows["v1"]["group"]}
    assert (found.facts["people"], found.facts["unassigned"]) == (2, 3)


def test_a_stray_between_two_people_is_nobodys() -> None:
    # Two people who look alike, and a single face half way between them.
    one, other = person(0), (person(0) + axis(60) * 1.5 * DISTANCE).astype(np.float32)
    alike = [Face(f, f"{name}{i}") for name, c in (("a", one), ("b", other)) for i, f in enumerate(around(c, 8, 0.2))]
    stray = Face((one + axis(60) * 0.72 * DISTANCE).astype(np.float32), "stray")
    faces = _clustered([*alike, stray]).faces
    assert faces["group"].n_unique() == 3
    assert faces.filter(pl.col("group").is_null())["face_id"].to_list() == ["stray@0#0"]
    assert faces.filter(pl.col("group").is_null())["reason"].to_list() == ["between"]


def test_a_video_that_is_there_twice_splits_nobody() -> None:
    looks = around(person(0), 3, 0.3)
    faces = [Face(look, video=f"{name}{number}") for number, look in enumerate(looks) for name in ("upload", "again")]
    assert set(_groups(_clustered(faces)).values()) == {0}


def test_two_people_of_two_films_stay_two_although_nobody_else_is_near() -> None:
    # As far apart as two people whom the descriptor takes for alike, and each seen in one shot of one film.
    films = [("a", person(0)), ("b", person(0) + 0.47 * axis(127)), ("c", person(1))]
    faces = [
        Face(look, video=film, at=0.5 * i) for film, centre in films for i, look in enumerate(around(centre, 8, 0.2))
    ]
    assert len(set(_groups(_clustered(faces)).values())) == 3


def test_distances_are_to_the_nearest_faces_of_other_tracks() -> None:
    # Two tracks each of two people; the nearest faces of the own track do not count.
    def at(x: float, y: float) -> FloatArray:
        return np.asarray((axis(0) * x + axis(1) * y) * DISTANCE, dtype=np.float32)

    faces = [Face(at(0, 0), "a"), Face(at(0.05, 0), "a", at=1.0), Face(at(0.5, 0), "b"), Face(at(0, 2), "c")]
    rows = {row["face_id"]: row for row in _clustered(faces).faces.iter_rows(named=True)}
    assert rows["a@0#0"]["distance"] == pytest.approx(0.5 * DISTANCE, rel=1e-3)
    assert rows["b@0#0"]["distance"] == pytest.approx(0.475 * DISTANCE, rel=1e-3)
    assert rows["a@0#0"]["rival_distance"] == pytest.approx(2 * DISTANCE, rel=1e-3)
    assert rows["a@0#0"]["rival_group"] == rows["c@0#0"]["group"]
    # The rival's distance is the mean over all three of its faces.
    expected = np.mean([np.hypot(x, 2) for x in (0, 0.05, 0.5)]) * DISTANCE
    assert rows["c@0#0"]["rival_distance"] == pytest.approx(expected, rel=1e-3)
    assert rows["c@0#0"]["distance"] is None


def _pair(apart: float, own_motion: bool = False) -> list[Face]:
    """Somebody and somebody like them, side by side over ten samples."""
    like = (person(0) + axis(60) * apart * DISTANCE).astype(np.float32)
    rows = []
    for i in range(10):
        sway = 60.0 * np.sin(i)
        rows += [
            Face(person(0), at=i * 2.0, x=sway),
            Face(like, at=i * 2.0, x=900 + (60.0 * np.sin(2.7 * i) if own_motion else 0.0)),
        ]
    return rows


@pytest.mark.parametrize(
    ("faces", "people", "cause"),
    [
        # A split screen: one picture twice.
        (_pair(0.2, own_motion=True), 1, "picture_or_mirror"),
        # A photo on the wall: as alike as a person is to a photo, and it never moves.
        (_pair(0.45), 1, "picture_or_mirror"),
        # Twins: as alike, but the other one moves by herself.
        (_pair(0.45, own_motion=True), 2, None),
        # A photo of somebody who looks alike.
        (_pair(0.7), 2, None),
    ],
)
def test_one_frame_shows_a_person_twice_only_as_a_picture(faces: list[Face], people: int, cause: str | None) -> None:
    found = _clustered(faces)
    assert found.facts["people"] == people
    assert set(found.twice["cause"]) == ({cause} if cause else set())
    if cause:
        assert found.twice.select("face_id", "other_face_id").row(0) == ("v@0#0", "v@0#1")
        assert found.twice.height == 10


@pytest.mark.parametrize("way", ["policy", "correction", "not"])
def test_who_may_be_in_a_frame_twice_is_listed(way: str) -> None:
    settled = _settled({f"before@{i * 500}#0": "person_0001" for i in range(20)})
    faces = [*_faces_of(0, "before"), *_pair(0.6, own_motion=True)]
    policy = IdentityPolicy(allowed_same_frame=("person_0001",) if way == "policy" else ())
    allowed = frozenset({"person_0001"} if way == "correction" else ())
    found = _clustered(faces, Known(settled=settled, allowed_twice=allowed), policy)
    assert found.facts["people"] == (2 if way == "not" else 1)
    assert set(found.twice["cause"]) == (set() if way == "not" else {"policy"})


def test_faces_of_one_frame_are_different_people_however_alike() -> None:
    frame = _clustered(_pair(0.6, own_motion=True)).faces.with_columns(frame_id=pl.col("face_id").str.head(-2))
    assert frame.group_by("frame_id").agg(pl.col("group").n_unique())["group"].to_list() == [2] * 10


def test_two_who_look_alike_are_told_apart_by_the_frame_that_shows_both() -> None:
    # Nearer to each other than the threshold; together in one clip, each alone in another.
    one, other = person(0), (person(0) + axis(60) * 0.9 * DISTANCE).astype(np.float32)

    def clip(video: str, centre: FloatArray, x: float = 0.0) -> list[Face]:
        return [
            Face(f, video, i * 0.5, x) for i, f in enumerate(around(centre, 10, 0.15, sum(video.encode()) + int(x)))
        ]

    faces = clip("both", one) + clip("both", other, x=500) + clip("one", one) + clip("other", other)
    groups = _groups(_clustered(sorted(faces, key=lambda f: (f.video, f.at, f.x))))
    assert groups["both@0#0"] == groups["one@0#0"]
    assert groups["both@0#1"] == groups["other@0#0"]
    assert groups["one@0#0"] != groups["other@0#0"]


def test_another_engine_needs_only_its_own_distance() -> None:
    # Unit vectors of 512 numbers, as insightface gives them: everything is 1.6 times as far apart.
    scale, size = 1.6, 512
    faces = [
        Face(scale * face, video=f"{copy}{number}", at=0.5 * i)
        for number in range(4)
        for copy in "ab"
        for i, face in enumerate(around(person(number, size=size), 10, 0.4, seed=number * 10 + ord(copy)))
    ]
    groups = _groups(cluster_faces(candidates(faces), IdentityPolicy(), scale * DISTANCE))
    assert len(set(groups.values())) == 4
    assert all(groups[f"a{number}@0#0"] == groups[f"b{number}@0#0"] for number in range(4))


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1000, DISTANCE),  # what the engine documents holds up to a thousand faces
        (3162, 0.98 * DISTANCE),  # half way to ten thousand, where 0.96 of it was measured
    ],
)
def test_the_threshold_tightens_with_the_number_of_faces(count: int, expected: float) -> None:
    strangers = np.random.default_rng(0).normal(size=(count, 16)).astype(np.float32)
    found = _clustered([Face(face, video=str(i)) for i, face in enumerate(strangers)])
    assert found.facts["seed_threshold"] == pytest.approx(expected, abs=1e-4)


def _pairs_of_people(videos: int, within: float, apart: float) -> list[Face]:
    """Two people in every frame of each video: tracks and frames enough to calibrate by."""
    return [
        Face(face, video=f"v{video:02d}", at=0.5 * i, x=500.0 * side)
        for video in range(videos)
        for side in (0, 1)
        for i, face in enumerate(around(person((2 * video + side) % 30, apart), 4, within, seed=2 * video + side))
    ]


@pytest.mark.parametrize(
    ("faces", "policy", "source", "distance"),
    [
        # People further apart and faces more varied than the engine's threshold was made for: as far as is allowed.
        (_pairs_of_people(45, 0.34, 1.2), IdentityPolicy(), "calibrated", 1.1 * DISTANCE),
        # The other way round.
        (_pairs_of_people(45, 0.1, 0.5), IdentityPolicy(), "calibrated", 0.9 * DISTANCE),
        # What the labels say agrees with the engine.
        (_pairs_of_people(45, 0.25, 0.56), IdentityPolicy(), "engine", DISTANCE),
        # Too few labels.
        (_pairs_of_people(15, 0.1, 0.5), IdentityPolicy(), "engine", DISTANCE),
        # Set by hand, or switched off.
        (_pairs_of_people(45, 0.1, 0.5), IdentityPolicy(distance=0.5), "policy", 0.5),
        (_pairs_of_people(45, 0.1, 0.5), IdentityPolicy(calibrate=False), "engine", DISTANCE),
    ],
)
def test_the_threshold_follows_the_labels_that_tracks_and_frames_are(
    faces: list[Face], policy: IdentityPolicy, source: str, distance: float
) -> None:
    facts = _clustered(faces, policy=policy).facts
    assert facts["threshold_from"] == source
    assert facts["threshold_before_tightening"] == pytest.approx(distance, abs=1e-4)


def test_the_metadata_tell_the_interval_and_how_many_labels_it_rests_on() -> None:
    facts = _clustered(_pairs_of_people(45, 0.1, 0.5)).facts
    assert (facts["labels_same_person"], facts["labels_different_people"]) == (90, 45)
    low, high = map(float, str(facts["threshold_interval"]).split(" to "))
    assert 0.1 < low <= high < 0.5


def test_no_candidates_no_people() -> None:
    known = Known(settled=_settled({"x": "person_0004"}), exemplars=_exemplar("y", "person_0004", person(0)))
    found = _clustered(FACE_CANDIDATES.empty(), known)
    assert found.faces.is_empty()
    assert found.facts["people"] == 0


@pytest.mark.parametrize(
    ("embedding", "engine", "message"),
    [
        (None, "test", "1 of 2 candidates have no usable descriptor, the first is b@0#0"),
        ([float("nan")] * 128, "test", "1 of 2 candidates have no usable descriptor"),
        ([0.1] * 64, "test", "1 of 2 candidates have no usable descriptor"),
        ([0.1] * 128, "another", "described by another and test, which cannot be compared"),
    ],
)
def test_what_cannot_be_compared_is_refused(embedding: list[float] | None, engine: str, message: str) -> None:
    whole = candidates([Face(person(0), video="a")])
    broken = candidates([Face(person(0), video="b")]).with_columns(
        embedding=pl.Series([embedding], dtype=pl.List(pl.Float32)), engine=pl.lit(engine)
    )
    with pytest.raises(FramecurateError, match=message):
        _clustered(pl.concat([whole, broken]))


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled descriptors are not here")
@pytest.mark.parametrize(("per_track", "least", "split", "merged"), [(20, 0.985, 7, 6), (3, 0.975, 7, 5)])
def test_labelled_descriptors(per_track: int, least: float, split: int, merged: int) -> None:
    data = np.load(LABELLED)
    order = np.lexsort((-data["quality"][:, 0], data["track"]))
    rank = np.arange(len(order)) - np.searchsorted(data["track"][order], data["track"][order])
    rows = np.sort(order[rank < per_track])
    # The boxes are unknown: no two overlap, so that position says nothing.
    faces = [
        Face(data["descriptors"][row], f"{data['source'][row]:04d}", float(data["frame"][row]) / 25, 200.0 * row)
        for row in rows.tolist()
    ]
    frame = candidates(faces)
    groups = _groups(_clustered(frame))
    # Who is nobody's is alone.
    labels = [group if (group := groups[face]) is not None else -at for at, face in enumerate(frame["face_id"], 1)]
    truth = data["person"][rows].tolist()
    assert bcubed(labels, truth).f >= least
    assert people_split(labels, truth) <= split
    assert people_merged(labels, truth) <= merged
