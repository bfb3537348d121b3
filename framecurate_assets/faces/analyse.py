"""Every face of a frame above the loose gate, measured."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.arrays import FloatArray, GreyImage, RGBImage
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.emotion import EMOTIONS, EmotionModel
from framecurate_assets.faces.engine import FaceEngine, Faces
from framecurate_assets.faces.quality import composite, frontality, sharpness
from framecurate_assets.lake.tables import DETECTED_FACES
from framecurate_assets.pictures.hashing import perceptual_hashes
from framecurate_assets.policy import PRESETS, DetectionPolicy

SURROUNDINGS = 3
"""Sides of the face's box that make the part of the frame whose hash is its background's."""


@dataclass(frozen=True)
class FaceMeasurements:
    """What was measured of the faces of one frame, as parallel arrays sorted by the left edge of the box."""

    faces: Faces

    face_ratios: FloatArray
    """Shape (n,): area of the box over the area of the frame."""

    sharpnesses: FloatArray
    """Shape (n,): see `quality.sharpness`."""

    emotion_scores: FloatArray
    """Shape (n, 7), in the order of `emotion.EMOTIONS`."""

    background_hashes: npt.NDArray[np.uint64]
    """Shape (n,): perceptual hash of the frame around each face, without the face."""

    embeddings: tuple[FloatArray | None, ...]
    """n descriptors as the engine emits them; None for faces that no preset of the policy would accept."""

    engine: str
    """Name of the engine that found and described them."""

    def table(self) -> pl.DataFrame:
        """The measured columns of detected_faces, x1 to engine, in the lake's types; a row a face."""
        faces = self.faces
        frontalities = frontality(faces.angles)
        columns = {
            **{name: faces.boxes[:, index] for index, name in enumerate(("x1", "y1", "x2", "y2"))},
            "face_px": _shorter_sides(faces),
            "face_ratio": self.face_ratios,
            "det_score": faces.det_scores,
            "landmarks": faces.landmarks.reshape(len(faces), 10).tolist(),
            **{name: faces.angles[:, index] for index, name in enumerate(("yaw", "pitch", "roll"))},
            "sharpness": self.sharpnesses,
            "frontality": frontalities,
            "composite": composite(self.sharpnesses, frontalities, faces.det_scores, self.face_ratios),
            "emotion": [EMOTIONS[best] for best in self.emotion_scores.argmax(axis=1)],
            "emotion_scores": self.emotion_scores.tolist(),
            "background_hash": self.background_hashes,
            "embedding": [None if embedding is None else embedding.tolist() for embedding in self.embeddings],
            "engine": [self.engine] * len(faces),
        }
        return pl.DataFrame(columns, schema={name: DETECTED_FACES.schema[name] for name in columns})


def analyse_frame(
    frame: RGBImage, engine: FaceEngine, emotions: EmotionModel, policy: DetectionPolicy
) -> FaceMeasurements:
    """Find the faces of a frame and measure those above the loose gate.

    Args:
        frame: shape (height, width, 3), uint8, RGB, upright.
        engine: opened with the same policy.
        emotions: scores what the faces express.
        policy: its `min_confidence` and `min_face_px` are the gate.
    """
    (found,) = engine.find([frame])
    faces = found.subset((found.det_scores >= policy.min_confidence) & (_shorter_sides(found) >= policy.min_face_px))
    sides = faces.boxes[:, 2:] - faces.boxes[:, :2]
    sharpnesses = np.array([sharpness(crop_face(frame, box)) for box in faces.boxes], dtype=np.float32)
    return FaceMeasurements(
        faces=faces,
        face_ratios=sides.prod(axis=1) / np.float32(frame.shape[0] * frame.shape[1]),
        sharpnesses=sharpnesses,
        emotion_scores=emotions(frame, faces.boxes),
        background_hashes=perceptual_hashes([_background(frame, box) for box in faces.boxes]),
        embeddings=_embed(frame, engine, faces, _could_be_accepted(faces, sharpnesses)),
        engine=engine.name,
    )


def _shorter_sides(faces: Faces) -> FloatArray:
    return np.asarray((faces.boxes[:, 2:] - faces.boxes[:, :2]).min(axis=1), dtype=np.float32)


def _could_be_accepted(faces: Faces, sharpnesses: FloatArray) -> npt.NDArray[np.bool_]:
    """Which faces at least the widest preset might take: a descriptor is the dearest measurement."""
    widest = PRESETS["relaxed"]
    return np.asarray(
        (np.abs(faces.angles[:, 0]) < widest["max_yaw"])
        & (np.abs(faces.angles[:, 1]) < widest["max_pitch"])
        & (sharpnesses > widest["min_sharpness"])
        & (frontality(faces.angles) >= widest["min_frontality"])
    )


def _embed(
    frame: RGBImage, engine: FaceEngine, faces: Faces, wanted: npt.NDArray[np.bool_]
) -> tuple[FloatArray | None, ...]:
    embeddings = iter(engine.embed(frame, faces.subset(wanted)))
    return tuple(next(embeddings) if is_wanted else None for is_wanted in wanted)


def _background(frame: RGBImage, box: FloatArray) -> GreyImage:
    """The grey frame within three times the box, as far as it goes, with the mean of the rest in the box's place."""
    height, width = frame.shape[:2]
    reach = (box[2:] - box[:2]) * ((SURROUNDINGS - 1) / 2)
    left, top = np.floor(np.maximum(box[:2] - reach, 0)).astype(int)
    right, bottom = np.ceil(np.minimum(box[2:] + reach, [width, height])).astype(int)
    grey = cv2.cvtColor(frame[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    around = np.ones(grey.shape, dtype=bool)
    face_left, face_top = np.floor(box[:2]).astype(int) - (left, top)
    face_right, face_bottom = np.ceil(box[2:]).astype(int) - (left, top)
    around[face_top:face_bottom, face_left:face_right] = False
    # A face that fills the frame has no background: its hash is that of an even picture.
    grey[~around] = round(float(grey[around].mean())) if around.any() else 0
    return np.asarray(grey, dtype=np.uint8)
