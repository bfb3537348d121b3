from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import polars as pl

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.analyse import DESCRIBED_TOGETHER, analyse_frame, analyse_frames
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.emotion import EMOTIONS, EmotionModel
from framecurate_assets.faces.measurements import FaceMeasurements
from framecurate_assets.lake.tables import DETECTED_FACES
from framecurate_assets.pictures.hashing import hamming_distances
from framecurate_assets.policy import DetectionPolicy
from framecurate_assets.timing import Stopwatch

POLICY = DetectionPolicy(smallest_face_px=60)
GIVEN_BY_THE_FRAME = ["face_id", "frame_id", "video_id", "pts_s", "shot"]


def _analyse(
    frame: RGBImage, engine: EmbeddedEngine, emotions: EmotionModel, policy: DetectionPolicy = POLICY
) -> FaceMeasurements:
    return analyse_frame(frame, engine, emotions, policy)


def test_measures_every_column_that_the_frame_does_not_give(
    engine: EmbeddedEngine, emotions: EmotionModel, six_people: RGBImage
) -> None:
    table = _analyse(six_people, engine, emotions).table()
    assert table.schema == {
        name: dtype for name, dtype in DETECTED_FACES.schema.items() if name not in GIVEN_BY_THE_FRAME
    }
    assert table.height == 6
    assert table["x1"].is_sorted()
    assert table["landmarks"].list.len().to_list() == [10] * 6
    assert table["engine"].unique().to_list() == [engine.name]
    without_embedding = table.drop("embedding")
    assert without_embedding.null_count().sum_horizontal().item() == 0


def test_values_follow_their_formulas(engine: EmbeddedEngine, emotions: EmotionModel, six_people: RGBImage) -> None:
    table = _analyse(six_people, engine, emotions).table().with_columns(pl.selectors.float().cast(pl.Float64))
    width, height = pl.col("x2") - pl.col("x1"), pl.col("y2") - pl.col("y1")
    turned = 1.5 * pl.col("yaw").abs() + pl.col("pitch").abs() + 0.5 * pl.col("roll").abs()
    composite = (
        0.30 * pl.min_horizontal(pl.col("sharpness") / 500, 1)
        + 0.35 * pl.col("frontality")
        + 0.25 * pl.col("det_score")
        + 0.10 * pl.min_horizontal(5 * pl.col("face_ratio"), 1)
    )
    expected = table.select(
        face_px=pl.min_horizontal(width, height),
        face_ratio=width * height / (1280 * 886),
        frontality=1 - turned / 270,
        composite=composite,
    )
    for name in expected.columns:
        assert np.allclose(table[name], expected[name], rtol=1e-4), name
    best = [EMOTIONS[scores.index(max(scores))] for scores in table["emotion_scores"].to_list()]
    assert table["emotion"].to_list() == best


def test_a_frame_without_faces_gives_an_empty_table(engine: EmbeddedEngine, emotions: EmotionModel) -> None:
    table = _analyse(np.zeros((720, 1280, 3), dtype=np.uint8), engine, emotions).table()
    assert table.height == 0
    assert table.schema["embedding"] == DETECTED_FACES.schema["embedding"]


def test_the_loose_gate(engine: EmbeddedEngine, emotions: EmotionModel, six_people: RGBImage) -> None:
    table = _analyse(six_people, engine, emotions).table()
    for column, gate in (("face_px", "min_face_px"), ("det_score", "min_confidence")):
        middle = float(table[column].sort()[3])
        policy = DetectionPolicy.model_validate({"smallest_face_px": 60, gate: middle})
        kept = _analyse(six_people, engine, emotions, policy).table()
        # On the threshold is above the gate.
        assert kept.equals(table.filter(pl.col(column) >= middle))


def test_descriptors_of_all_but_hopeless_faces(
    engine: EmbeddedEngine, emotions: EmotionModel, six_people: RGBImage
) -> None:
    frame = six_people.copy()
    frame[:, 640:] = cv2.GaussianBlur(frame[:, 640:], (0, 0), 3)
    measured = _analyse(frame, engine, emotions)
    sharp = measured.sharpnesses > 30  # the widest preset's threshold
    assert 0 < sharp.sum() < len(sharp)
    assert [embedding is not None for embedding in measured.embeddings] == sharp.tolist()
    described = measured.faces.subset(sharp)
    embeddings = [embedding for embedding in measured.embeddings if embedding is not None]
    assert np.array_equal(np.stack(embeddings), engine.embed(frame, described))


def test_background_hash_tells_rooms_apart_and_not_faces(
    engine: EmbeddedEngine, emotions: EmotionModel, astronaut: RGBImage
) -> None:
    head = astronaut[66:180, 176:276]
    rooms = [
        np.asarray(cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
        for noise in np.random.default_rng(1).integers(0, 256, (2, 6, 8, 3), dtype=np.uint8)
    ]
    hashes = []
    for room, face in ((rooms[0], head), (rooms[0], head[:, ::-1] // 2), (rooms[1], head)):
        frame = room.copy()
        frame[180:294, 270:370] = face
        measured = _analyse(frame, engine, emotions)
        assert len(measured.faces) == 1
        hashes.append(measured.background_hashes)
    assert hamming_distances(hashes[0], hashes[1]).item() <= 8
    assert hamming_distances(hashes[0], hashes[2]).item() >= 16


def test_frames_are_answered_in_order_and_as_if_each_were_alone(
    engine: EmbeddedEngine, emotions: EmotionModel, astronaut: RGBImage, six_people: RGBImage
) -> None:
    nobody = np.zeros((720, 1280, 3), dtype=np.uint8)
    frames = [nobody, astronaut, six_people, nobody, six_people[:, ::-1], astronaut, nobody]
    together = [measured.table() for measured in analyse_frames(iter(frames), engine, emotions, POLICY)]
    alone = [_analyse(frame, engine, emotions).table() for frame in frames]
    assert [table.height for table in together] == [0, 1, 6, 0, 6, 1, 0]
    for one, other in zip(together, alone, strict=True):
        assert one.equals(other)


def test_no_more_frames_are_taken_than_it_needs_for_some_descriptors(
    engine: EmbeddedEngine, emotions: EmotionModel, six_people: RGBImage
) -> None:
    taken = 0

    def frames() -> Iterator[RGBImage]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield six_people

    measured = next(analyse_frames(frames(), engine, emotions, POLICY))
    assert len(measured.faces) == 6
    assert taken * 6 < DESCRIBED_TOGETHER + 6


def test_the_steps_are_timed(engine: EmbeddedEngine, emotions: EmotionModel, six_people: RGBImage) -> None:
    watch = Stopwatch()
    analyse_frame(six_people, engine, emotions, POLICY, watch)
    assert list(watch.seconds) == ["find faces", "crop and sharpness", "emotion", "descriptors"]
    assert min(watch.seconds.values()) > 0
