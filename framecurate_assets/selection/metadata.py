"""What the dataset folder says of its pictures: three JSON files and a Parquet table."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl

PROVENANCE = (
    "file_name", "person_id", "kind", "rank", "face_id", "track_id", "similarity", "is_core",
    "source", "picture", "label", "licence", "uploader",
    "video_id", "frame_id", "shot", "pts_s", "x1", "y1", "x2", "y2",
    "face_px", "face_ratio", "det_score", "landmarks", "yaw", "pitch", "roll", "sharpness", "frontality",
    "composite", "emotion", "emotion_scores", "background_hash", "phash", "engine", "bytes", "sha256",
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
    """`identity_map.json`: for every person with a folder the faces, tracks and videos that were found of them."""
    people = (
        faces.join(pictures.select("person_id").unique(), on="person_id", how="semi")
        .group_by("person_id")
        .agg(
            face_ids=pl.col("face_id").sort(),
            track_ids=pl.col("track_id").unique().sort(),
            video_ids=pl.col("video_id").unique().sort(),
        )
    )
    return _json({row.pop("person_id"): row for row in people.iter_rows(named=True)})


def selection_results(pictures: pl.DataFrame, left_out: pl.DataFrame) -> bytes:
    """`selection_results.json`: what was chosen of every person, and how much was left out for which reason."""
    people: dict[str, dict[str, Any]] = {}
    fields = ("file_name", "face_id", "rank", "composite", "video_id", "pts_s", "bytes")
    for row in pictures.select("person_id", "kind", *fields).iter_rows(named=True):
        person = people.setdefault(row.pop("person_id"), {"high_quality": [], "temporal_sequence": [], "left_out": {}})
        person[row.pop("kind")].append(row)
    counts = left_out.group_by("person_id", "kind", "reason").len().sort("person_id", "kind", "reason")
    totals: dict[str, dict[str, int]] = {"high_quality": {}, "temporal_sequence": {}}
    for person_id, kind, reason, count in counts.iter_rows():
        totals[kind][reason] = totals[kind].get(reason, 0) + count
        if person_id in people:
            people[person_id]["left_out"].setdefault(kind, {})[reason] = count
    missed = left_out.filter(~pl.col("person_id").is_in(list(people)))
    summary = {
        "people": len(people),
        "people_without_pictures": missed["person_id"].n_unique(),
        "pictures": pictures.height,
        "picture_bytes": int(pictures["bytes"].sum()),
        "left_out": totals,
    }
    return _json({"people": people, "totals": summary})


def _json(content: dict[str, Any]) -> bytes:
    """The same content gives the same bytes: sorted keys, rounded numbers, no time of writing."""
    return (
        json.dumps(_rounded(content), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
