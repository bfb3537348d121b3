"""What can be measured on a frame without knowing what it shows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from framecurate_assets.arrays import FloatArray, GreyImage, RGBImage
from framecurate_assets.pictures.hashing import perceptual_hashes

COMPARED_HEIGHT_PX = 512
"""Height to which a frame is scaled before its sharpness and edges are measured: both depend on resolution."""


@dataclass(frozen=True)
class FrameMeasurements:
    """The measured columns of `sampled_frames`, of the grey frame scaled to 512 px height."""

    sharpness: float
    """Variance of the Laplacian, 0 or more."""

    brightness: float
    """Mean grey value, 0..255."""

    contrast: float
    """Standard deviation of the grey values, 0..127.5."""

    edge_strength: float
    """Mean magnitude of the Sobel gradient, 0 or more."""

    entropy: float
    """Shannon entropy of the grey histogram, bits, 0..8."""

    phash: int
    """Perceptual hash, unsigned, 64 bits: signs of the 8x8 lowest DCT coefficients."""


def measure_frame(image: RGBImage) -> FrameMeasurements:
    """Measure one frame.

    Args:
        image: shape (height, width, 3), uint8, RGB.
    """
    grey = _grey_at_compared_height(image)
    mean, deviation = cv2.meanStdDev(grey)
    laplacian = cv2.Laplacian(grey, cv2.CV_16S)
    return FrameMeasurements(
        sharpness=cv2.meanStdDev(laplacian)[1].item() ** 2,
        brightness=mean.item(),
        contrast=deviation.item(),
        edge_strength=_mean_gradient(grey),
        entropy=_entropy_bits(grey),
        phash=int(perceptual_hashes([grey])[0]),
    )


def _grey_at_compared_height(image: RGBImage) -> GreyImage:
    height, width = image.shape[:2]
    size = (max(round(width * COMPARED_HEIGHT_PX / height), 1), COMPARED_HEIGHT_PX)
    interpolation = cv2.INTER_AREA if height > COMPARED_HEIGHT_PX else cv2.INTER_LINEAR
    grey = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size, interpolation=interpolation)
    return np.asarray(grey, dtype=np.uint8)


def _mean_gradient(grey: GreyImage) -> float:
    # NumPy's root is exact; that of cv2.magnitude differs in the last digits with where the picture lies in memory.
    across: FloatArray = np.asarray(cv2.Sobel(grey, cv2.CV_32F, 1, 0), dtype=np.float32)
    down: FloatArray = np.asarray(cv2.Sobel(grey, cv2.CV_32F, 0, 1), dtype=np.float32)
    # In place: making room for pictures of this size costs as much as filling them.
    across *= across
    down *= down
    across += down
    return float(np.sqrt(across, out=across).mean(dtype=np.float64))


def _entropy_bits(grey: GreyImage) -> float:
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().astype(np.float64)
    shares = counts[counts > 0] / grey.size
    return float(-(shares * np.log2(shares)).sum()) + 0.0
