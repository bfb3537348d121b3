"""The engine that needs no network: every weight comes inside an installed package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.embedded.descriptor import Descriptor
from framecurate_assets.faces.embedded.detector import Detector, shared_areas
from framecurate_assets.faces.embedded.mesh import MIN_PRESENCE, FaceMesh, Meshes
from framecurate_assets.faces.engine import Faces
from framecurate_assets.faces.known_engines import EMBEDDED_NAME, SAME_PERSON_DISTANCES
from framecurate_assets.faces.pose import angles_from_mesh

SAME_FACE_SHARE = 0.5
"""Where more than this share of a mesh's box lies in another's, both lie on one face, or one face hides the other:
the better detection is kept. Beside the true box the detector sometimes sees one over a face and its neighbour."""


class EmbeddedEngine:
    """MediaPipe's full-range detector and face mesh, and dlib's descriptor.

    A face's box goes round its mesh: from the hairline to the chin and from cheek to cheek, clipped to the frame.
    It is seven times steadier than the detector's own box, and lies on the face where that one leans to where a
    turned face looks. Its score is the detector's.
    """

    name = EMBEDDED_NAME

    embedding_size = Descriptor.size

    same_person_distance = SAME_PERSON_DISTANCES["embedded"]

    def __init__(self, smallest_face_px: int, min_confidence: float, cache: Path | None = None) -> None:
        """Load the models.

        Args:
            smallest_face_px: smallest face to look for, in pixels of the frame: decides how finely a frame is tiled.
            min_confidence: detector score of a face, at least.
            cache: folder in which what is converted is kept; None: nothing is kept.

        Raises:
            FramecurateError: a package that carries weights is missing, or carries others.
        """
        self._detector = Detector(smallest_face_px, min_confidence)
        self._mesh = FaceMesh()
        self._descriptor = Descriptor(cache)

    def find(self, frames: Sequence[RGBImage]) -> list[Faces]:
        """All faces of each frame; frames have shape (height, width, 3) and may differ in size."""
        return [self._find_in(frame) for frame in frames]

    def embed(self, frame: RGBImage, faces: Faces) -> FloatArray:
        """Descriptors of faces found in this frame: shape (n, 128), as the network emits them."""
        return self.describe(self.align(frame, faces))

    def align(self, frame: RGBImage, faces: Faces) -> RGBImage:
        """Faces found in this frame as the descriptor sees them: shape (n, 150, 150, 3)."""
        return self._descriptor.aligned(frame, faces.boxes)

    def describe(self, chips: RGBImage) -> FloatArray:
        """Descriptors of aligned faces, of one frame or of many: shape (n, 128), as the network emits them."""
        return self._descriptor.describe(chips)

    def _find_in(self, frame: RGBImage) -> Faces:
        height, width = frame.shape[:2]
        found = self._detector(frame)
        meshes = self._mesh(frame, found.boxes, found.eyes)
        boxes = np.clip(meshes.boxes, 0, np.array([width, height, width, height], dtype=np.float32))
        faces = _distinct_faces(boxes, meshes)
        faces = faces[np.lexsort((boxes[faces, 1], boxes[faces, 0]))]
        return Faces(
            boxes=boxes[faces],
            det_scores=found.scores[faces],
            landmarks=meshes.landmarks[faces],
            angles=angles_from_mesh(meshes.points[faces]),
        )


def _distinct_faces(boxes: FloatArray, meshes: Meshes) -> npt.NDArray[np.intp]:
    """Which of the detections, best first, show a face, each face once and with part of it in the frame."""
    shared = shared_areas(boxes)
    areas = shared.diagonal()
    same = shared > SAME_FACE_SHARE * np.minimum(areas[:, None], areas[None, :])
    in_frame = (boxes[:, 2:] - boxes[:, :2] >= 1).all(axis=1)
    distinct: list[int] = []
    for face in np.flatnonzero(in_frame & (meshes.presences >= MIN_PRESENCE)).tolist():
        if not same[face, distinct].any():
            distinct.append(face)
    return np.array(distinct, dtype=np.intp)
