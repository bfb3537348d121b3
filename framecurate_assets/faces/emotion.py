"""What a face expresses, scored by the network that the package `fer` carries."""

from __future__ import annotations

import cv2
import numpy as np

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.crops import cut_square
from framecurate_assets.faces.embedded.models import FACE_EMOTION, Network

EMOTIONS = ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")
"""The order of the scores."""

NETWORK_EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""The order in which the network gives them (`fer.FER._get_labels`)."""

INPUT_PX = 64

MARGIN = 0.15
"""Room left on every side of the box, over its longer side. `fer` leaves 10 pixels whatever the size of the face,
which is a tenth of a small one and nothing of a large one: a man who talks at 460 px came out as sad, afraid or
surprised in turn. With a margin between 0.10 and 0.20 laughing, smiling, neutral and talking faces of five clips
came out as what they are, from 0.30 on neutral ones did not."""


class EmotionModel:
    """Scores the emotions of faces."""

    def __init__(self) -> None:
        """Load the network.

        Raises:
            FramecurateError: the package that carries the network is missing, or carries another one.
        """
        self._network = Network(FACE_EMOTION, darkest=-1)

    def __call__(self, frame: RGBImage, boxes: FloatArray) -> FloatArray:
        """Score the faces of one frame.

        Args:
            frame: shape (height, width, 3), uint8, RGB.
            boxes: shape (n, 4), x1, y1, x2, y2 in pixels of the frame.

        Returns:
            Shape (n, 7), 0..1 in the order of `EMOTIONS`; each row sums to 1.
        """
        scores = np.zeros((len(boxes), len(EMOTIONS)), dtype=np.float32)
        for row, square in zip(scores, _squares(boxes), strict=True):
            grey = cv2.cvtColor(cut_square(frame, square, INPUT_PX), cv2.COLOR_RGB2GRAY)
            (output,) = self._network(np.asarray(grey[:, :, None], dtype=np.uint8))
            row[:] = output[0, _OUR_ORDER]
        return scores


def _squares(boxes: FloatArray) -> FloatArray:
    """Boxes made square by growing the shorter side, with their margin: shape (n, 4)."""
    half_sides = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) * np.float32(0.5 + MARGIN)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([centres - half_sides, centres + half_sides], axis=1)


_OUR_ORDER = [NETWORK_EMOTIONS.index(emotion) for emotion in EMOTIONS]
