"""What the dataset folder says of its pictures: four JSON files and a Parquet table."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl

from framecurate_assets.selection.splits import Splits

PROVENANCE = (
    "file_name", "person_id", "person_name", "split", "kind", "rank", "face_id", "track_id", "similarity", "is_core",
    "source", "picture", "label", "licence", "uploader",
    "video_id", "frame_id", "shot", "pts_s", "x1", "y1", "x2", "y2",
    "face_px", "face_ratio", "det_score", "landmarks", "yaw", "pitch", "roll", "sharpness", "frontality",
    "composite", "emotion", "emotion_scores", "background_hash", "brightness", "phash", "engine",
    "bytes", "sha256",
)  # fmt: skip
"""Columns of `metadata.parquet`: for every picture where it comes from and all that was measured. `file_name` is
what Hugging Face's image loader joins pictures and rows by. Embeddings stay in the lake."""

SCORES = ("composite", "sharpness", "frontality", "det_score", "face_ratio", "face_px", "yaw", "pitch", "roll")
"""Scores of a picture in `quality_scores.json`, beside its emotion."""

DECIMALS = 4


def provenance_parquet(pictures: pl.DataFrame) -> bytes:
    """`metadata.parquet`: one row a picture, sorted as the pictures are."""
    buffer = io.BytesIO()
    pictures.select(PROVENANCE).rechunk().write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def quality_scores(pictures: pl.DataFrame) -> bytes:
    """`quality_scores.json`: for every file its scores."""
    rows = pictures.select("file_name", "emotion", "emotion_scores", *SCORES).iter_rows(named=True)
    return _json({row.pop("file_name"): row for row in rows})


def identity_map(pictures: pl.DataFrame, faces: pl.DataFrame) -> bytes:
    """`identity_map.json`: of every person with a folder the name, and the faces, tracks and videos found."""
    named = pictures.select("person_id", "person_name").unique()
    people = (
        faces.join(named, on="person_id")
        .group_by("person_id")
        .agg(
            name=pl.col("person_name").first(),
            face_ids=pl.col("face_id").sort(),
            track_ids=pl.col("track_id").unique().sort(),
            video_ids=pl.col("video_id").unique().sort(),
        )
    )
    return _json({row.pop("person_id"): row for row in people.iter_rows(named=True)})


def selection_results(
    pictures: pl.DataFrame, verdicts: pl.DataFrame, coverage: pl.DataFrame, facts: dict[str, Any]
) -> bytes:
    """`selection_results.json`: what was chosen of every person, how much was left out for which reason, what the
    selection gained of what it could have at most, and which poses and expressions there are.

    Args:
        pictures: what was chosen.
        verdicts: SELECTION_VERDICTS.
        coverage: `coverage.of_everybody`.
        facts: further totals.
    """
    people: dict[str, dict[str, Any]] = {}
    fields = ("file_name", "face_id", "rank", "composite", "video_id", "pts_s", "bytes")
    for row in pictures.select("person_id", "kind", *fields).iter_rows(named=True):
        person = people.setdefault(row.pop("person_id"), {"high_quality": [], "temporal_sequence": [], "left_out": {}})
        person[row.pop("kind")].append(row)
    left_out: dict[str, int] = {}
    for person_id, reason, count in verdicts.group_by("person_id", "reason").len().iter_rows():
        left_out[reason] = left_out.get(reason, 0) + count
        if person_id in people:
            people[person_id]["left_out"][reason] = count
    missed = verdicts.filter(~pl.col("person_id").is_in(list(people)))
    totals = {
        "people": len(people),
        "people_without_pictures": missed["person_id"].n_unique(),
        "pictures": pictures.height,
        "picture_bytes": int(pictures["bytes"].sum()),
        "left_out": left_out,
        **facts,
    }
    found: dict[str, dict[str, Any]] = {}
    for row in coverage.iter_rows(named=True):
        found.setdefault(row.pop("pose"), {})[row.pop("expression")] = row
    return _json({"people": people, "totals": totals, "coverage": found}, levels=2)


def splits_file(splits: Splits, pictures: pl.DataFrame) -> bytes:
    """`splits.json`: which videos are for training and which for validation, by units that show the same, and how many
    pictures of every person are in each.
    """
    units = {"train": splits.train, "validation": splits.validation}
    content: dict[str, Any] = {
        name: {
            "pictures": sum(unit.size for unit in of_split),
            "people": len({person for unit in of_split for person in unit.pictures}),
            "units": [list(unit.videos) for unit in of_split],
        }
        for name, of_split in units.items()
    }
    counts = pictures.group_by("person_id", "split").len()
    people: dict[str, dict[str, int]] = {}
    for person_id, name, count in counts.iter_rows():
        people.setdefault(person_id, {"train": 0, "validation": 0})[name] = count
    return _json({**content, "pictures_of_people": people}, levels=2)


def _json(content: dict[str, Any], levels: int = 1) -> bytes:
    """The same content gives the same bytes: sorted keys, rounded numbers, no time of writing.

    Args:
        content: what is written.
        levels: how deep each entry has a line of its own.
    """
    return (_lines(_rounded(content), levels, "") + "\n").encode()


def _lines(value: Any, levels: int, indent: str) -> str:
    if levels == 0 or not value or not isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
    inner = indent + " "
    entries = [
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_lines(value[key], levels - 1, inner)}"
        for key in sorted(value)
    ]
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
