"""Every face of a frame above the loose gate, measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray, GreyImage, RGBImage
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.emotion import EmotionModel
from framecurate_assets.faces.engine import FaceEngine, Faces
from framecurate_assets.faces.measurements import FaceMeasurements, shorter_sides
from framecurate_assets.faces.quality import frontality, sharpness
from framecurate_assets.pictures.hashing import perceptual_hashes
from framecurate_assets.policy import PRESETS, DetectionPolicy
from framecurate_assets.timing import Stopwatch

SURROUNDINGS = 3
"""Sides of the face's box that make the part of the frame whose hash is its background's."""


DESCRIBED_TOGETHER = 8
"""Faces that are waited for until they are described, over several frames: one by one costs a fifth more."""


def analyse_frames(
    frames: Iterable[RGBImage],
    engine: FaceEngine,
    emotions: EmotionModel,
    policy: DetectionPolicy,
    watch: Stopwatch | None = None,
) -> Iterator[FaceMeasurements]:
    """Find the faces of frames and measure those above the loose gate, a result a frame in their order.

    Descriptors are made of several faces at once, so a result may come some frames after its own; no frame is kept
    until then. No result depends on which other frames there are.

    Args:
        frames: each of shape (height, width, 3), uint8, RGB, upright; they may differ in size.
        engine: opened with the same policy.
        emotions: scores what the faces express.
        policy: its `min_confidence` and `min_face_px` are the gate.
        watch: counts the seconds of "find faces", "crop and sharpness", "emotion" and "descriptors".
    """
    watch = watch or Stopwatch()
    waiting: list[_Waiting] = []
    for frame in frames:
        waiting.append(_measure(frame, engine, emotions, policy, watch))
        if sum(len(one.chips) for one in waiting) >= DESCRIBED_TOGETHER:
            yield from _described(waiting, engine, watch)
            waiting = []
    yield from _described(waiting, engine, watch)


def analyse_frame(
    frame: RGBImage,
    engine: FaceEngine,
    emotions: EmotionModel,
    policy: DetectionPolicy,
    watch: Stopwatch | None = None,
) -> FaceMeasurements:
    """The same for a single frame."""
    (measurements,) = analyse_frames([frame], engine, emotions, policy, watch)
    return measurements


@dataclass(frozen=True)
class _Waiting:
    """A frame whose faces have no descriptors yet."""

    measurements: FaceMeasurements
    wanted: npt.NDArray[np.bool_]
    """Shape (n,): which faces get one."""
    chips: RGBImage
    """These faces, aligned."""


def _measure(
    frame: RGBImage, engine: FaceEngine, emotions: EmotionModel, policy: DetectionPolicy, watch: Stopwatch
) -> _Waiting:
    """All but the descriptors."""
    with watch.measure("find faces"):
        (found,) = engine.find([frame])
    faces = found.subset((found.det_scores >= policy.min_confidence) & (shorter_sides(found) >= policy.min_face_px))
    sides = faces.boxes[:, 2:] - faces.boxes[:, :2]
    with watch.measure("crop and sharpness"):
        sharpnesses = np.array([sharpness(crop_face(frame, box)) for box in faces.boxes], dtype=np.float32)
        background_hashes = perceptual_hashes([_background(frame, box) for box in faces.boxes])
    with watch.measure("emotion"):
        emotion_scores = emotions(frame, faces.boxes)
    wanted = _could_be_accepted(faces, sharpnesses)
    with watch.measure("descriptors"):
        chips = engine.align(frame, faces.subset(wanted))
    measurements = FaceMeasurements(
        faces=faces,
        face_ratios=sides.prod(axis=1) / np.float32(frame.shape[0] * frame.shape[1]),
        sharpnesses=sharpnesses,
        emotion_scores=emotion_scores,
        background_hashes=background_hashes,
        embeddings=(None,) * len(faces),
        engine=engine.name,
    )
    return _Waiting(measurements, wanted, chips)


def _described(waiting: Sequence[_Waiting], engine: FaceEngine, watch: Stopwatch) -> Iterator[FaceMeasurements]:
    if not waiting:
        return
    with watch.measure("descriptors"):
        embeddings = iter(engine.describe(np.concatenate([one.chips for one in waiting])))
    for one in waiting:
        of_faces = tuple(next(embeddings) if is_wanted else None for is_wanted in one.wanted)
        yield replace(one.measurements, embeddings=of_faces)


def _could_be_accepted(faces: Faces, sharpnesses: FloatArray) -> npt.NDArray[np.bool_]:
    """Which faces at least the widest preset might take: a descriptor is the dearest measurement."""
    widest = PRESETS["relaxed"]
    return np.asarray(
        (np.abs(faces.angles[:, 0]) < widest["max_yaw"])
        & (np.abs(faces.angles[:, 1]) < widest["max_pitch"])
        & (sharpnesses > widest["min_sharpness"])
        & (frontality(faces.angles) >= widest["min_frontality"])
    )


def _background(frame: RGBImage, box: FloatArray) -> GreyImage:
    """The grey frame within three times the box, as far as it goes, with the mean of the rest in the box's place."""
    height, width = frame.shape[:2]
    reach = (box[2:] - box[:2]) * ((SURROUNDINGS - 1) / 2)
    left, top = np.floor(np.maximum(box[:2] - reach, 0)).astype(int)
    right, bottom = np.ceil(np.minimum(box[2:] + reach, [width, height])).astype(int)
    grey: GreyImage = np.asarray(cv2.cvtColor(frame[top:bottom, left:right], cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    face_left, face_top = np.floor(box[:2]).astype(int) - (left, top)
    face_right, face_bottom = np.ceil(box[2:]).astype(int) - (left, top)
    face = grey[face_top:face_bottom, face_left:face_right]
    pixels_around = grey.size - face.size
    # A face that fills the frame has no background: its hash is that of an even picture.
    face[:] = round((_sum(grey) - _sum(face)) / pixels_around) if pixels_around else 0
    return grey


def _sum(grey: GreyImage) -> int:
    return int(cv2.sumElems(grey)[0])
