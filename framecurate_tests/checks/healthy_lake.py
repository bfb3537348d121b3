"""A small lake in which everything is right: what the checks are tried on before something is broken."""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import PER_VIDEO_TABLES, Table

VIDEO = "file-000000000000"
REFUSED = "file-111111111111"


def build(folder: DataFolder) -> Lake:
    """One ready video with five frames, a person in each and a second face that was refused; one 480p video."""
    lake = Lake(folder)
    ready = _row(
        tables.RAW_VIDEOS,
        video_id=VIDEO,
        status="ready",
        width=1280,
        height=720,
        fps=25.0,
        ingested_at=datetime.now(UTC),
    )
    small = _row(
        tables.RAW_VIDEOS, video_id=REFUSED, status="rejected", reason="854x480 is too small.", width=854, height=480
    )
    ready |= _file(folder, f"videos/{VIDEO}.mp4", 1000)
    frames = [_frame(folder, number) for number in range(5)]
    faces = [_face(frame, 0) for frame in frames]
    refused = _face(frames[0], 1)
    candidates = [face | _file(folder, f"faces/{VIDEO}/{face['face_id']}.jpg", 50) for face in faces]
    verdicts = [_verdict(face, []) for face in faces] + [_verdict(refused, ["yaw 50.0 is not under 30"])]
    clusters = [
        _row(
            tables.IDENTITY_CLUSTERS,
            face_id=face["face_id"],
            person_id="person_0001",
            track_id="t",
            similarity=0.9,
            is_core=True,
        )
        for face in faces
    ]
    sequence = [_sequence_face(folder, faces[0], position) for position in range(1, 6)]
    selections = [_selection(folder, face, rank, "temporal_sequence") for rank, face in enumerate(sequence[:4], 1)]
    selections += [_selection(folder, faces[4], 1, "high_quality")]
    for table, rows in (
        (tables.RAW_VIDEOS, [ready]),
        (tables.SAMPLED_FRAMES, frames),
        (tables.DETECTED_FACES, [*faces, refused]),
        (tables.FACE_CANDIDATES, candidates),
        (tables.FACE_VERDICTS, verdicts),
    ):
        write(lake, table, rows)
    write(lake, tables.RAW_VIDEOS, [small], REFUSED)
    for table in (tables.SAMPLED_FRAMES, tables.DETECTED_FACES, tables.FACE_CANDIDATES, tables.FACE_VERDICTS):
        write(lake, table, [], REFUSED)
    write(lake, tables.IDENTITY_CLUSTERS, clusters)
    write(lake, tables.PERSON_REGISTRY, [_row(tables.PERSON_REGISTRY, person_id="person_0001")])
    write(lake, tables.TEMPORAL_SEQUENCES, sequence)
    write(lake, tables.MISSING_SEQUENCES, [])
    write(lake, tables.PERSON_SELECTIONS, selections)
    return lake


def write(lake: Lake, table: Table, rows: list[dict[str, Any]], video_id: str = VIDEO) -> None:
    """Store rows as the asset would."""
    lake.write(table, table.from_rows(rows), video_id if table in PER_VIDEO_TABLES else None)


def change(lake: Lake, table: Table, change_rows: Any) -> None:
    """Read a table, change it, store it."""
    video_id = VIDEO if table in PER_VIDEO_TABLES else None
    changed: pl.DataFrame = change_rows(lake.read(table, video_id))
    lake.write(table, changed, video_id)


def _frame(folder: DataFolder, number: int) -> dict[str, Any]:
    return _row(
        tables.SAMPLED_FRAMES,
        frame_id=f"{VIDEO}@{number * 1000}",
        video_id=VIDEO,
        section="front",
        pts_s=float(number),
        shot=0,
        width=1280,
        height=720,
        **_file(folder, f"frames/{VIDEO}/{number * 1000}.jpg", 100),
    )


def _face(frame: dict[str, Any], number: int) -> dict[str, Any]:
    left = 100.0 + 300 * number
    return _row(
        tables.DETECTED_FACES,
        face_id=f"{frame['frame_id']}#{number}",
        **{key: frame[key] for key in ("frame_id", "video_id", "pts_s", "shot")},
        x1=left,
        y1=100.0,
        x2=left + 150,
        y2=250.0,
        **dict.fromkeys(("face_px", "face_ratio", "det_score", "yaw", "pitch", "roll", "sharpness"), 0.5),
        frontality=0.9,
        composite=0.8,
        landmarks=[0.0] * 10,
        emotion="happy",
        emotion_scores=[0.0] * 7,
        embedding=[1.0, 0.0],
        engine="embedded-1",
    )


def _sequence_face(folder: DataFolder, anchor: dict[str, Any], position: int) -> dict[str, Any]:
    milliseconds = 200 * (position - 1)
    frame_id = f"{VIDEO}@{milliseconds}"
    face_id = f"{frame_id}#s0"
    return _row(
        tables.TEMPORAL_SEQUENCES,
        **(anchor | {"face_id": face_id, "frame_id": frame_id, "pts_s": milliseconds / 1000}),
        person_id="person_0001",
        position=position,
        anchor_face_id=anchor["face_id"],
        distance=0.0,
        **_file(folder, f"sequences/{VIDEO}/{face_id}.jpg", 40),
    )


def _verdict(face: dict[str, Any], reasons: list[str]) -> dict[str, Any]:
    return {"face_id": face["face_id"], "video_id": VIDEO, "reasons": reasons}


def _selection(folder: DataFolder, face: dict[str, Any], rank: int, kind: str) -> dict[str, Any]:
    name = f"dataset/person_0001/{kind}/{rank:02}.jpg"
    return _row(
        tables.PERSON_SELECTIONS,
        person_id="person_0001",
        kind=kind,
        rank=rank,
        face_id=face["face_id"],
        video_id=VIDEO,
        pts_s=face["pts_s"],
        split="train",
        phash=0,
        **_file(folder, name, 60),
    )


def _row(table: Table, **values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(table.schema), **values}


def _file(folder: DataFolder, path: str, size: int) -> dict[str, Any]:
    place = folder.absolute(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"x" * size)
    return {"path": path, "bytes": size}
