"""A large lake that looks as if videos had been processed: columns filled, named files there, and all checks pass.

Values are drawn as real videos have them; pictures are a few bytes each, since nothing here looks into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from framecurate_assets.faces.engines import choose_engine
from framecurate_assets.faces.judge import judge
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import Table
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source
from framecurate_assets.sources.source_list import add_sources
from framecurate_assets.stages import FACE_CANDIDATES, PER_VIDEO, WHOLE_LAKE, Stage, source_fingerprint
from framecurate_assets.tasks.choose_candidates import CROPPED_FROM, cropped_from

FRAMES, FACES = 90, 50
"""Of each video."""
PEOPLE_PER_VIDEO = 0.2
PICTURE = b"a picture"
VIDEO_S = 180.0
GIVEN_AT = datetime(2026, 1, 1, tzinfo=UTC)
SPREADS = {"yaw": 20, "pitch": 10, "roll": 5}
"""Degrees."""
EMOTIONS = ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")


def make_up_lake(folder: DataFolder, count: int) -> None:
    """Fill a data folder with that many videos, up to date under the default policy."""
    lake, policy = Lake(folder), Policy()
    engine = choose_engine(policy.detection, folder.models, None).name
    random = np.random.default_rng(0)
    sources = [
        Source(str(folder.videos / f"file-{number:012x}.mp4"), f"file-{number:012x}", "file") for number in range(count)
    ]
    add_sources(folder.sources_file, sources)
    videos = _videos(sources)
    frames = _frames(videos, random)
    faces = _faces(frames, engine, random)
    sized = faces.join(frames.select("frame_id", "width", "height"), on="frame_id", maintain_order="left")
    verdicts = judge(sized, policy.candidates)
    accepted = faces.join(verdicts.filter(pl.col("reasons").list.len() == 0).select("face_id"), on="face_id")
    candidates = _with_files(accepted, pl.format("faces/{}/{}.jpg", "video_id", "face_id"))
    for rows in (videos, frames, candidates):
        _write_files(folder, rows["path"])
    _store(lake, policy, sources, engine, [videos, frames, faces, candidates], verdicts)
    _store_people(lake, policy, candidates, random)


def _videos(sources: Sequence[Source]) -> pl.DataFrame:
    rows = pl.DataFrame({"video_id": [one.video_id for one in sources], "source": [one.source for one in sources]})
    return _complete(
        tables.RAW_VIDEOS,
        _with_files(rows, pl.format("videos/{}.mp4", "video_id")).with_columns(
            sha256=pl.col("video_id").hash().cast(pl.String),
            kind=pl.lit("file"),
            status=pl.lit("ready"),
            width=1280,
            height=720,
            fps=25.0,
            duration_s=VIDEO_S,
            ingested_at=pl.lit(GIVEN_AT),
        ),
    )


def _frames(videos: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    count = videos.height * FRAMES
    number = np.tile(np.arange(FRAMES), videos.height)
    rows = pl.DataFrame(
        {
            "video_id": np.repeat(videos["video_id"].to_numpy(), FRAMES),
            "pts_s": number * VIDEO_S / FRAMES,
            "section": np.array(["front", "middle", "end"])[number * 3 // FRAMES],
            "shot": number // 10,
            "width": np.full(count, 1280),
            "height": np.full(count, 720),
            "is_keyframe": number % 2 == 0,
            "phash": random.integers(0, 2**63, count, dtype=np.uint64),
            **{name: random.random(count) * 100 for name in ("sharpness", "brightness", "contrast", "edge_strength")},
            "entropy": random.random(count) * 8,
        }
    ).with_columns(frame_id=pl.format("{}@{}", "video_id", (pl.col("pts_s") * 1000).cast(pl.Int64)))
    name = pl.format("frames/{}/{}.jpg", "video_id", (pl.col("pts_s") * 1000).cast(pl.Int64))
    return _complete(tables.SAMPLED_FRAMES, _with_files(rows, name))


def _faces(frames: pl.DataFrame, engine: str, random: np.random.Generator) -> pl.DataFrame:
    """One face in each of a video's first frames; about half of them pass the default policy."""
    of = frames.filter(pl.int_range(pl.len()).over("video_id") < FACES)
    count = of.height
    side = np.clip(random.lognormal(5, 0.4, count), 60, 500)
    left, top = random.uniform(10, 700, count), random.uniform(10, 200, count)
    rows = of.select("frame_id", "video_id", "pts_s", "shot").with_columns(
        pl.format("{}#0", "frame_id").alias("face_id"),
        *[pl.Series(name, values) for name, values in zip(("x1", "y1"), (left, top), strict=True)],
        *[pl.Series(name, values) for name, values in zip(("x2", "y2"), (left + side, top + side), strict=True)],
        pl.Series("face_px", side),
        pl.Series("face_ratio", side**2 / (1280 * 720)),
        pl.Series("det_score", random.uniform(0.6, 1, count)),
        *[
            pl.Series(name, random.normal(0, spread, count))
            for name, spread in (("yaw", 20), ("pitch", 10), ("roll", 5))
        ],
        pl.Series("sharpness", random.lognormal(6, 1, count)),
        *[pl.Series(name, random.uniform(0.6, 1, count)) for name in ("frontality", "composite")],
        pl.Series("emotion", np.array(EMOTIONS)[random.integers(0, len(EMOTIONS), count)]),
        pl.Series("background_hash", random.integers(0, 2**63, count, dtype=np.uint64)),
        _lists("landmarks", random.random((count, 10), dtype=np.float32)),
        _lists("emotion_scores", np.full((count, 7), 1 / 7, dtype=np.float32)),
        _lists("embedding", random.random((count, 128), dtype=np.float32)),
        pl.lit(engine).alias("engine"),
    )
    return _complete(tables.DETECTED_FACES, rows)


