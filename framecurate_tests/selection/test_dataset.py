"""The dataset folder: what was selected, byte for byte, within its budget, and the same every time."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.tables import PERSON_SELECTIONS, SELECTION_VERDICTS
from framecurate_assets.policy import Policy
from framecurate_assets.selection.dataset import write_dataset
from framecurate_assets.selection.select import Selection
from framecurate_assets.selection.select import select as select_with
from framecurate_tests.selection.faces import SCHEMA, crop, faces, write_crops
from framecurate_tests.selection.sequences import sequence

LICENCE = "CC0, free of any condition"


def _policy(dataset_bytes: int = 1_000_000_000, **selection: Any) -> Policy:
    return Policy.model_validate({"budget": {"dataset_bytes": dataset_bytes}, "selection": selection})


def select(frame: pl.DataFrame, policy: Policy, weights_licence: str, **given: Any) -> Selection:
    return select_with(frame, policy, weights_licence, **{"threshold": 0.5, **given})


def _sequence() -> pl.DataFrame:
    """Of the first of two people; its first frame is one of hers."""
    return sequence("person_0001", "a", (0.0, 0.2, 0.4, 0.6, 0.8), anchor="a@0#0")


def _two_people() -> pl.DataFrame:
    """One of seven pictures in two shots of two videos, one of a single picture that shows both."""
    return faces(
        [
            *[{"video": "a", "at": at, "composite": 0.8 + at / 100} for at in (0.0, 1.0, 2.0, 3.0, 4.0)],
            *[{"video": "b", "at": at, "composite": 0.9 - at / 100, "size": 1500} for at in (0.0, 1.0)],
            {"video": "b", "at": 1.0, "n": 1, "person_id": "person_0002", "licence": None, "emotion": "happy"},
        ]
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _written(selection: Selection, frame: pl.DataFrame, folder: Path) -> dict[str, bytes]:
    write_crops(frame, folder / "data")
    (folder / "dataset").mkdir()
    assert write_dataset(selection, folder / "data", folder / "dataset") == selection.size
    return _files(folder / "dataset")


def test_the_folder_holds_what_was_selected(tmp_path: Path) -> None:
    frame = _two_people()
    selection = select(frame, _policy(high_quality=3), LICENCE, sequences=_sequence())
    files = _written(selection, pl.concat([frame, _sequence()], how="diagonal"), tmp_path)
    pictures = {name: content for name, content in files.items() if name.endswith(".jpg")}
    assert sorted(pictures) == [
        "person_0001/high_quality/01_b_0.jpg",
        "person_0001/high_quality/02_b_1000.jpg",
        "person_0001/high_quality/03_a_4000.jpg",
        *[f"person_0001/temporal_sequence/0{rank}_a_{(rank - 1) * 200}.jpg" for rank in range(1, 6)],
        "person_0002/high_quality/01_b_1000.jpg",
    ]
    assert pictures["person_0002/high_quality/01_b_1000.jpg"] == crop("b@1000#1", 1000)
    assert sorted(set(files) - set(pictures)) == [
        "README.md",
        "metadata.parquet",
        "metadata/identity_map.json",
        "metadata/quality_scores.json",
        "metadata/selection_results.json",
        "metadata/splits.json",
    ]


def test_rows_are_those_of_the_lake() -> None:
    frame = _two_people()
    rows = select(frame, _policy(high_quality=1), LICENCE).rows
    assert dict(rows.schema) == PERSON_SELECTIONS.schema
    assert rows.row(0, named=True) == {
        "person_id": "person_0001",
        "face_id": "b@0#0",
        "kind": "high_quality",
        "rank": 1,
        "score": pytest.approx(0.9),
        "video_id": "b",
        "pts_s": 0.0,
        "path": "person_0001/high_quality/01_b_0.jpg",
        "bytes": 1500,
        "emotion": "neutral",
        "source": "https://example.org/b",
        "split": "train",
        "phash": frame.filter(pl.col("face_id") == "b@0#0")["phash"][0],
    }


def test_metadata_tells_where_every_picture_comes_from(tmp_path: Path) -> None:
    frame = _two_people()
    names = pl.DataFrame({"person_id": ["person_0002"], "name": ["Ann"]})
    selection = select(frame, _policy(high_quality=3), LICENCE, sequences=_sequence(), names=names)
    files = _written(selection, pl.concat([frame, _sequence()], how="diagonal"), tmp_path)
    provenance = pl.read_parquet(io.BytesIO(files["metadata.parquet"]))
    assert sorted(provenance["file_name"]) == sorted(name for name in files if name.endswith(".jpg"))
    for row in provenance.iter_rows(named=True):
        content = files[row["file_name"]]
        assert (row["bytes"], row["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert row["source"] == f"https://example.org/{row['video_id']}"
        assert (row["x1"], row["y2"], row["engine"], row["licence"] is None) == (
            10.0, 260.0, "embedded", row["person_id"] == "person_0002",
        )  # fmt: skip
        assert row["person_name"] == ("Ann" if row["person_id"] == "person_0002" else None)
        assert row["track_id"] == f"{row['video_id']}/0/0"
    scores = json.loads(files["metadata/quality_scores.json"])
    assert scores.keys() == set(provenance["file_name"])
    assert scores["person_0001/high_quality/01_b_0.jpg"]["composite"] == 0.9
    people = json.loads(files["metadata/identity_map.json"])
    assert people["person_0002"] == {
        "name": "Ann", "face_ids": ["b@1000#1"], "track_ids": ["b/0/0"], "video_ids": ["b"],
    }  # fmt: skip
    assert len(people["person_0001"]["face_ids"]) == 7
    results = json.loads(files["metadata/selection_results.json"])
    assert [p["rank"] for p in results["people"]["person_0001"]["temporal_sequence"]] == [1, 2, 3, 4, 5]
    assert results["people"]["person_0001"]["left_out"] == {"gained_less": 4}
    totals = results["totals"]
    assert (totals["pictures"], totals["people"], totals["left_out"]) == (9, 2, {"gained_less": 4})
    assert 0 < totals["gain"] <= totals["gain_bound"]
    assert results["coverage"]["front"]["happy"] == {"candidates": 1, "chosen": 1, "people": 1}
    splits = json.loads(files["metadata/splits.json"])
    assert splits["train"] == {"pictures": 9, "people": 2, "units": [["a"], ["b"]]}
    assert splits["pictures_of_people"]["person_0001"] == {"train": 8, "validation": 0}


def test_the_card_says_what_it_is() -> None:
    frame = _two_people().with_columns(licence=pl.lit("CC BY | see\nsite"))
    card = select(frame, _policy(high_quality=3), LICENCE, sequences=_sequence()).metadata["README.md"].decode()
    header = yaml.safe_load(card.split("---")[1])
    assert header["size_categories"] == ["n<1K"]
    for words in (
        "| people | 2 |", "| high quality pictures | 4 |", "| temporal sequences | 1 |", "| videos | 2 |",
        "| CC BY \\| see site | 2 |", f"Licence of its weights: {LICENCE}", "consent", "erased", "| `sha256` |",
        "min_sharpness: 100.0", "| front | 3 (7) | 1 (1) |", "| train | 9 | 2 | 2 |", "(gap 0.",
    ):  # fmt: skip
        assert words in card


def test_the_same_faces_give_the_same_bytes() -> None:
    frame = _two_people()
    first = select(frame, _policy(), LICENCE)
    second = select(frame.reverse(), _policy(), LICENCE)
    assert second.metadata == first.metadata
    assert second.rows.equals(first.rows)
    assert second.verdicts.equals(first.verdicts)
    assert second.coverage.equals(first.coverage)
    for name, content in first.metadata.items():
        if name.endswith(".json"):
            assert list(json.loads(content)) == sorted(json.loads(content))


def test_nobody_is_lost() -> None:
    frame = _two_people()
    selection = select(frame, _policy(high_quality=3), LICENCE, sequences=_sequence())
    chosen = selection.pictures.filter(pl.col("kind") == "high_quality")["face_id"].to_list()
    assert sorted(chosen + selection.verdicts["face_id"].to_list()) == sorted(frame["face_id"])
    assert dict(selection.verdicts.schema) == SELECTION_VERDICTS.schema


def test_a_person_needs_faces_to_get_a_folder() -> None:
    policy = Policy.model_validate({"identity": {"min_faces": 2}})
    selection = select(_two_people(), policy, LICENCE)
    assert selection.rows["person_id"].unique().to_list() == ["person_0001"]
    left = selection.verdicts.filter(pl.col("person_id") == "person_0002")
    assert left.select("reason", "value", "threshold").rows() == [("too_few_faces", 1.0, 2.0)]


def test_people_are_in_the_order_of_their_numbers() -> None:
    numbers = ("person_10000", "person_9999")
    frame = faces([{"person_id": person} for person in numbers])
    assert select(frame, _policy(), LICENCE).rows["person_id"].to_list() == ["person_9999", "person_10000"]


def test_a_picture_that_does_not_fit_is_named() -> None:
    frame = faces([{"size": 40_000, "composite": 0.9}, {"size": 40_000}])
    selection = select(frame, _policy(dataset_bytes=70_000), LICENCE)
    assert selection.rows["face_id"].to_list() == ["v@0#0"]
    left = selection.verdicts
    assert left.select("face_id", "reason", "value").rows() == [("v@1000#0", "budget", 40_000.0)]


def test_metadata_counts() -> None:
    frame = _two_people()
    needed = select(frame, _policy(), LICENCE)
    # The size depends on how many digits the budget has, which the card shows.
    exact = select(frame, _policy(dataset_bytes=needed.size), LICENCE).size
    assert select(frame, _policy(dataset_bytes=exact), LICENCE).pictures.height == needed.pictures.height
    less = select(frame, _policy(dataset_bytes=exact - 1), LICENCE)
    assert less.size <= exact - 1
    assert 0 < less.pictures.height < needed.pictures.height


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_the_folder_never_exceeds_its_budget(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    people = data.draw(st.lists(st.lists(st.integers(1, 40_000), min_size=1, max_size=8), min_size=1, max_size=5))
    frame = faces(
        [
            {"person_id": f"person_{number:04d}", "video": f"v{number}", "at": float(at), "size": size}
            for number, sizes in enumerate(people, start=1)
            for at, size in enumerate(sizes)
        ]
    )
    budget = data.draw(st.integers(30_000, 400_000))
    folder = tmp_path_factory.mktemp("budget")
    _written(select(frame, _policy(dataset_bytes=budget), LICENCE), frame, folder)
    sizes = [(Path(root) / name).stat().st_size for root, _, names in os.walk(folder / "dataset") for name in names]
    assert sum(sizes) <= budget


def test_pictures_never_have_less_than_no_bytes() -> None:
    # The metadata of so many people is larger than all their pictures.
    frame = faces([{"person_id": f"person_{n:04d}", "video": f"v{n}", "size": 100} for n in range(1, 60)])
    selection = select(frame, _policy(dataset_bytes=30_000), LICENCE)
    assert selection.pictures.is_empty()
    assert selection.facts["bytes_for_pictures"] == 0
    assert set(selection.verdicts["threshold"]) == {0.0}


def test_a_budget_too_small_for_anything_says_so() -> None:
    with pytest.raises(FramecurateError, match=r"smaller than the metadata of an empty dataset.*Raise budget"):
        select(_two_people(), _policy(dataset_bytes=1000), LICENCE)


def test_no_faces_give_an_empty_dataset(tmp_path: Path) -> None:
    nobody = pl.DataFrame(schema=SCHEMA)
    selection = select(nobody, _policy(), LICENCE)
    assert selection.rows.equals(PERSON_SELECTIONS.empty())
    files = _written(selection, nobody, tmp_path)
    assert pl.read_parquet(io.BytesIO(files["metadata.parquet"])).height == 0
    assert "| people | 0 |" in files["README.md"].decode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"composite": float("nan")}, "composite of v@0#0 is nan"),
        ({"phash": None}, "phash of v@0#0 is None"),
        ({"person_id": None}, "person_id of v@0#0 is None"),
        ({"sha256": None}, "sha256 of v@0#0 is None"),
    ],
)
def test_a_missing_measurement_is_no_measurement(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        select(faces([change]), _policy(), LICENCE)


def test_a_face_is_there_once() -> None:
    with pytest.raises(ValueError, match="v@0#0 is there twice"):
        select(faces([{"at": 0.0}, {"at": 0.0}]), _policy(), LICENCE)


@pytest.mark.parametrize("content", [None, b"another picture", b"x" * 1000])
def test_a_crop_that_changed_is_not_copied(content: bytes | None, tmp_path: Path) -> None:
    frame = faces([{"at": 0.0}])
    write_crops(frame, tmp_path)
    place = tmp_path / frame["path"][0]
    place.unlink() if content is None else place.write_bytes(content)
    with pytest.raises(FramecurateError, match=r"missing or has changed.*Rematerialise"):
        write_dataset(select(frame, _policy(), LICENCE), tmp_path, tmp_path / "dataset")


def test_copies_are_files_of_their_own(tmp_path: Path) -> None:
    frame = faces([{"at": 0.0}])
    _written(select(frame, _policy(), LICENCE), frame, tmp_path)
    (tmp_path / "data" / frame["path"][0]).write_bytes(b"rewritten in place")
    assert (tmp_path / "dataset/person_0001/high_quality/01_v_0.jpg").read_bytes() == crop("v@0#0", 1000)
