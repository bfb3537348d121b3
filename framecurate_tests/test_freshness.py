"""What is missing or stale, told from the lake alone: every case is a lake in which one thing is different."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from framecurate_assets.freshness.inputs import Inputs
from framecurate_assets.freshness.stale import due_videos, finished_videos, is_stale, stale_videos
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import BYTES_NEEDED, CONTENT, Lake
from framecurate_assets.lake.retention import prune
from framecurate_assets.policy import Policy, RetentionPolicy
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import (
    DETECTED_FACES,
    FACE_CANDIDATES,
    IDENTITY_CLUSTERS,
    PER_VIDEO,
    PERSON_SELECTIONS,
    RAW_VIDEOS,
    SAMPLED_FRAMES,
    STAGES,
    TEMPORAL_SEQUENCES,
    WHOLE_LAKE,
    Stage,
    sampling_fingerprint,
    source_fingerprint,
)

ONE, TWO = "file-111111111111", "file-222222222222"
SOURCES = [Source(f"/films/{key}.mp4", key, "file") for key in (TWO, ONE)]
ENGINE = "embedded-1"


@dataclass
class Case:
    """A lake, and what would be made of it today."""

    lake: Lake
    inputs: Inputs

    def row(self, stage: Stage, video_id: str | None = None, **values: object) -> None:
        """Store one row as the stage would make it today, with the file that it names."""
        row: dict[str, object] = {**dict.fromkeys(stage.table.schema), stage.table.key: "key", **values}
        if "video_id" in row:
            row["video_id"] = video_id
        if "path" in row and "path" not in values and row.get("status", "ready") == "ready":
            row |= {"path": f"{stage.name}/{video_id}.jpg", "bytes": 3}
            place = self.lake.folder.absolute(str(row["path"]))
            place.parent.mkdir(exist_ok=True, parents=True)
            place.write_bytes(b"abc")
        self.store(stage, video_id, stage.table.from_rows([row]))

    def store(self, stage: Stage, video_id: str | None, rows: pl.DataFrame) -> None:
        """Store rows as the stage would make them today."""
        source = next((source for source in SOURCES if source.video_id == video_id), None)
        also = {"raw_videos": source_fingerprint(source) if source else "", "detected_faces": ENGINE}
        made_from = stage.made_from(self.lake, self.inputs.policy, video_id, also=also.get(stage.name, ""))
        self.lake.write(stage.table, rows, video_id, made_from=made_from)

    def setback(
        self,
        stage: Stage,
        video_id: str,
        status: str,
        *,
        unexpected: bool = False,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Store a setback, as the stage meets it today."""
        row = {
            "video_id": video_id, "stage": stage.name, "status": status, "reason": "torn", "unexpected": unexpected,
        }  # fmt: skip
        made_from = self.lake.made_from(stage.table, video_id) or ""
        table = tables.VIDEO_SETBACKS
        self.lake.write(table, table.from_rows([row]), video_id, made_from=made_from, facts=facts)

    def stale(self, stage: Stage) -> list[str] | bool:
        return stale_videos(stage, self.inputs) if stage.per_video else is_stale(stage, self.inputs)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Everything is up to date."""
    lake = Lake(DataFolder(tmp_path))
    case = Case(lake, Inputs(lake, Policy(), SOURCES, ENGINE))
    for stage in PER_VIDEO:
        for key in (ONE, TWO):
            case.row(stage, key, **({"status": "ready", "sha256": "a"} if stage is RAW_VIDEOS else {}))
    for stage in (IDENTITY_CLUSTERS, TEMPORAL_SEQUENCES, PERSON_SELECTIONS):
        case.row(stage)
        for table in stage.beside:
            lake.write(table, table.empty())
    return case


def test_what_was_made_from_the_same_is_up_to_date(case: Case) -> None:
    assert [case.stale(stage) for stage in STAGES] == [[], [], [], [], False, False, False]


def test_an_empty_lake_has_everything_to_make_in_the_order_of_the_sources(tmp_path: Path) -> None:
    inputs = Inputs(Lake(DataFolder(tmp_path)), Policy(), SOURCES, ENGINE)
    for stage in PER_VIDEO:
        assert stale_videos(stage, inputs) == [TWO, ONE]
    assert is_stale(IDENTITY_CLUSTERS, inputs)


def policy(**sections: dict[str, object]) -> Callable[[Inputs], Inputs]:
    return lambda inputs: replace(inputs, policy=Policy.model_validate(sections))


def renamed_source(inputs: Inputs) -> Inputs:
    return replace(inputs, sources=[inputs.sources[0], replace(inputs.sources[1], label="happy")])


BOTH = [TWO, ONE]
NONE: list[str] = []


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        # raw_videos, sampled_frames, detected_faces, face_candidates, identity_clusters,
        # temporal_sequences, person_selections.
        # Only the part of the policy that decides a stage's rows counts; the dataset card shows all of it.
        (policy(video={"min_shorter_side_px": 700}), [BOTH, NONE, NONE, NONE, False, False, True]),
        (policy(sampling={"frames_per_section": 9}), [NONE, BOTH, NONE, NONE, False, False, True]),
        (policy(detection={"min_face_px": 61}), [NONE, NONE, BOTH, NONE, False, True, True]),
        (policy(candidates={"max_yaw": 29}), [NONE, NONE, NONE, BOTH, False, True, True]),
        (policy(budget={"candidates_bytes": 9}), [NONE, NONE, NONE, BOTH, False, False, True]),
        (policy(identity={"distance": 0.5}), [NONE, NONE, NONE, NONE, True, True, True]),
        (policy(selection={"temporal_step_s": 0.3}), [NONE, NONE, NONE, NONE, False, True, True]),
        (policy(selection={"high_quality": 9}), [NONE, NONE, NONE, NONE, False, False, True]),
        (policy(budget={"dataset_bytes": 9}), [NONE, NONE, NONE, NONE, False, False, True]),
        # Another engine would describe all faces.
        (lambda inputs: replace(inputs, engine="insightface-1"), [NONE, NONE, BOTH, NONE, False, False, False]),
        # What a person says of one source is in that video's row.
        (renamed_source, [[ONE], NONE, NONE, NONE, False, False, False]),
        # A source that was taken off the list is left alone.
        (lambda inputs: replace(inputs, sources=[]), [NONE, NONE, NONE, NONE, False, False, False]),
    ],
)
def test_a_change_makes_stale_what_it_decides(
    case: Case, change: Callable[[Inputs], Inputs], stale: list[list[str] | bool]
) -> None:
    case.inputs = change(case.inputs)
    assert [case.stale(stage) for stage in STAGES] == stale


def test_changed_rows_make_stale_what_is_made_from_them_and_rewritten_rows_do_not(case: Case) -> None:
    case.row(SAMPLED_FRAMES, ONE)
    assert case.stale(DETECTED_FACES) == []
    case.row(SAMPLED_FRAMES, ONE, pts_s=2.0)
    assert case.stale(DETECTED_FACES) == [ONE]
    assert case.stale(FACE_CANDIDATES) == []
    case.row(FACE_CANDIDATES, ONE, yaw=2.0)
    assert case.stale(IDENTITY_CLUSTERS) is True


def give(case: Case, *sources: Source) -> None:
    """What was made of the videos was made of these sources, and is up to date."""
    case.inputs = replace(case.inputs, sources=sources)
    for source in sources:
        for stage, also in (
            (RAW_VIDEOS, source_fingerprint(source)),
            (SAMPLED_FRAMES, sampling_fingerprint(source.kind, Policy())),
        ):
            key = source.video_id
            facts = {CONTENT: str(case.lake.content(stage.table, key))}  # the rows are the same
            made_from = stage.made_from(case.lake, Policy(), key, also=also)
            case.lake.write(stage.table, case.lake.read(stage.table, key), key, made_from=made_from, facts=facts)


def give_pictures(case: Case, place: Path) -> None:
    """The first video becomes a folder of pictures."""
    place.mkdir()
    (place / "a.png").write_bytes(b"abc")
    give(case, Source(str(place), ONE, "images"))


def test_a_picture_more_makes_its_set_stale_and_a_folder_that_is_gone_does_not(case: Case, tmp_path: Path) -> None:
    place = tmp_path / "pictures"
    give_pictures(case, place)
    assert [case.stale(stage) for stage in PER_VIDEO] == [[], [], [], []]
    (place / "b.png").write_bytes(b"abc")
    assert [case.stale(stage) for stage in PER_VIDEO] == [[ONE], [], [], []]
    place.rename(tmp_path / "elsewhere")
    assert [case.stale(stage) for stage in PER_VIDEO] == [[], [], [], []]


def test_the_least_size_decides_which_pictures_of_a_set_are_frames(case: Case, tmp_path: Path) -> None:
    give_pictures(case, tmp_path / "pictures")
    case.inputs = policy(video={"min_shorter_side_px": 700})(case.inputs)
    assert [case.stale(stage) for stage in PER_VIDEO] == [[ONE], [ONE], [], []]


def prune_all(case: Case, place: Path) -> None:
    """Nothing is kept; the originals of the videos are in a folder."""
    for key in BOTH:
        (place / f"{key}.mp4").write_bytes(b"abc")
    give(case, *[Source(str(place / f"{key}.mp4"), key, "file") for key in BOTH])
    retention = RetentionPolicy(keep_videos="none", keep_frames="none")
    assert prune(case.lake, retention, list(finished_videos(case.inputs)), NOW).videos > 0


def test_pruned_files_make_nothing_stale(case: Case, tmp_path: Path) -> None:
    prune_all(case, tmp_path)
    assert not (case.lake.folder.root / "raw_videos" / f"{ONE}.jpg").exists()
    assert [case.stale(stage) for stage in STAGES] == [[], [], [], [], False, False, False]


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        (policy(sampling={"frames_per_section": 9}), [BOTH, BOTH, NONE, NONE]),
        (policy(detection={"min_face_px": 61}), [BOTH, BOTH, BOTH, NONE]),
        (policy(candidates={"max_yaw": 29}), [BOTH, BOTH, NONE, BOTH]),
        (policy(identity={"distance": 0.5}), [NONE, NONE, NONE, NONE]),
        (policy(selection={"high_quality": 9}), [NONE, NONE, NONE, NONE]),
    ],
)
def test_a_stage_that_reads_pruned_files_brings_them_back(
    case: Case, tmp_path: Path, change: Callable[[Inputs], Inputs], stale: list[list[str]]
) -> None:
    prune_all(case, tmp_path)
    case.inputs = change(case.inputs)
    assert [case.stale(stage) for stage in PER_VIDEO] == stale


def test_a_pruned_file_that_lies_there_otherwise_than_it_was_is_made_again(case: Case, tmp_path: Path) -> None:
    prune_all(case, tmp_path)
    (case.lake.folder.root / "sampled_frames" / f"{ONE}.jpg").write_bytes(b"ab")
    assert case.stale(SAMPLED_FRAMES) == [ONE]


def test_a_video_is_finished_when_nothing_is_left_to_do_for_it(case: Case) -> None:
    case.inputs = replace(case.inputs, by_hand=False)
    assert list(finished_videos(case.inputs)) == BOTH
    case.setback(FACE_CANDIDATES, ONE, "failed", unexpected=True)
    assert due_videos(case.inputs) == []  # a person may ask for it again
    assert list(finished_videos(case.inputs)) == [TWO]
    case.lake.remove(tables.VIDEO_SETBACKS, ONE)
    case.row(DETECTED_FACES, ONE, yaw=2.0)  # its faces are to be judged again
    assert list(finished_videos(case.inputs)) == [TWO]
    case.row(FACE_CANDIDATES, TWO, yaw=2.0)  # and the people are to be found again
    assert list(finished_videos(case.inputs)) == []


def test_a_video_without_candidates_changes_no_person(case: Case) -> None:
    case.store(FACE_CANDIDATES, "file-333333333333", FACE_CANDIDATES.table.empty())
    assert case.stale(IDENTITY_CLUSTERS) is False


@pytest.mark.parametrize("stage", [RAW_VIDEOS, SAMPLED_FRAMES, FACE_CANDIDATES, TEMPORAL_SEQUENCES, PERSON_SELECTIONS])
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"ab")], ids=["gone", "shorter"])
def test_a_file_that_is_not_there_as_it_was_is_made_again(
    case: Case, stage: Stage, damage: Callable[[Path], None]
) -> None:
    damage(case.lake.folder.root / stage.name / f"{ONE if stage.per_video else None}.jpg")
    assert case.stale(stage) == ([ONE] if stage.per_video else True)


@pytest.mark.parametrize(
    ("stage", "table"), [(stage, table) for stage in WHOLE_LAKE for table in stage.beside], ids=lambda one: one.name
)
def test_a_table_that_was_removed_by_hand_is_made_again(case: Case, stage: Stage, table: tables.Table) -> None:
    case.lake.remove(table)
    # Whoever reads it is made again only if its rows come out otherwise: only persons' names are read below.
    below = [PERSON_SELECTIONS] if table is tables.PERSON_REGISTRY else []
    assert [other for other in STAGES if case.stale(other)] == [stage, *below]


def test_every_table_over_the_whole_lake_belongs_to_a_stage() -> None:
    made = {table for stage in WHOLE_LAKE for table in (stage.table, *stage.beside)}
    assert set(tables.WHOLE_LAKE_TABLES) - made == {tables.FORGOTTEN}


@pytest.mark.parametrize(
    ("status", "sha256", "stale"),
    [
        ("failed", None, []),  # a file that was not there, and still is not
        ("failed", "abc", []),  # it was read and is no video; it would be another video if it changed
        ("rejected", None, []),  # too small, as the site said
        ("over_budget", None, [ONE]),
        ("ready", "abc", []),
    ],
)
def test_what_was_not_taken_in_is_tried_again_where_it_can_go_right(
    case: Case, status: str, sha256: str | None, stale: list[str]
) -> None:
    case.row(RAW_VIDEOS, ONE, status=status, sha256=sha256)
    assert case.stale(RAW_VIDEOS) == stale


def test_a_file_that_came_back_is_taken_in(case: Case, tmp_path: Path) -> None:
    place = tmp_path / "films" / "one.mp4"
    case.inputs = replace(case.inputs, sources=[Source(str(place), ONE, "file")])
    made_from = RAW_VIDEOS.made_from(case.lake, Policy(), ONE, also=source_fingerprint(case.inputs.sources[0]))
    row = {**dict.fromkeys(RAW_VIDEOS.table.schema), "video_id": ONE, "status": "failed"}
    case.lake.write(RAW_VIDEOS.table, RAW_VIDEOS.table.from_rows([row]), ONE, made_from=made_from)
    assert case.stale(RAW_VIDEOS) == []
    place.parent.mkdir()
    place.write_bytes(b"abc")
    assert case.stale(RAW_VIDEOS) == [ONE]


def test_nothing_is_taken_in_while_the_budget_is_spent(case: Case) -> None:
    spent_by_both = 6
    for allowed, stale in ((spent_by_both // 2, []), (spent_by_both, [ONE])):
        case.inputs = replace(case.inputs, policy=Policy.model_validate({"budget": {"candidates_bytes": allowed}}))
        case.row(RAW_VIDEOS, ONE, status="over_budget")
        assert case.stale(RAW_VIDEOS) == stale


NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("next_attempt_at", "stale"),
    [
        (NOW - timedelta(seconds=1), [ONE]),
        (NOW + timedelta(seconds=1), []),  # its host is left alone until then
        (None, []),  # such as a page that is gone: never again by itself
    ],
)
def test_a_url_is_tried_again_when_its_time_has_come(
    case: Case, next_attempt_at: datetime | None, stale: list[str]
) -> None:
    url = Source("https://example.org/one.mp4", ONE, "url")
    case.inputs = replace(case.inputs, sources=[url], now=NOW)
    made_from = RAW_VIDEOS.made_from(case.lake, Policy(), ONE, also=source_fingerprint(url))
    row = {**dict.fromkeys(RAW_VIDEOS.table.schema), "video_id": ONE, "status": "failed"}
    case.lake.write(RAW_VIDEOS.table, RAW_VIDEOS.table.from_rows([row]), ONE, made_from=made_from)
    table = tables.FETCH_ATTEMPTS
    attempt = {**dict.fromkeys(table.schema), "video_id": ONE, "next_attempt_at": next_attempt_at}
    case.lake.write(table, table.from_rows([attempt]), ONE)
    assert case.stale(RAW_VIDEOS) == stale
    # Whoever names it does not want to wait.
    assert stale_videos(RAW_VIDEOS, replace(case.inputs, named=frozenset([ONE]))) == [ONE]


def test_what_is_due_is_what_any_stage_is_stale_for(case: Case) -> None:
    assert due_videos(case.inputs) == []
    case.lake.remove(FACE_CANDIDATES.table, ONE)
    assert due_videos(case.inputs) == [ONE]
    case.lake.remove(RAW_VIDEOS.table, TWO)
    assert due_videos(case.inputs) == [TWO, ONE]


@pytest.mark.parametrize(
    ("status", "unexpected", "stale"),
    [
        ("failed", False, []),  # this file cannot be decoded, today as yesterday
        ("failed", True, [ONE]),  # a bug, which may have been mended
        ("over_budget", False, [ONE]),  # other videos may take less today
    ],
)
def test_a_setback_is_tried_again_where_it_can_go_right(
    case: Case, status: str, unexpected: bool, stale: list[str]
) -> None:
    case.setback(SAMPLED_FRAMES, ONE, status, unexpected=unexpected)
    assert case.stale(SAMPLED_FRAMES) == stale
    assert case.stale(DETECTED_FACES) == []


def test_an_error_of_the_program_is_not_repeated_by_the_daemon(case: Case) -> None:
    case.setback(SAMPLED_FRAMES, ONE, "failed", unexpected=True)
    case.inputs = replace(case.inputs, by_hand=False)
    assert case.stale(SAMPLED_FRAMES) == []


def test_a_video_over_budget_is_judged_again_when_what_it_needs_is_left(case: Case) -> None:
    taken_by_the_other = 3
    for allowed, stale in ((9 + taken_by_the_other, []), (10 + taken_by_the_other, [ONE])):
        case.inputs = replace(case.inputs, policy=Policy.model_validate({"budget": {"candidates_bytes": allowed}}))
        for key in (ONE, TWO):
            case.row(FACE_CANDIDATES, key)
        case.setback(FACE_CANDIDATES, ONE, "over_budget", facts={BYTES_NEEDED: "10"})
        assert case.stale(FACE_CANDIDATES) == stale


def test_a_setback_of_other_rows_than_the_stored_ones_is_tried_again(case: Case) -> None:
    # A process was killed after it had stored rows and before it removed the setback that they put an end to.
    case.lake.write(
        tables.VIDEO_SETBACKS,
        tables.VIDEO_SETBACKS.from_rows(
            [{"video_id": ONE, "stage": "sampled_frames", "status": "failed", "reason": "torn", "unexpected": False}]
        ),
        ONE,
        made_from="another policy",
    )
    assert case.stale(SAMPLED_FRAMES) == [ONE]