def _store(
    lake: Lake,
    policy: Policy,
    sources: Sequence[Source],
    engine: str,
    stored: Sequence[pl.DataFrame],
    verdicts: pl.DataFrame,
) -> None:
    """Each video's rows of the four per-video stages, made from what they would be made from today."""
    parts = [rows.partition_by("video_id", as_dict=True) for rows in (*stored, verdicts)]

    def store(source: Source) -> None:
        key = source.video_id
        rows = [part.get((key,)) for part in parts]
        lake.write(tables.FACE_VERDICTS, _or_none(tables.FACE_VERDICTS, rows[-1]), key)
        for stage, of_stage in zip(PER_VIDEO, rows, strict=False):
            also = {"raw_videos": source_fingerprint(source), "detected_faces": engine}.get(stage.name, "")
            made_from = stage.made_from(lake, policy, key, also=also)
            facts = {CROPPED_FROM: cropped_from(lake, key)} if stage is FACE_CANDIDATES else {}
            lake.write(stage.table, _or_none(stage.table, of_stage), key, made_from=made_from, facts=facts)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(store, sources))


def _store_people(lake: Lake, policy: Policy, candidates: pl.DataFrame, random: np.random.Generator) -> None:
    """Everybody has some candidates, a temporal sequence, and pictures in the dataset."""
    people = max(1, round(PEOPLE_PER_VIDEO * candidates["video_id"].n_unique()))
    persons = [f"person_{number % people + 1:04d}" for number in range(candidates.height)]
    clusters = candidates.select("face_id", person_id=pl.Series(persons), track_id="frame_id", similarity=0.9)
    whose = candidates.join(clusters.select("face_id", "person_id"), on="face_id")
    anchors = whose.unique("person_id", keep="first", maintain_order=True).sort("person_id")
    registry = anchors.select("person_id", given_at=pl.lit(GIVEN_AT))
    sequences = _sequences(anchors, policy)
    selected = pl.concat(
        [
            whose.filter(pl.int_range(pl.len()).over("person_id") < policy.selection.high_quality)
            .select("person_id", "face_id", "video_id", "pts_s", "emotion", score="composite")
            .with_columns(kind=pl.lit("high_quality")),
            sequences.select("person_id", "face_id", "video_id", "pts_s", "emotion", score="composite").with_columns(
                kind=pl.lit("temporal_sequence")
            ),
        ]
    ).with_columns(
        rank=pl.int_range(1, pl.len() + 1).over("person_id", "kind"),
        split=pl.when(pl.col("video_id").str.ends_with("0")).then(pl.lit("validation")).otherwise(pl.lit("train")),
    )
    selected = selected.with_columns(phash=pl.Series(random.integers(0, 2**63, selected.height, dtype=np.uint64)))
    selected = _with_files(selected, pl.format("dataset/{}/{}/{}.jpg", "person_id", "kind", "face_id"))
    for rows in (sequences, selected):
        _write_files(lake.folder, rows["path"])
    stored = (clusters.with_columns(is_core=True, model_person_id="person_id"), sequences, selected)
    for stage, rows in zip(WHOLE_LAKE, stored, strict=True):
        for table in stage.beside:
            lake.write(table, _complete(table, registry) if table is tables.PERSON_REGISTRY else table.empty())
        _store_whole(lake, policy, stage, rows)


def _sequences(anchors: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    positions = pl.DataFrame({"position": range(1, policy.selection.temporal + 1)})
    shifted = pl.col("pts_s") + (pl.col("position") - 1) * policy.selection.temporal_step_s
    rows = anchors.rename({"face_id": "anchor_face_id"}).join(positions, how="cross").with_columns(pts_s=shifted)
    rows = rows.with_columns(
        frame_id=pl.format("{}@{}", "video_id", (pl.col("pts_s") * 1000).round().cast(pl.Int64)), distance=0.0
    ).with_columns(face_id=pl.format("{}#s0", "frame_id"))
    return _with_files(rows, pl.format("sequences/{}/{}.jpg", "video_id", "face_id"))


def _store_whole(lake: Lake, policy: Policy, stage: Stage, rows: pl.DataFrame) -> None:
    lake.write(stage.table, _complete(stage.table, rows), made_from=stage.made_from(lake, policy))


def _lists(name: str, values: np.ndarray) -> pl.Series:
    return pl.Series(name, values).arr.to_list()


def _or_none(table: Table, rows: pl.DataFrame | None) -> pl.DataFrame:
    return table.empty() if rows is None else rows


def _with_files(rows: pl.DataFrame, path: pl.Expr) -> pl.DataFrame:
    return rows.with_columns(path=path, bytes=len(PICTURE))


def _complete(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """The table's columns; those that matter to nothing here are null."""
    return table.conform(table.completed(rows))


def _write_files(folder: DataFolder, paths: pl.Series) -> None:
    places = [folder.absolute(path) for path in paths]
    for place in {place.parent for place in places}:
        place.mkdir(parents=True, exist_ok=True)
    for place in places:
        Path(place).write_bytes(PICTURE)
