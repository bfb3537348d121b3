"""The engine that uses insightface's models, where their weights were fetched and their licence allows it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from insightface.app import FaceAnalysis
from insightface.app.common import Face
from insightface.utils.face_align import norm_crop

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.engine import Faces
from framecurate_assets.faces.known_engines import SAME_PERSON_DISTANCES
from framecurate_assets.faces.model_packs import installed_model_pack

DETECTION, POSE, RECOGNITION = "detection", "landmark_3d_68", "recognition"
"""insightface's names for the models that are used: boxes with five landmarks, head pose, descriptors."""

WHOLE_FACE_INPUT = (128, 128)
"""Width and height at which the detector looks once more, for faces that fill the frame: insightface's own default."""

INPUT_PX = 640
"""Side of the square in which the detector looks at a frame, at least: insightface's own default."""

SMALLEST_INPUT_FACE_PX = 20
"""Side that the smallest face wanted has in that square: a little above the detector's smallest anchors, 16 px."""

INPUT_STEP_PX = 32
"""The square's side is a multiple of the detector's coarsest stride."""


class InsightFaceEngine:
    """Finds and describes faces with an insightface pack. Never downloads."""

    embedding_size = 512

    same_person_distance = SAME_PERSON_DISTANCES["insightface"]

    def __init__(self, models_root: Path, model: str, smallest_face_px: int, min_confidence: float) -> None:
        """Load a pack, with whatever accelerator ONNX Runtime has here.

        Args:
            models_root: the folder that holds a folder for each pack.
            model: name of the pack.
            smallest_face_px: smallest face to look for, shorter side in pixels of the frame.
            min_confidence: detector score of a face, at least.

        Raises:
            FramecurateError: the pack is missing, has been altered, cannot be loaded, or has no model for
                something that is measured.
        """
        pack = installed_model_pack(models_root, model)
        models = load_models(pack.folder, origin=str(pack.folder))
        self.name = pack.engine_name
        self._detector, self._pose, self._recognition = models[DETECTION], models[POSE], models[RECOGNITION]
        self._smallest_face_px = smallest_face_px
        self._min_confidence = min_confidence

    def find(self, frames: Sequence[RGBImage]) -> list[Faces]:
        """All faces of each frame; frames have shape (height, width, 3) and may differ in size."""
        return [self._find_in(frame) for frame in frames]

    def embed(self, frame: RGBImage, faces: Faces) -> FloatArray:
        """Descriptors of faces found in this frame: shape (n, 512), each of length 1.

        Raises:
            ValueError: the model answered with numbers that are not finite, or all zero.
        """
        return self.describe(self.align(frame, faces))

    def align(self, frame: RGBImage, faces: Faces) -> RGBImage:
        """Faces found in this frame turned upright and scaled by their landmarks: shape (n, side, side, 3)."""
        side = self._recognition.input_size[0]
        chips = np.zeros((len(faces), side, side, 3), dtype=np.uint8)
        for chip, landmarks in zip(chips, faces.landmarks, strict=True):
            with warnings.catch_warnings():  # insightface 2.1 aligns with a call that scikit-image deprecates
                warnings.simplefilter("ignore", FutureWarning)
                chip[:] = norm_crop(frame, landmark=landmarks, image_size=side)
        return chips

    def describe(self, chips: RGBImage) -> FloatArray:
        """Descriptors of aligned faces, of one frame or of many: shape (n, 512), each of length 1.

        One by one: together, the last digits of each would depend on how many there are.

        Raises:
            ValueError: the model answered with numbers that are not finite, or all zero.
        """
        embeddings = np.zeros((len(chips), self.embedding_size), dtype=np.float32)
        for embedding, chip in zip(embeddings, chips, strict=True):
            raw = self._recognition.get_feat(_bgr(chip)).ravel()
            length = np.linalg.norm(raw)
            if not (np.isfinite(length) and length > 0):
                raise ValueError(f"{self.name} gave a descriptor of length {length}")
            embedding[:] = raw / length
        return embeddings

    def _find_in(self, frame: RGBImage) -> Faces:
        height, width = frame.shape[:2]
        picture = _bgr(frame)
        detections, landmarks = self._detector.detect(
            picture, input_size=self._input_sizes(frame), det_thresh=self._min_confidence
        )
        boxes = np.clip(detections[:, :4], 0, [width, height, width, height])
        inside = np.flatnonzero((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))
        order = inside[np.lexsort((boxes[inside, 1], boxes[inside, 0]))]
        angles = [self._angles(picture, detections[index]) for index in order]
        return Faces(
            boxes=boxes[order].astype(np.float32),
            det_scores=detections[order, 4].astype(np.float32),
            landmarks=landmarks[order].astype(np.float32),
            angles=np.array(angles, dtype=np.float32).reshape(-1, 3),
        )

    def _input_sizes(self, frame: RGBImage) -> list[tuple[int, int]]:
        """Widths and heights at which the detector looks at a frame; it keeps the frame's aspect inside them."""
        wanted = max(frame.shape[:2]) * SMALLEST_INPUT_FACE_PX / self._smallest_face_px
        side = max(INPUT_PX, int(np.ceil(wanted / INPUT_STEP_PX)) * INPUT_STEP_PX)
        return [WHOLE_FACE_INPUT, (side, side)]

    def _angles(self, picture: RGBImage, detection: FloatArray) -> tuple[float, float, float]:
        """Yaw, pitch and roll in degrees, from an affine fit of 68 points on a mean head.

        The mean head has x to the image's right, y down and z towards the viewer, so insightface's angles already
        have the signs of `Faces.angles`; only their order differs. The box is the detector's own, which may reach
        beyond the frame: clipped, it would show the pose model another part of the face.
        """
        face = Face(bbox=detection[:4])
        self._pose.get(picture, face)
        pitch, yaw, roll = (float(angle) for angle in face.pose)
        return yaw, pitch, roll


def load_models(folder: Path, origin: str) -> dict[str, Any]:
    """The models of a pack as insightface loads them, by their task.

    Args:
        folder: holds the .onnx files.
        origin: where they come from, for the message that refuses them.

    Raises:
        FramecurateError: a file is broken, a model that is needed is missing, or gives something else.
    """
    onnxruntime.disable_telemetry_events()
    remedy = "Run `framecurate models fetch` for a complete pack such as buffalo_l, or set detection.engine: embedded"
    try:
        # A folder is loaded as it is; a name would be downloaded where it is missing.
        models: dict[str, Any] = FaceAnalysis(name=str(folder)).models
    except Exception as error:  # every library below insightface has exceptions of its own for a broken file
        reason = " ".join(str(error).split()) or "no face detector, or a model of a kind it does not know"
        raise FramecurateError(f"insightface cannot load {origin}: {reason}", remedy) from error
    missing = [task for task in (DETECTION, POSE, RECOGNITION) if task not in models]
    if missing:
        raise FramecurateError(f"{origin} has no model for {', '.join(missing)}", remedy)
    detector, recognition = models[DETECTION], models[RECOGNITION]
    if not detector.use_kps or detector.static_input_size is not None:
        raise FramecurateError(f"the face detector of {origin} gives no landmarks, or sees one size only", remedy)
    if recognition.output_shape[-1] != InsightFaceEngine.embedding_size:
        raise FramecurateError(f"the descriptors of {origin} are not {InsightFaceEngine.embedding_size} long", remedy)
    return models


def _bgr(frame: RGBImage) -> RGBImage:
    """The frame in blue, green, red: the order of every picture that insightface is given."""
    return np.ascontiguousarray(frame[:, :, ::-1])
