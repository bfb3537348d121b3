"""Perceptual hashes: pictures that look alike differ in few bits."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import GreyImage

THUMBNAIL_PX = 32
"""Side of the thumbnail that is transformed: four times the kept frequencies, as in pHash."""

FREQUENCIES = 8
"""Kept frequencies in each direction: 8 x 8 bits fill one unsigned 64-bit number."""


def perceptual_hashes(pictures: Sequence[GreyImage]) -> npt.NDArray[np.uint64]:
    """One 64-bit hash a picture: which of its 64 lowest DCT coefficients exceed their median.

    Args:
        pictures: n grey pictures of any size and shape (height, width).

    Returns:
        Shape (n,), uint64. The Hamming distance of two hashes (0..64) says how different the pictures look:
        below about 6 they are the same picture for a person.

    Source: C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010 (pHash).
    """
    if len(pictures) == 0:
        return np.zeros(0, dtype=np.uint64)
    side = (THUMBNAIL_PX, THUMBNAIL_PX)
    thumbnails = np.stack([cv2.resize(picture, side, interpolation=cv2.INTER_AREA) for picture in pictures])
    coefficients = _LOW_COSINES @ thumbnails.astype(np.float64) @ _LOW_COSINES.T
    flat = coefficients.reshape(len(pictures), -1)
    # The first coefficient is the mean brightness: it is no feature, so it does not count for the median.
    bits = flat > np.median(flat[:, 1:], axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(">u8").ravel().astype(np.uint64)


def hamming_distances(a: npt.NDArray[np.uint64], b: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Differing bits of every hash in `a` (n,) from every hash in `b` (m,): shape (n, m), 0..64."""
    return np.asarray(np.bitwise_count(a[:, None] ^ b[None, :]), dtype=np.uint8)


def _low_cosines() -> npt.NDArray[np.float64]:
    """The first rows of the orthogonal DCT-II matrix: shape (FREQUENCIES, THUMBNAIL_PX)."""
    frequency = np.arange(FREQUENCIES)[:, None]
    position = np.arange(THUMBNAIL_PX)[None, :]
    return np.cos(np.pi * (2 * position + 1) * frequency / (2 * THUMBNAIL_PX))


_LOW_COSINES = _low_cosines()
