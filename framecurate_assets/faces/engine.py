"""What a face engine is: frames in, faces out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray, RGBImage


@dataclass(frozen=True)
class Faces:
    """The faces of one frame as parallel arrays, sorted by the left edge of their box; n may be 0."""

    boxes: FloatArray
    """Shape (n, 4): x1, y1, x2, y2 in pixels of the frame, clipped to it."""

    det_scores: FloatArray
    """Shape (n,): detector score, 0..1."""

    landmarks: FloatArray
    """Shape (n, 5, 2): x, y in pixels of left eye, right eye, nose tip, left and right mouth corner, as seen
    in the image (the left eye is the one further left in an upright frontal face)."""

    angles: FloatArray
    """Shape (n, 3): yaw, pitch, roll in degrees; yaw > 0 looks to the image's right, pitch > 0 looks up,
    roll > 0 is clockwise."""

    def __post_init__(self) -> None:
        """Check every shape at the border.

        Raises:
            ValueError: an array has the wrong shape or holds a number that is not finite.
        """
        count = len(self.boxes)
        expected = {"boxes": (count, 4), "det_scores": (count,), "landmarks": (count, 5, 2), "angles": (count, 3)}
        for name, shape in expected.items():
            array = getattr(self, name)
            if array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}, not {shape}")
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds a number that is not finite")

    def __len__(self) -> int:
        return len(self.boxes)

    def subset(self, kept: npt.NDArray[np.bool_]) -> Faces:
        """The faces where `kept`, shape (n,), is true."""
        return Faces(self.boxes[kept], self.det_scores[kept], self.landmarks[kept], self.angles[kept])


class FaceEngine(Protocol):
    """Finds faces and describes them. One engine's descriptors never meet another's."""

    name: str
    """Names the models and their versions: stored with every face, pinned in the lake."""

    embedding_size: int
    """Length of a descriptor."""

    same_person_distance: float
    """Euclidean distance between two descriptors below which they found a person together: the documented
    default for these descriptors, used where the policy names none."""

    def find(self, frames: Sequence[RGBImage]) -> list[Faces]:
        """All faces of each frame; frames have shape (height, width, 3) and may differ in size."""
        ...

    def embed(self, frame: RGBImage, faces: Faces) -> FloatArray:
        """Descriptors of faces found in this frame: shape (n, embedding_size)."""
        ...

    def align(self, frame: RGBImage, faces: Faces) -> RGBImage:
        """The first half of `embed`: faces as the descriptor sees them, shape (n, side, side, 3)."""
        ...

    def describe(self, chips: RGBImage) -> FloatArray:
        """The second half of `embed`, for aligned faces of one frame or of many: shape (n, embedding_size).

        A face's descriptor does not depend on which others are described with it.
        """
        ...
