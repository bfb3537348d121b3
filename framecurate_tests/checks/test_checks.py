"""Every check passes on a healthy lake, and fails when just what it guards is broken."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from framecurate_assets.checks.read import Check, read_checks
from framecurate_assets.checks.run import Finding, run_checks
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import Kind, forget_ids
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import Policy
from framecurate_tests.checks.healthy_lake import REFUSED, VIDEO, build, change, write

CHECKS = {f"{check.asset}/{check.name}": check for check in read_checks()}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return build(DataFolder(tmp_path))


def findings_of(check: Check, lake: Lake, policy: Policy | None = None) -> list[Finding]:
    ((_, findings),) = run_checks([check], lake.folder, policy or Policy(), [VIDEO, REFUSED])
    return findings


def failing(lake: Lake, check: Check, policy: Policy | None = None) -> list[str | None]:
    return [finding.video_id for finding in findings_of(check, lake, policy) if not finding.passed]


@pytest.mark.parametrize("name", [name for name, check in CHECKS.items() if not (check.per_video or check.warning)])
def test_a_healthy_lake_passes(lake: Lake, name: str) -> None:
    assert failing(lake, CHECKS[name]) == []


@pytest.mark.parametrize("name", CHECKS)
def test_an_empty_lake_passes(tmp_path: Path, name: str) -> None:
    assert failing(Lake(DataFolder(tmp_path)), CHECKS[name]) == []


def set_column(table: tables.Table, **values: object) -> Callable[[Lake], None]:
    return lambda lake: change(lake, table, lambda rows: rows.with_columns(**{k: pl.lit(v) for k, v in values.items()}))


def drop_first_row(table: tables.Table) -> Callable[[Lake], None]:
    return lambda lake: change(lake, table, lambda rows: rows.slice(1))


def double_first_row(table: tables.Table) -> Callable[[Lake], None]:
    return lambda lake: change(lake, table, lambda rows: pl.concat([rows.head(1), rows]))


def set_first(table: tables.Table, **values: object) -> Callable[[Lake], None]:
    def set_it(rows: pl.DataFrame) -> pl.DataFrame:
        changed = rows.head(1).with_columns(**{k: pl.lit(v, rows.schema[k]) for k, v in values.items()})
        return pl.concat([changed, rows.slice(1)])

    return lambda lake: change(lake, table, set_it)


def empty(table: tables.Table) -> Callable[[Lake], None]:
    return lambda lake: change(lake, table, lambda rows: rows.clear())


def remove_file(pattern: str) -> Callable[[Lake], None]:
    return lambda lake: next(lake.folder.root.glob(pattern)).unlink()


def lengthen_file(pattern: str) -> Callable[[Lake], None]:
    def lengthen(lake: Lake) -> None:
        next(lake.folder.root.glob(pattern)).write_bytes(b"x" * 5000)

    return lengthen


def second_engine(lake: Lake) -> None:
    face = lake.read(tables.DETECTED_FACES, VIDEO).head(1).with_columns(engine=pl.lit("insightface-1"))
    lake.write(tables.DETECTED_FACES, face, REFUSED)


def second_face_of_the_person(lake: Lake) -> None:
    second = lake.read(tables.DETECTED_FACES, VIDEO).filter(pl.col("face_id").str.ends_with("#1"))
    crop = lake.read(tables.FACE_CANDIDATES, VIDEO).head(1).select("path", "bytes")
    change(lake, tables.FACE_CANDIDATES, lambda rows: pl.concat([rows, pl.concat([second, crop], how="horizontal")]))
    change(
        lake,
        tables.IDENTITY_CLUSTERS,
        lambda rows: pl.concat([rows, rows.head(1).with_columns(face_id=pl.lit(second["face_id"][0]))]),
    )


def stray_picture(lake: Lake) -> None:
    place = lake.folder.dataset / "person_0009" / "high_quality"
    place.mkdir(parents=True)
    (place / "old.jpg").write_bytes(b"x")


def picture(number: int, frame_id: str | None = None, reason: str | None = None) -> dict[str, Any]:
    return {"video_id": VIDEO, "picture": f"{number}.png", "number": number, "frame_id": frame_id, "reason": reason}


def as_images_with(row: int, **values: Any) -> Callable[[Lake], None]:
    """A set in which all is well but one row of its pictures."""

    def change_it(lake: Lake) -> None:
        as_images(refused=2)(lake)
        rows = lake.read(tables.PICTURES, VIDEO).to_dicts()
        rows[row] |= values
        write(lake, tables.PICTURES, rows)

    return change_it


def as_images(refused: int) -> Callable[[Lake], None]:
    """The video becomes a set of seven pictures, of which five are frames."""

    def change_it(lake: Lake) -> None:
        set_column(tables.RAW_VIDEOS, kind="images", frame_count=7)(lake)
        frames = [picture(number, frame_id=f"{VIDEO}@{number * 1000}") for number in range(5)]
        write(lake, tables.PICTURES, frames + [picture(5 + number, reason="small") for number in range(refused)])

    return change_it


def pruned(pattern: str, break_it: Callable[[Lake], None]) -> Callable[[Lake], None]:
    """A file is marked as pruned, and something happens."""

    def change_it(lake: Lake) -> None:
        path = lake.folder.relative(next(lake.folder.root.glob(pattern)))
        mark = {"video_id": VIDEO, "path": path, "bytes": 1, "pruned_at": datetime.now(UTC)}
        write(lake, tables.PRUNED_FILES, [mark])
        break_it(lake)

    return change_it


def alarm(kind: str) -> Callable[[Lake], None]:
    """Somebody looks like two people, or like somebody else."""
    row = {**dict.fromkeys(tables.IDENTITY_ALARMS.schema), "alarm": kind, "kind": kind, "person_id": "person_0001"}
    return lambda lake: write(lake, tables.IDENTITY_ALARMS, [row])


def correction(state: str) -> Callable[[Lake], None]:
    """A line of corrections.jsonl came to something."""
    row = {**dict.fromkeys(tables.CORRECTIONS.schema), "correction": 1, "state": state}
    return lambda lake: write(lake, tables.CORRECTIONS, [row])


def listed_as_twice(lake: Lake) -> None:
    """A person is in a frame twice, and somebody says why."""
    second_face_of_the_person(lake)
    pair = {"face_id": f"{VIDEO}@0#0", "other_face_id": f"{VIDEO}@0#1", "cause": "correction"}
    write(lake, tables.SAME_FRAME_TWICE, [{**dict.fromkeys(tables.SAME_FRAME_TWICE.schema), **pair}])


def forgotten_picture(lake: Lake) -> None:
    """Only the row of a picture is left of a frame."""
    write(lake, tables.PICTURES, [picture(9, frame_id=f"{VIDEO}@9000")])
    forget_ids(lake, "frame", [f"{VIDEO}@9000"], datetime.now(UTC))


def in_validation(video_id: str, differing_bits: int) -> Callable[[Lake], None]:
    """The best picture is of another video, and for validation."""
    best = pl.col("kind") == "high_quality"
    changed = {"video_id": video_id, "split": "validation", "phash": 2**differing_bits - 1}

    def change_it(rows: pl.DataFrame) -> pl.DataFrame:
        cells = {name: pl.lit(value, rows.schema[name]) for name, value in changed.items()}
        return rows.with_columns(**{name: pl.when(best).then(cell).otherwise(name) for name, cell in cells.items()})

    return lambda lake: change(lake, tables.PERSON_SELECTIONS, change_it)


def same_file_in_validation(lake: Lake) -> None:
    in_validation(REFUSED, differing_bits=40)(lake)
    for video_id in (VIDEO, REFUSED):
        rows = lake.read(tables.RAW_VIDEOS, video_id).with_columns(sha256=pl.lit("the same"))
        lake.write(tables.RAW_VIDEOS, rows, video_id)


def forget(kind: Kind, identifier: str) -> Callable[[Lake], None]:
    return lambda lake: forget_ids(lake, kind, [identifier], datetime.now(UTC))


BROKEN: list[tuple[str, Callable[[Lake], None]]] = [
    ("raw_videos/nothing_forgotten_is_left", forget("video", VIDEO)),
    ("sampled_frames/nothing_forgotten_is_left", forget("frame", f"{VIDEO}@0")),
    ("sampled_frames/nothing_forgotten_is_left", forgotten_picture),
    ("person_selections/nothing_forgotten_is_left", forget("person", "person_0001")),
    ("raw_videos/refusals_have_reasons", set_column(tables.RAW_VIDEOS, status="rejected")),  # refused, nobody knows why
    ("raw_videos/refusals_have_reasons", double_first_row(tables.RAW_VIDEOS)),
    ("raw_videos/files_exist", remove_file("videos/*")),
    ("raw_videos/files_exist", lengthen_file("videos/*")),
    ("raw_videos/files_exist", pruned("videos/*", lengthen_file("videos/*"))),  # marked, and there with another size
    ("raw_videos/files_exist", pruned("frames/*/*", remove_file("videos/*"))),  # another file is marked
    ("sampled_frames/every_video_accounted_for", set_column(tables.RAW_VIDEOS, status="failed", reason="torn")),
    ("sampled_frames/every_video_accounted_for", lambda lake: write(lake, tables.SAMPLED_FRAMES, [])),
    ("sampled_frames/every_video_accounted_for", set_column(tables.SAMPLED_FRAMES, video_id="nobody")),
    ("sampled_frames/every_video_accounted_for", as_images(refused=1)),  # a picture that vanished
    ("sampled_frames/every_video_accounted_for", as_images(refused=3)),  # one picture twice
    ("sampled_frames/every_video_accounted_for", as_images_with(6, reason=None)),  # neither a frame nor a reason
    ("sampled_frames/every_video_accounted_for", as_images_with(0, reason="small")),  # both
    ("sampled_frames/every_video_accounted_for", as_images_with(0, frame_id=f"{VIDEO}@9000")),  # a frame that is none
    ("sampled_frames/every_video_accounted_for", as_images_with(6, picture="5.png")),  # one name for two
    ("sampled_frames/frames_are_unique", double_first_row(tables.SAMPLED_FRAMES)),
    ("sampled_frames/files_exist", remove_file("frames/*/*")),
    ("detected_faces/one_engine", second_engine),
    ("detected_faces/faces_have_frames", drop_first_row(tables.SAMPLED_FRAMES)),  # a face without its frame
    ("detected_faces/faces_have_frames", set_column(tables.DETECTED_FACES, x2=1281.0)),  # outside the frame
    ("detected_faces/faces_have_frames", set_column(tables.DETECTED_FACES, yaw=float("nan"))),  # not measured
    ("detected_faces/faces_have_frames", set_column(tables.DETECTED_FACES, pitch=None)),
    ("face_candidates/every_face_accounted_for", drop_first_row(tables.FACE_VERDICTS)),  # a face that vanished
    ("face_candidates/every_face_accounted_for", drop_first_row(tables.FACE_CANDIDATES)),  # accepted, and no candidate
    ("face_candidates/every_face_accounted_for", drop_first_row(tables.DETECTED_FACES)),  # came from nowhere
    ("face_candidates/within_budget", set_column(tables.FACE_CANDIDATES, bytes=300_000_000)),
    ("face_candidates/files_exist", remove_file("faces/*/*")),
    ("identity_clusters/every_candidate_accounted_for", drop_first_row(tables.IDENTITY_CLUSTERS)),
    ("identity_clusters/every_candidate_accounted_for", double_first_row(tables.IDENTITY_CLUSTERS)),
    ("identity_clusters/every_candidate_accounted_for", drop_first_row(tables.FACE_CANDIDATES)),
    ("identity_clusters/no_person_twice_in_one_frame", second_face_of_the_person),
    ("identity_clusters/every_candidate_accounted_for", set_first(tables.IDENTITY_CLUSTERS, person_id=None)),
    ("identity_clusters/every_candidate_accounted_for", set_first(tables.IDENTITY_CLUSTERS, reason="far")),
    ("identity_clusters/persons_are_registered", drop_first_row(tables.PERSON_REGISTRY)),
    ("identity_clusters/persons_are_registered", set_column(tables.PERSON_REGISTRY, merged_into="person_0002")),
    ("identity_clusters/corrections_apply", correction("contradicts")),
    ("identity_clusters/corrections_apply", correction("unknown")),
    ("identity_clusters/likely_two_people", alarm("two_people")),
    ("identity_clusters/likely_same_person", alarm("same_person")),
    ("temporal_sequences/sequences_are_sequences", set_column(tables.TEMPORAL_SEQUENCES, position=1)),
    ("temporal_sequences/sequences_are_sequences", set_column(tables.TEMPORAL_SEQUENCES, pts_s=1.0)),  # one frame
    ("temporal_sequences/sequences_are_sequences", drop_first_row(tables.TEMPORAL_SEQUENCES)),  # four frames
    ("temporal_sequences/sequences_are_sequences", set_first(tables.TEMPORAL_SEQUENCES, shot=1)),
    ("temporal_sequences/sequences_are_sequences", set_first(tables.TEMPORAL_SEQUENCES, pts_s=-0.1)),  # a gap
    ("temporal_sequences/one_person_throughout", set_column(tables.IDENTITY_CLUSTERS, person_id="person_0002")),
    ("temporal_sequences/one_person_throughout", set_first(tables.TEMPORAL_SEQUENCES, distance=0.1)),
    ("temporal_sequences/one_person_throughout", drop_first_row(tables.TEMPORAL_SEQUENCES)),  # the anchor's frame
    ("temporal_sequences/one_person_throughout", drop_first_row(tables.FACE_CANDIDATES)),  # the anchor
    ("temporal_sequences/everyone_accounted_for", empty(tables.TEMPORAL_SEQUENCES)),
    ("temporal_sequences/everyone_accounted_for", double_first_row(tables.TEMPORAL_SEQUENCES)),
    ("temporal_sequences/everyone_accounted_for", set_first(tables.TEMPORAL_SEQUENCES, person_id="person_0002")),
    ("temporal_sequences/files_exist", remove_file("sequences/*/*")),
    ("sampled_frames/nothing_forgotten_is_left", forget("frame", f"{VIDEO}@200")),  # of a sequence alone
    ("person_selections/files_exist", remove_file("dataset/*/*/*")),
    ("person_selections/files_exist", stray_picture),  # a person folder of an earlier run
    ("person_selections/pictures_show_their_person", set_column(tables.IDENTITY_CLUSTERS, person_id="person_0002")),
    ("person_selections/pictures_show_their_person", double_first_row(tables.PERSON_SELECTIONS)),
    ("person_selections/pictures_show_their_person", set_column(tables.TEMPORAL_SEQUENCES, person_id="person_0002")),
    ("person_selections/no_leak_between_splits", set_column(tables.PERSON_SELECTIONS, split=None)),
    ("person_selections/no_leak_between_splits", set_column(tables.PERSON_SELECTIONS, phash=None)),
    ("person_selections/no_leak_between_splits", set_first(tables.PERSON_SELECTIONS, split="validation")),
    ("person_selections/no_leak_between_splits", in_validation(REFUSED, differing_bits=3)),
    ("person_selections/no_leak_between_splits", same_file_in_validation),
]


@pytest.mark.parametrize(("name", "break_it"), BROKEN)
def test_what_a_check_guards_fails_it(lake: Lake, name: str, break_it: Callable[[Lake], None]) -> None:
    break_it(lake)
    assert failing(lake, CHECKS[name]) == [None]


def test_every_check_over_the_lake_has_a_case_that_fails_it() -> None:
    others = {"person_selections/within_budget", "raw_videos/all_ready", "raw_videos/min_720p", "raw_videos/readable"}
    assert {name for name, _ in BROKEN} | others == set(CHECKS)


def test_the_dataset_budget_counts_every_file_of_the_folder(lake: Lake) -> None:
    check = CHECKS["person_selections/within_budget"]
    assert failing(lake, check, Policy.model_validate({"budget": {"dataset_bytes": 300}})) == []
    (lake.folder.dataset / "metadata.parquet").write_bytes(b"x")
    assert failing(lake, check, Policy.model_validate({"budget": {"dataset_bytes": 300}})) == [None]


@pytest.mark.parametrize(
    ("name", "pattern"), [("raw_videos/files_exist", "videos/*"), ("sampled_frames/files_exist", "frames/*/*")]
)
def test_a_pruned_file_is_not_missed(lake: Lake, name: str, pattern: str) -> None:
    pruned(pattern, remove_file(pattern))(lake)
    assert failing(lake, CHECKS[name]) == []


def test_a_set_has_as_many_frames_as_pictures_that_were_not_refused(lake: Lake) -> None:
    as_images(refused=2)(lake)
    # However few frames the policy asks for of a video.
    policy = Policy.model_validate({"sampling": {"frames_per_section": 1}})
    assert failing(lake, CHECKS["sampled_frames/every_video_accounted_for"], policy) == []


def test_a_person_who_is_listed_with_a_cause_may_show_twice(lake: Lake) -> None:
    listed_as_twice(lake)
    assert failing(lake, CHECKS["identity_clusters/no_person_twice_in_one_frame"]) == []


@pytest.mark.parametrize("state", ["applied", "undone"])
def test_corrections_that_hold_or_are_undone_need_no_look(lake: Lake, state: str) -> None:
    correction(state)(lake)
    assert failing(lake, CHECKS["identity_clusters/corrections_apply"]) == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (tables.PERSON_REGISTRY, "person_id"),
        (tables.PERSON_REGISTRY, "split_from"),
        (tables.PERSON_EXEMPLARS, "person_id"),
        (tables.IDENTITY_EVENTS, "other_id"),
        (tables.SAME_FRAME_TWICE, "person_id"),
        (tables.IDENTITY_ALARMS, "other_id"),
        (tables.MISSING_SEQUENCES, "person_id"),
        (tables.SELECTION_COVERAGE, "person_id"),
    ],
)
def test_a_person_who_was_erased_is_found_wherever_they_are_named(lake: Lake, table: tables.Table, column: str) -> None:
    forget("person", "person_0009")(lake)
    assert failing(lake, CHECKS["person_selections/nothing_forgotten_is_left"]) == []
    write(lake, table, [{**dict.fromkeys(table.schema), column: "person_0009"}])
    assert failing(lake, CHECKS["person_selections/nothing_forgotten_is_left"]) == [None]


@pytest.mark.parametrize(
    ("name", "kind", "identifier"),
    [
        ("person_selections", "person", "person_0009"),
        ("raw_videos", "video", "file-999"),
        ("sampled_frames", "frame", "file-999@100"),
    ],
)
def test_what_was_erased_is_found_in_what_people_said(lake: Lake, name: str, kind: Kind, identifier: str) -> None:
    forget(kind, identifier)(lake)
    assert failing(lake, CHECKS[f"{name}/nothing_forgotten_is_left"]) == []
    lake.folder.corrections.write_text('{"faces": {"person_0009": ["file-999@100#0"]}}')
    assert failing(lake, CHECKS[f"{name}/nothing_forgotten_is_left"]) == [None]


def test_a_person_whom_the_policy_lists_may_show_twice(lake: Lake) -> None:
    second_face_of_the_person(lake)
    policy = Policy.model_validate({"identity": {"allowed_same_frame": ["person_0001"]}})
    assert failing(lake, CHECKS["identity_clusters/no_person_twice_in_one_frame"], policy) == []


def test_a_refused_small_video_is_a_warning_and_a_ready_one_an_error(lake: Lake) -> None:
    check = CHECKS["raw_videos/min_720p"]
    findings = {finding.video_id: finding for finding in findings_of(check, lake)}
    assert findings[VIDEO].passed
    assert (findings[REFUSED].passed, findings[REFUSED].is_error) == (False, False)

    set_column(tables.RAW_VIDEOS, height=719)(lake)
    ready = next(finding for finding in findings_of(check, lake) if finding.video_id == VIDEO)
    assert (ready.passed, ready.is_error) == (False, True)


@pytest.mark.parametrize(("width", "height"), [(None, None), (1280, None)])
def test_a_size_that_is_not_known_does_not_pass(lake: Lake, width: int | None, height: int | None) -> None:
    set_column(tables.RAW_VIDEOS, width=width, height=height)(lake)
    assert failing(lake, CHECKS["raw_videos/min_720p"]) == [VIDEO, REFUSED]


def test_a_video_that_cannot_be_decoded_fails_its_own_check_alone(lake: Lake) -> None:
    row = {"video_id": VIDEO, "stage": "sampled_frames", "status": "failed", "reason": "torn", "unexpected": False}
    write(lake, tables.VIDEO_SETBACKS, [row])
    assert failing(lake, CHECKS["raw_videos/readable"]) == [VIDEO]
    assert failing(lake, CHECKS["raw_videos/all_ready"]) == [None]


def test_pictures_that_look_different_are_no_leak(lake: Lake) -> None:
    in_validation(REFUSED, differing_bits=4)(lake)
    assert failing(lake, CHECKS["person_selections/no_leak_between_splits"]) == []


@pytest.mark.parametrize("asked", [0, 1, 2, 4, 5, 8, 9, 20, 64])
def test_every_pair_that_looks_the_same_is_a_leak_whatever_the_least_distance(lake: Lake, asked: int) -> None:
    random = Random(asked)
    hashes = {}
    for number in range(40):
        hashes[f"{number}t"] = random.getrandbits(64)
        # Bits that lie anywhere, as many as are asked for and one fewer or more.
        bits = random.sample(range(64), min(64, max(0, asked + number % 3 - 1)))
        hashes[f"{number}v"] = hashes[f"{number}t"] ^ sum(1 << bit for bit in bits)
    row = lake.read(tables.PERSON_SELECTIONS).to_dicts()[0]
    rows = [
        {**row, "path": name, "phash": phash, "video_id": name, "split": "train" if "t" in name else "validation"}
        for name, phash in hashes.items()
    ]
    write(lake, tables.PERSON_SELECTIONS, rows)
    policy = Policy.model_validate({"selection": {"min_hash_distance": asked}})
    (finding,) = findings_of(CHECKS["person_selections/no_leak_between_splits"], lake, policy)
    assert {(row["picture"], row["other"]) for row in finding.rows} == {
        (one, other)
        for one, phash in hashes.items()
        for other, second in hashes.items()
        if "t" in one and "v" in other and ((phash ^ second).bit_count() < asked or phash == second)
    }


def test_only_budgets_and_engines_stop_the_way() -> None:
    assert {name for name, check in CHECKS.items() if check.blocking} == {
        "detected_faces/one_engine",
        "face_candidates/within_budget",
        "person_selections/within_budget",
    }
    assert all(check.description.endswith(".") for check in CHECKS.values())


@pytest.mark.parametrize(
    ("place", "kind", "identifier"),
    [
        ("videos/gone-1.mp4", "video", "gone-1"),
        ("videos/.gone-1.unfinished/part", "video", "gone-1"),
        ("frames/gone-1/0.jpg", "video", "gone-1"),
        ("faces/gone-1/gone-1@0#0.jpg", "video", "gone-1"),
        ("sequences/gone-1/gone-1@0#s0.jpg", "video", "gone-1"),
        (f"sequences/{VIDEO}/{VIDEO}@777#s1.jpg", "frame", f"{VIDEO}@777"),
        ("sheets/sampled_frames/gone-1.webp", "video", "gone-1"),
        (f"frames/{VIDEO}/777.jpg", "frame", f"{VIDEO}@777"),
        (f"faces/{VIDEO}/{VIDEO}@777#1.jpg", "frame", f"{VIDEO}@777"),
        ("dataset/person_0007/high_quality/01.jpg", "person", "person_0007"),
    ],
)
def test_a_file_of_what_was_forgotten_is_found(lake: Lake, place: str, kind: Kind, identifier: str) -> None:
    forget(kind, identifier)(lake)
    proofs = [check for name, check in CHECKS.items() if name.endswith("/nothing_forgotten_is_left")]
    assert [failing(lake, check) for check in proofs] == [[], [], []]
    file = lake.folder.root / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    found = [row for check in proofs for finding in findings_of(check, lake) for row in finding.rows]
    assert found == [{"place": f"{place.split('/')[0]}/", "id": identifier}]
