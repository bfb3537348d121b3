"""Finding faces in a frame with MediaPipe's full-range detector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.embedded.models import FACE_DETECTOR, Network
from framecurate_assets.faces.embedded.tiles import TILE_PX, Tile, tiles

GRID = 48
"""Cells of the detector's grid in each direction; each gives one detection."""

MAX_LOGIT = 100.0
"""Logits are clipped to this before they become scores."""

SAME_FACE_IOU = 0.3
"""Boxes that overlap by more than this (intersection over union) show the same face."""


@dataclass(frozen=True)
class Detections:
    """What the detector saw, as parallel arrays, best first; n may be 0."""

    boxes: FloatArray
    """Shape (n, 4): x1, y1, x2, y2 in pixels of the frame, not clipped to it. A square from the brows to the chin."""

    scores: FloatArray
    """Shape (n,): 0..1."""

    eyes: FloatArray
    """Shape (n, 2, 2): x, y in pixels of the frame of the left and the right eye as seen in the image."""


class Detector:
    """Finds faces down to a given size: small ones by looking at a frame tile by tile.

    Source: Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019, and
    MediaPipe's graph `face_detection.pbtxt` with the options of `face_detection_full_range.pbtxt`.
    """

    def __init__(self, smallest_face_px: int, min_confidence: float) -> None:
        """Load the network.

        Args:
            smallest_face_px: side of the smallest face to look for, in pixels of the frame.
            min_confidence: score that a detection needs, above 0 and at most 1.

        Raises:
            FramecurateError: the package that carries the network is missing, or carries another one.
        """
        self._network = Network(FACE_DETECTOR, darkest=-1)
        self._smallest_face_px = smallest_face_px
        self._min_confidence = min_confidence

    def __call__(self, frame: RGBImage) -> Detections:
        """All faces of a frame of any size, shape (height, width, 3), each once."""
        corners, scores = zip(*(self._look(tile) for tile in tiles(frame, self._smallest_face_px)), strict=True)
        merged_points, merged_scores = _merge(np.concatenate(corners), np.concatenate(scores))
        return Detections(
            boxes=merged_points[:, :2].reshape(-1, 4), scores=merged_scores, eyes=merged_points[:, 2:].copy()
        )

    def _look(self, tile: Tile) -> tuple[FloatArray, FloatArray]:
        """One tile -> points (n, 4, 2) in pixels of the frame (two corners, two eyes) and scores (n,)."""
        values, logits = self._network(tile.picture)
        scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0].astype(np.float64), -MAX_LOGIT, MAX_LOGIT)))
        kept = np.flatnonzero(scores >= self._min_confidence)
        # A cell's 16 values, in pixels: offset of the box's centre from the cell's, its size, offsets of six points.
        pairs = values[0, kept].reshape(-1, 8, 2)
        offsets, half_sizes = pairs[:, [0, 2, 3]] + CELL_CENTRES[kept, None], pairs[:, 1] / 2
        corners = np.stack([offsets[:, 0] - half_sizes, offsets[:, 0] + half_sizes], axis=1)
        sound = tile.holds_whole(corners) & (half_sizes > 0).all(axis=1)
        points = np.concatenate([corners, offsets[:, 1:]], axis=1)[sound]
        return tile.to_frame(points), scores[kept][sound].astype(np.float32)


def _merge(points: FloatArray, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted non-maximum suppression: detections of one face become their mean, weighted by score.

    Args:
        points: shape (n, k, 2); the first two are the corners of the box.
        scores: shape (n,).

    Returns:
        Points (m, k, 2) and scores (m,), best first; a face's score is its best detection's.
    """
    order = np.argsort(-scores, kind="stable")
    points, scores = points[order], scores[order]
    boxes = points[:, :2].reshape(-1, 4)
    shared = shared_areas(boxes)
    areas = shared.diagonal()
    same_face = shared > SAME_FACE_IOU * (areas[:, None] + areas[None, :] - shared)
    left = np.ones(len(scores), dtype=bool)
    merged_points, merged_scores = [], []
    for best in range(len(scores)):
        if left[best]:
            one_face = left & same_face[best]
            merged_points.append(np.average(points[one_face], axis=0, weights=scores[one_face]))
            merged_scores.append(scores[best])
            left &= ~one_face
    shape = (len(merged_points), *points.shape[1:])
    return np.array(merged_points, dtype=np.float32).reshape(shape), np.array(merged_scores, dtype=np.float32)


def shared_areas(boxes: FloatArray) -> FloatArray:
    """Area that every box, shape (n, 4), shares with every other: shape (n, n), its own area on the diagonal."""
    sides = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:]) - np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    return np.asarray(np.maximum(sides, 0).prod(axis=2))


def _cell_centres() -> FloatArray:
    """Shape (GRID * GRID, 2): x, y of every cell's centre in pixels of the tile, row by row."""
    along = (np.arange(GRID, dtype=np.float32) + 0.5) * (TILE_PX / GRID)
    return np.stack([np.tile(along, GRID), np.repeat(along, GRID)], axis=1)


CELL_CENTRES = _cell_centres()
