"""How good a picture of a face is: sharpness, frontality, and one number of both, confidence and size."""

from __future__ import annotations

import cv2
import numpy as np

from framecurate_assets.arrays import FloatArray, RGBImage

SHARPNESS_PX = 128
"""Side of the picture on which sharpness is measured. No crop of a face of 100 px or more (160 px with its margin)
is enlarged to it, so that the value does not depend on how large the face is in the frame. At 512 px it did: most
crops are enlarged to that, which leaves no fine detail, and clear faces of 220 px came out at 7 to 55."""


def sharpness(crop: RGBImage) -> float:
    """Variance of the 64-bit Laplacian of a face's grey 512x512 crop, shrunk to 128x128.

    About 200 to 700 for faces in focus; under 100 where a face is blurred over a twenty-fifth of its width.

    Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy: a comparative study", 2000.
    """
    small = cv2.resize(crop, (SHARPNESS_PX, SHARPNESS_PX), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_64F))
    return float(deviation.item() ** 2)


def frontality(angles: FloatArray) -> FloatArray:
    """How much faces look at the camera: max(0, 1 - (1.5 |yaw| + |pitch| + 0.5 |roll|) / 270).

    Args:
        angles: shape (n, 3), yaw, pitch, roll in degrees.

    Returns:
        Shape (n,), 0..1; NaN where an angle is NaN.
    """
    turned = np.abs(angles) @ np.array([1.5, 1.0, 0.5], dtype=np.float32)
    return np.maximum(0, 1 - turned / np.float32(270))


def composite(
    sharpnesses: FloatArray, frontalities: FloatArray, det_scores: FloatArray, face_ratios: FloatArray
) -> FloatArray:
    """0.30 min(sharpness / 500, 1) + 0.35 frontality + 0.25 det_score + 0.10 min(5 face_ratio, 1).

    All arrays have shape (n,); `face_ratios` is the area of the box over the area of the frame. The result is
    0..1, and NaN where one of them is NaN.
    """
    sharp = np.minimum(sharpnesses / 500, 1)
    large = np.minimum(5 * face_ratios, 1)
    return np.asarray(0.30 * sharp + 0.35 * frontalities + 0.25 * det_scores + 0.10 * large, dtype=np.float32)
