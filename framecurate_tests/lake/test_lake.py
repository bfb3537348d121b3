"""The lake gives back what was written, and says what it was made from."""

import threading
from pathlib import Path

import duckdb
import polars as pl
import pytest

from framecurate_assets.lake import tables
from framecurate_assets.lake.catalog import VIEWS, connect, write_catalog
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake, NotMaterialisedError, fingerprint
from framecurate_assets.lake.tables import TABLES, Table


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(DataFolder(tmp_path))


def rows(table: Table, **values: object) -> pl.DataFrame:
    """One row with the given values and nulls elsewhere."""
    return pl.DataFrame([{**dict.fromkeys(table.schema), **values}], schema=table.schema)


def test_rows_come_back_as_they_were_written(lake: Lake) -> None:
    frame = rows(tables.DETECTED_FACES, face_id="v@0#0", embedding=[0.5, 0.25], background_hash=2**64 - 1)
    lake.write(tables.DETECTED_FACES, frame, "v", made_from="abc")

    assert lake.read(tables.DETECTED_FACES, "v").equals(frame)
    assert lake.made_from(tables.DETECTED_FACES, "v") == "abc"


def test_a_missing_column_is_refused_and_the_former_file_stays(lake: Lake) -> None:
    frame = rows(tables.RAW_VIDEOS, video_id="v")
    lake.write(tables.RAW_VIDEOS, frame, "v")

    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        lake.write(tables.RAW_VIDEOS, frame.drop("status"), "v")

    assert lake.read(tables.RAW_VIDEOS, "v").equals(frame)


def test_reading_what_was_never_made_says_what_to_do(lake: Lake) -> None:
    with pytest.raises(NotMaterialisedError, match=r"raw_videos of v is not materialised yet\. Materialise raw_videos"):
        lake.read(tables.RAW_VIDEOS, "v")


def test_rows_that_were_read_back_have_the_fingerprint_that_they_had(lake: Lake) -> None:
    frame = pl.concat([rows(tables.DETECTED_FACES, face_id="a", yaw=1.5), rows(tables.DETECTED_FACES, engine="e")])
    lake.write(tables.DETECTED_FACES, frame, "v")
    before = lake.content(tables.DETECTED_FACES, "v")
    lake.write(tables.DETECTED_FACES, lake.read(tables.DETECTED_FACES, "v"), "v")
    assert lake.content(tables.DETECTED_FACES, "v") == before


def test_a_table_of_an_earlier_version_lacks_columns_and_is_read_all_the_same(lake: Lake) -> None:
    place = lake.path(tables.IDENTITY_CLUSTERS)
    place.parent.mkdir(parents=True)
    pl.DataFrame({"face_id": ["v@0#0"], "person_id": ["person_0001"]}).write_parquet(place)
    assert lake.read(tables.IDENTITY_CLUSTERS).row(0, named=True)["model_person_id"] is None
    with connect(lake.folder) as connection:
        shown = connection.execute("SELECT person_id, model_person_id FROM identity_clusters").fetchall()
    assert shown == [("person_0001", None)]


def test_tables_of_several_versions_are_read_together_in_the_order_that_is_asked_for(lake: Lake) -> None:
    lake.write(tables.RAW_VIDEOS, rows(tables.RAW_VIDEOS, video_id="new", status="ready"), "new")
    pl.DataFrame({"video_id": ["old"], "mood": ["gone"]}).write_parquet(lake.path(tables.RAW_VIDEOS, "old"))
    read = lake.read_all(tables.RAW_VIDEOS, ["old", "missing", "new"])
    assert read.select("video_id", "status").rows() == [("old", None), ("new", "ready")]
    assert read.schema == tables.RAW_VIDEOS.schema
    with connect(lake.folder) as connection:
        assert connection.execute("SELECT video_id, status FROM raw_videos ORDER BY 1").fetchall() == [
            ("new", "ready"),
            ("old", None),
        ]


def test_the_content_fingerprint_depends_on_the_rows_alone(lake: Lake) -> None:
    frame = rows(tables.RAW_VIDEOS, video_id="v")
    lake.write(tables.RAW_VIDEOS, frame, "v", made_from="one policy")
    first = lake.content(tables.RAW_VIDEOS, "v")
    lake.write(tables.RAW_VIDEOS, frame, "v", made_from="another policy")
    assert lake.content(tables.RAW_VIDEOS, "v") == first

    lake.write(tables.RAW_VIDEOS, frame.with_columns(status=pl.lit("failed")), "v")
    assert lake.content(tables.RAW_VIDEOS, "v") != first


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),  # where a part ends counts
        (("", "a"), ("a", "")),  # so does its place
        ((None, "a"), ("", "a")),  # nothing is not an empty text
    ],
)
def test_fingerprints_of_different_lists_differ(one: tuple[str | None, ...], other: tuple[str | None, ...]) -> None:
    assert fingerprint(*one) != fingerprint(*other)


def test_every_table_and_view_answers_on_an_empty_lake(lake: Lake) -> None:
    with connect(lake.folder) as connection:
        for name in [table.name for table in TABLES] + list(VIEWS):
            assert connection.execute(f"SELECT * FROM {name}").fetchall() == []


def test_an_empty_lake_has_the_column_types_of_a_full_one(lake: Lake) -> None:
    def described() -> dict[str, list[tuple[str, str]]]:
        with connect(lake.folder) as connection:
            return {
                table.name: [row[:2] for row in connection.execute(f"DESCRIBE {table.name}").fetchall()]
                for table in TABLES
            }

    empty = described()
    for table in TABLES:
        lake.write(table, table.empty(), "v" if table in tables.PER_VIDEO_TABLES else None)
    assert described() == empty


def test_a_setback_is_laid_over_the_status_of_its_video(lake: Lake) -> None:
    for video_id in ("good", "bad"):
        lake.write(tables.RAW_VIDEOS, rows(tables.RAW_VIDEOS, video_id=video_id, status="ready"), video_id)
    setback = {"video_id": "bad", "stage": "sampled_frames", "status": "failed", "reason": "torn", "unexpected": False}
    lake.write(tables.VIDEO_SETBACKS, tables.VIDEO_SETBACKS.from_rows([setback]), "bad")

    with connect(lake.folder) as connection:
        found = connection.execute("SELECT video_id, status, reason, stage FROM videos ORDER BY 1").fetchall()
    assert found == [("bad", "failed", "torn", "sampled_frames"), ("good", "ready", None, "raw_videos")]


def test_the_catalogue_file_opens_in_any_client_and_sees_later_rows(lake: Lake) -> None:
    lake.write(tables.RAW_VIDEOS, rows(tables.RAW_VIDEOS, video_id="one"), "one")
    path = write_catalog(lake.folder)
    lake.write(tables.RAW_VIDEOS, rows(tables.RAW_VIDEOS, video_id="two"), "two")

    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT video_id FROM raw_videos ORDER BY 1").fetchall() == [("one",), ("two",)]


def test_a_reader_never_meets_half_a_table(lake: Lake) -> None:
    lake.write(tables.RAW_VIDEOS, rows(tables.RAW_VIDEOS, video_id="v"), "v")
    stop = threading.Event()
    errors: list[Exception] = []
    reads = 0

    def read() -> None:
        nonlocal reads
        while not stop.is_set():
            try:
                assert lake.read(tables.RAW_VIDEOS, "v").height == 1
                reads += 1
            except Exception as error:
                errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        lake.write(tables.RAW_VIDEOS, rows(tables.RAW_VIDEOS, video_id="v", bytes=number), "v")
    stop.set()
    reader.join()
    assert errors == []
    assert reads > 0
