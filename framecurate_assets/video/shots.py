"""Shots, told apart by how much neighbouring sampled frames differ, and by where an encoder saw a cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from framecurate_assets.arrays import FloatArray, RGBImage

HISTOGRAM_BINS = (8, 4, 8)
"""Bins of hue, saturation and value."""

LAYOUT_PX = 8
"""Side of the grey thumbnail that tells where in the frame it is light and dark."""

CUT_DIFFERENCE = 0.45
"""Difference of two neighbouring samples, 0..1, from which a cut lies between them. Of the clips that it was
chosen on, cuts reached 0.52 and more; panning, zooming, walking and laughing within four seconds 0.39 at most."""

FORCED_CUT_DIFFERENCE = 0.15
"""The same where the encoder put a key frame off its regular interval between them. It compared neighbouring frames,
and these are seconds apart; the difference only guards against encoders that put key frames anywhere."""

_COLOURS = int(np.prod(HISTOGRAM_BINS))
_FLAT_VARIANCE = 1.0


def shot_feature(image: RGBImage) -> FloatArray:
    """What `shot_numbers` has to know of a frame, so that the frame need not be kept.

    Args:
        image: shape (height, width, 3), uint8, RGB.

    Returns:
        Shape (320,), float32: the shares of 256 colours (hue, saturation, value), which sum to 1, and the grey
        values of an 8x8 thumbnail, 0..255, row by row.
    """
    # A sixteenth of a large frame's pixels says the same, and averaging them costs a tenth of averaging all.
    sparse = cv2.resize(image, (256, 256), interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(sparse, (64, 64), interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    colours = cv2.calcHist([hsv], [0, 1, 2], None, list(HISTOGRAM_BINS), [0, 180, 0, 256, 0, 256]).ravel()
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    layout = cv2.resize(grey, (LAYOUT_PX, LAYOUT_PX), interpolation=cv2.INTER_AREA).ravel()
    return np.concatenate([colours / colours.sum(), layout]).astype(np.float32)


def shot_numbers(features: Sequence[FloatArray], follows_forced_key: Sequence[bool]) -> list[int]:
    """The shot of each frame: 0, 1, … in the order of the frames, one more after every cut.

    Args:
        features: `shot_feature` of the frames of one video, in the order in which they are shown.
        follows_forced_key: of each frame, as `SampledFrame` has it.
    """
    limits = [FORCED_CUT_DIFFERENCE if forced else CUT_DIFFERENCE for forced in follows_forced_key[1:]]
    cuts = [
        shot_difference(before, after) >= limit
        for (before, after), limit in zip(pairwise(features), limits, strict=True)
    ]
    return [0, *np.cumsum(cuts).tolist()] if features else []


def shot_difference(before: FloatArray, after: FloatArray) -> float:
    """How different two frames are, 0..1: the mean of how little their colours and their layout agree.

    Colours agree by histogram intersection (Swain and Ballard, "Color indexing", 1991), which forgives motion;
    the layout by correlation, which forgives a change of exposure.
    """
    colours = float(np.minimum(before[:_COLOURS], after[:_COLOURS]).sum(dtype=np.float64))
    layout = max(_correlation(before[_COLOURS:], after[_COLOURS:]), 0.0)
    return 1 - (colours + layout) / 2


def _correlation(a: FloatArray, b: FloatArray) -> float:
    """Pearson's; the added variance makes two flat pictures alike, and a flat and a structured one unlike."""
    a, b = a - a.mean(dtype=np.float64), b - b.mean(dtype=np.float64)
    covariance = float((a * b).mean()) + _FLAT_VARIANCE
    return covariance / float(np.sqrt(((a * a).mean() + _FLAT_VARIANCE) * ((b * b).mean() + _FLAT_VARIANCE)))
