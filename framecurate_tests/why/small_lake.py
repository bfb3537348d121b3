"""A small lake in which faces ended in every way there is: what is asked about in these tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from framecurate_assets.faces.judge import judge
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, Table
from framecurate_assets.policy import Policy, SamplingPolicy

VIDEO = "file-aaaaaaaaaaaa"
SMALL = "file-bbbbbbbbbbbb"
GONE = "youtube-gonegonegon"
EXPENSIVE = "file-cccccccccccc"

POLICY = Policy(sampling=SamplingPolicy(frames_per_section=3))
"""Nine frames a video; else the defaults."""

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {
    **{"x1": 500.0, "y1": 200.0, "x2": 700.0, "y2": 440.0, "face_px": 200.0, "face_ratio": 0.05, "det_score": 0.9},
    **{"yaw": 0.0, "pitch": 0.0, "roll": 0.0, "sharpness": 400.0, "frontality": 0.9, "composite": 0.8},
    **{"landmarks": [0.0] * 10, "emotion": "neutral", "emotion_scores": [1.0] + [0.0] * 6, "background_hash": 0},
    **{"embedding": [0.1] * 4, "engine": "embedded-1"},
}
"""A face that the policy takes."""

BESIDE = {"x1": 900.0, "x2": 1100.0}


def build(folder: DataFolder) -> Lake:
    """One ready video of 9 s with a frame each second, and three videos that came less far."""
    lake = Lake(folder)
    _write_video(lake)
    small = {"status": "rejected", "reason": "854x480 is too small.", "source": "/clips/small.mp4"}
    expensive = {"status": "ready", "width": 1280, "height": 720, "source": "/clips/expensive.mp4"}
    write(lake, tables.RAW_VIDEOS, [_raw(SMALL, **small)], SMALL)
    write(lake, tables.RAW_VIDEOS, [_raw(EXPENSIVE, **expensive)], EXPENSIVE)
    setback = {"stage": "face_candidates", "status": "over_budget", "reason": "Its 9 candidates take 9 bytes."}
    write(lake, tables.VIDEO_SETBACKS, [{"video_id": EXPENSIVE, "unexpected": False, **setback}], EXPENSIVE)
    source = "https://www.youtube.com/watch?v=gonegonegon"
    raw = {"kind": "url", "status": "failed", "reason": "The site says 404.", "source": source}
    write(lake, tables.RAW_VIDEOS, [_raw(GONE, **raw)], GONE)
    attempt = {"outcome": "passing", "attempts": 3, "last_attempt_at": NOW, "next_attempt_at": NOW.replace(day=2)}
    row = {"video_id": GONE, "source": source, "host": "www.youtube.com", "reason": "The site says 404.", **attempt}
    write(lake, tables.FETCH_ATTEMPTS, [_row(tables.FETCH_ATTEMPTS, **row)], GONE)
    return lake


def write(lake: Lake, table: Table, rows: list[dict[str, Any]], video_id: str = VIDEO) -> None:
    """Store rows; the columns that they leave out are null."""
    complete = table.from_rows([_row(table, **row) for row in rows])
    lake.write(table, complete, video_id if table in PER_VIDEO_TABLES else None)


def cluster(face: str, **values: Any) -> dict[str, Any]:
    """A row of identity_clusters."""
    person = values.get("person_id")
    return {"face_id": f"{VIDEO}@{face}", "track_id": f"{VIDEO}/0/0", "model_person_id": person, **values}


def verdict(face: str, **values: Any) -> dict[str, Any]:
    """A row of selection_verdicts."""
    return {"face_id": f"{VIDEO}@{face}", "person_id": "person_0001", **values}


def _write_video(lake: Lake) -> None:
    raw = {"status": "ready", "width": 1280, "height": 720, "duration_s": 9.0, "source": "/clips/talk.mp4"}
    write(lake, tables.RAW_VIDEOS, [_raw(VIDEO, **raw)])
    frames = [_frame(number) for number in range(9)]
    write(lake, tables.SAMPLED_FRAMES, frames)
    changes: dict[str, dict[str, Any]] = {
        "500#0": {"composite": 0.9},
        "500#1": {**BESIDE, "sharpness": 98.0, "yaw": -41.2, "embedding": None},
        "1500#0": {},
        "2500#0": {},
        "3500#0": {"det_score": 0.61, "sharpness": 101.0},
        "4500#0": {"sharpness": 97.3},
        "5500#0": {"composite": 0.7},
        "6500#0": {},
        "7500#0": {"sharpness": 20.0},
    }
    faces = [_row(tables.DETECTED_FACES, **_face(name), **{**GOOD, **change}) for name, change in changes.items()]
    write(lake, tables.DETECTED_FACES, faces)
    sized = pl.DataFrame(faces, tables.DETECTED_FACES.schema).with_columns(width=1280, height=720)
    verdicts = judge(sized, POLICY.candidates)
    lake.write(tables.FACE_VERDICTS, verdicts, VIDEO)
    passed = set(verdicts.filter(pl.col("reasons").list.len() == 0)["face_id"])
    crops = [{**face, "path": f"faces/{VIDEO}/{face['face_id']}.jpg", "bytes": 1} for face in faces]
    write(lake, tables.FACE_CANDIDATES, [crop for crop in crops if crop["face_id"] in passed])
    _write_people(lake)


def _write_people(lake: Lake) -> None:
    ana = {"person_id": "person_0001", "is_core": True, "distance": 0.2, "rival_id": "person_0002"}
    clusters = [
        cluster("500#0", **ana, rival_distance=0.8),
        cluster("1500#0", **ana, rival_distance=0.8),
        cluster("2500#0", reason="between", rival_id="person_0002", rival_distance=0.5),
        cluster("3500#0", reason="far", rival_id="person_0001", rival_distance=0.71),
        cluster("5500#0", **{**ana, "is_core": False}, rival_distance=0.21),
        cluster("6500#0", person_id="person_0002", is_core=True, distance=0.3),
    ]
    write(lake, tables.IDENTITY_CLUSTERS, clusters)
    people = [{"person_id": "person_0001", "name": "Ana"}, {"person_id": "person_0002"}]
    write(lake, tables.PERSON_REGISTRY, [*people, {"person_id": "person_0003", "merged_into": "person_0001"}])
    anchor = f"{VIDEO}@500#0"
    decoded = {"person_id": "person_0001", "position": 2, "anchor_face_id": anchor, "distance": 0.11, "video_id": VIDEO}
    sequence_face = {"face_id": f"{VIDEO}@700#s0", "frame_id": f"{VIDEO}@700", "pts_s": 0.7}
    write(lake, tables.TEMPORAL_SEQUENCES, [{**decoded, **sequence_face}])
    chosen = {"person_id": "person_0001", "video_id": VIDEO, "split": "train", "score": 0.9}
    best = {"face_id": anchor, "kind": "high_quality", "rank": 1, "path": "dataset/person_0001/high_quality/01.jpg"}
    second = {"face_id": f"{VIDEO}@700#s0", "kind": "temporal_sequence", "rank": 2}
    path = "dataset/person_0001/temporal_sequence/02.jpg"
    write(lake, tables.PERSON_SELECTIONS, [{**chosen, **best}, {**chosen, **second, "path": path}])
    verdicts = [
        verdict("1500#0", reason="near_duplicate", rival_id=anchor, value=2.0, threshold=4.0),
        verdict("5500#0", reason="rival_near", value=0.0476, threshold=0.1),
        verdict("6500#0", reason="budget", value=70_000.0, threshold=12.0),
    ]
    write(lake, tables.SELECTION_VERDICTS, verdicts)


def _raw(video_id: str, **values: Any) -> dict[str, Any]:
    return {"video_id": video_id, "kind": "file", "ingested_at": NOW, **values}


def _frame(number: int) -> dict[str, Any]:
    pts_ms = number * 1000 + 500
    where = {"frame_id": f"{VIDEO}@{pts_ms}", "video_id": VIDEO, "pts_s": pts_ms / 1000, "shot": number // 5}
    picture = {"path": f"frames/{VIDEO}/{pts_ms}.jpg", "bytes": 1, "width": 1280, "height": 720}
    return {**where, **picture, "section": ("front", "middle", "end")[number // 3], "is_keyframe": True}


def _face(name: str) -> dict[str, Any]:
    pts_ms, _, _ = name.partition("#")
    where = {"face_id": f"{VIDEO}@{name}", "frame_id": f"{VIDEO}@{pts_ms}", "video_id": VIDEO}
    return {**where, "pts_s": int(pts_ms) / 1000, "shot": int(pts_ms) // 5000}


def _row(table: Table, **values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(table.schema), **values}
