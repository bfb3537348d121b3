"""What is measured of the faces of a frame, and the columns that it fills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.faces.emotion import EMOTIONS
from framecurate_assets.faces.engine import Faces
from framecurate_assets.faces.quality import composite, frontality
from framecurate_assets.lake.tables import DETECTED_FACES


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
            "face_px": shorter_sides(faces),
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


def shorter_sides(faces: Faces) -> FloatArray:
    """The shorter side of each box, px: shape (n,)."""
    return np.asarray((faces.boxes[:, 2:] - faces.boxes[:, :2]).min(axis=1), dtype=np.float32)
