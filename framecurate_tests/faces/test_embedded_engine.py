from __future__ import annotations

import os
from dataclasses import replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.embedded.detector import Detections, Detector
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.embedded.models import FACE_DETECTOR, Network, PackagedFile

NOTHING = np.zeros((720, 1280, 3), dtype=np.uint8)


def _centres(boxes: FloatArray) -> FloatArray:
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2, dtype=np.float32)


def _head(astronaut: RGBImage, face_px: int) -> RGBImage:
    """The astronaut's head, so large that her face's shorter side is about `face_px`."""
    head = astronaut[0:220, 110:340]
    scale = face_px / 94
    return np.asarray(cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _placed(pictures: list[tuple[RGBImage, int, int]], width: int, height: int) -> RGBImage:
    """Pictures with their centres at the given x and y of a grey frame; what reaches beyond it is cut off."""
    frame = np.full((height + 400, width + 400, 3), 110, dtype=np.uint8)
    for picture, x, y in pictures:
        top, left = 200 + y - picture.shape[0] // 2, 200 + x - picture.shape[1] // 2
        frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return np.ascontiguousarray(frame[200 : 200 + height, 200 : 200 + width])


def test_finds_the_astronaut_once(engine: EmbeddedEngine, astronaut: RGBImage) -> None:
    (faces,) = engine.find([astronaut])
    assert len(faces) == 1
    assert faces.det_scores[0] > 0.8
    # Hairline to chin and cheek to cheek, by eye.
    assert np.abs(faces.boxes[0] - [178, 68, 274, 178]).max() < 6


def test_finds_all_six_people_from_left_to_right(six_people: RGBImage) -> None:
    (faces,) = EmbeddedEngine(smallest_face_px=100, min_confidence=0.5).find([six_people])
    assert len(faces) == 6
    assert (np.diff(faces.boxes[:, 0]) > 0).all()
    by_eye = [[115, 335], [322, 213], [520, 348], [795, 420], [958, 142], [1175, 355]]
    assert np.abs(_centres(faces.boxes) - by_eye).max() < 25


def test_landmarks_are_eyes_nose_and_mouth_as_seen_in_the_image(engine: EmbeddedEngine, astronaut: RGBImage) -> None:
    (faces,) = engine.find([astronaut])
    by_eye = [[203, 102], [247, 104], [222, 129], [203, 140], [246, 142]]
    assert np.abs(faces.landmarks[0] - by_eye).max() < 5


@pytest.mark.parametrize(
    "frame",
    [
        NOTHING,
        np.full((720, 1280, 3), 255, dtype=np.uint8),
        np.random.default_rng(0).integers(0, 256, (720, 1280, 3), dtype=np.uint8),  # noise
        np.zeros((1, 1, 3), dtype=np.uint8),
        np.zeros((2000, 10, 3), dtype=np.uint8),
        np.zeros((10, 2000, 3), dtype=np.uint8),
        np.full((37, 53, 3), 90, dtype=np.uint8),
    ],
    ids=["black", "white", "noise", "one pixel", "narrow", "flat", "tiny and odd"],
)
def test_frames_without_faces(engine: EmbeddedEngine, frame: RGBImage) -> None:
    (faces,) = engine.find([frame])
    assert len(faces) == 0
    assert engine.embed(frame, faces).shape == (0, 128)


def test_frames_of_different_sizes_are_answered_in_order(engine: EmbeddedEngine, astronaut: RGBImage) -> None:
    found = engine.find([NOTHING, astronaut, np.ascontiguousarray(astronaut[:300, 90:391])])
    assert [len(faces) for faces in found] == [0, 1, 1]


def test_small_faces_are_found_once_wherever_they_lie(engine: EmbeddedEngine, astronaut: RGBImage) -> None:
    # Tiles of 600 px begin at x 0, 440, 880 and 1320 and y 0 and 480.
    columns, rows = (130, 440, 600, 880, 1180, 1480, 1790), (110, 480, 600, 970)
    heads = [(_head(astronaut, 62 + 3 * (number % 7)), x, y) for number, (x, y) in enumerate(product(columns, rows))]
    # Rows 480 and 600 lie close together: half of the heads in each of two frames.
    for chosen in (heads[0::2], heads[1::2]):
        frame = _placed(chosen, 1920, 1080)
        (faces,) = engine.find([frame])
        assert len(faces) == len(chosen)
        expected = np.array([(x, y) for _, x, y in chosen])
        distances = np.abs(_centres(faces.boxes)[:, None] - expected[None]).max(axis=2)
        assert (distances.min(axis=0) < 30).all()
        # The tiles' detections are merged, and none is of a face that a tile's edge cuts.
        detections = Detector(smallest_face_px=60, min_confidence=0.5)(frame)
        distances = np.abs(_centres(detections.boxes)[:, None] - expected[None]).max(axis=2)
        assert len(detections.boxes) == len(chosen)
        assert (distances.min(axis=1) < 30).all()
        whole_frame_alone = Detector(smallest_face_px=192, min_confidence=0.5)(frame)
        assert len(whole_frame_alone.boxes) < len(chosen)


def test_a_face_larger_than_a_tile_is_found_once(engine: EmbeddedEngine, astronaut: RGBImage) -> None:
    large = cv2.resize(astronaut[:260, 60:400], (1412, 1080), interpolation=cv2.INTER_CUBIC)
    (faces,) = engine.find([np.asarray(large, dtype=np.uint8)])
    assert len(faces) == 1
    assert faces.boxes[0, 2] - faces.boxes[0, 0] > 350


class _DetectorThatSeesTwice(Detector):
    """Sees every face once more, lower and to the right: as the real one does now and then beside a neighbour."""

    def __call__(self, frame: RGBImage) -> Detections:
        seen = super().__call__(frame)
        shift = 0.3 * (seen.boxes[:, 2:] - seen.boxes[:, :2])
        return Detections(
            np.concatenate([seen.boxes, seen.boxes + np.tile(shift, 2)]),
            np.concatenate([seen.scores, seen.scores - np.float32(0.1)]),
            np.concatenate([seen.eyes, seen.eyes + shift[:, None]]),
        )


def test_two_detections_of_one_face_are_one_face(six_people: RGBImage) -> None:
    engine = EmbeddedEngine(smallest_face_px=60, min_confidence=0.5)
    (once,) = engine.find([six_people])
    engine._detector = _DetectorThatSeesTwice(smallest_face_px=60, min_confidence=0.5)
    (twice,) = engine.find([six_people])
    assert np.array_equal(once.det_scores, twice.det_scores)
    assert np.array_equal(once.boxes, twice.boxes)


def test_what_only_the_detector_takes_for_a_face_is_none() -> None:
    galaxies = np.asarray(skimage.data.hubble_deep_field(), dtype=np.uint8)  # type: ignore[no-untyped-call]
    assert len(Detector(smallest_face_px=60, min_confidence=0.1)(galaxies).boxes) > 10
    (faces,) = EmbeddedEngine(smallest_face_px=60, min_confidence=0.1).find([galaxies])
    assert len(faces) == 0


def test_boxes_end_with_the_frame(engine: EmbeddedEngine, astronaut: RGBImage) -> None:
    (faces,) = engine.find([np.ascontiguousarray(astronaut[:400, 190:500])])
    assert len(faces) == 1
    assert faces.boxes[0, 0] == 0  # her right cheek lies beyond the left edge


def test_a_tilted_face_has_level_landmarks(engine: EmbeddedEngine, astronaut: RGBImage) -> None:
    turn = cv2.getRotationMatrix2D((225, 120), -25, 1)
    tilted = np.asarray(cv2.warpAffine(astronaut, turn, (512, 512)), dtype=np.uint8)
    (upright,), (faces,) = engine.find([astronaut]), engine.find([tilted])
    expected = upright.landmarks[0] @ turn[:, :2].T + turn[:, 2]
    assert np.abs(faces.landmarks[0] - expected).max() < 5


def test_same_frame_same_numbers(engine: EmbeddedEngine, six_people: RGBImage) -> None:
    first, second = engine.find([six_people, six_people])
    for name in ("boxes", "det_scores", "landmarks", "angles"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert np.array_equal(engine.embed(six_people, first), engine.embed(six_people, second))


def test_only_detections_above_the_confidence_asked_for(six_people: RGBImage) -> None:
    scores = EmbeddedEngine(smallest_face_px=100, min_confidence=0.5).find([six_people])[0].det_scores
    threshold = float(np.sort(scores)[2:4].mean())
    (surer,) = EmbeddedEngine(smallest_face_px=100, min_confidence=threshold).find([six_people])
    assert len(surer) == 3
    assert (surer.det_scores >= threshold).all()


def test_one_person_is_nearer_to_herself_than_the_threshold_and_others_are_not(
    engine: EmbeddedEngine, astronaut: RGBImage, six_people: RGBImage
) -> None:
    smaller = np.asarray(cv2.resize(astronaut[:, ::-1], (400, 400), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    (own,), (mirrored,), (others,) = engine.find([astronaut]), engine.find([smaller]), engine.find([six_people])
    one, again, rest = engine.embed(astronaut, own), engine.embed(smaller, mirrored), engine.embed(six_people, others)
    assert np.linalg.norm(one - again) < engine.same_person_distance
    assert (np.linalg.norm(rest - one, axis=1) > engine.same_person_distance).all()


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (replace(FACE_DETECTOR, package="no_such_package"), "the package no_such_package is not installed"),
        (replace(FACE_DETECTOR, path="modules/gone.tflite"), "is missing"),
        (replace(FACE_DETECTOR, sha256="0" * 64), "is not the file that framecurate knows"),
    ],
    ids=["no package", "no file", "another file"],
)
def test_weights_that_are_missing_or_others_are_refused_with_the_remedy(file: PackagedFile, message: str) -> None:
    with pytest.raises(FramecurateError, match=message) as refusal:
        Network(file)
    assert "pip install" in refusal.value.remedy
    assert "mediapipe==0.10.21" in refusal.value.remedy


def test_mediapipe_itself_is_never_imported() -> None:
    sources = (Path(__file__).parents[2] / "framecurate_assets").rglob("*.py")
    assert not [path for path in sources if "import mediapipe" in path.read_text(encoding="utf-8")]


def test_loading_a_network_says_nothing_to_the_user(capfd: pytest.CaptureFixture[str]) -> None:
    Network(FACE_DETECTOR)
    assert capfd.readouterr() == ("", "")
    os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"
