"""Faces of one frame: two people, unless one of them is a picture or a mirror image of the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.faces import Bools
from framecurate_assets.identity.neighbours import Indices

Boxes = npt.NDArray[np.float64]

PICTURE_FACTOR = 0.3
"""Two faces of one frame are one picture twice (a split screen, a collage) up to this part of the seed threshold:
0.156 at 0.52, less than half of what two samples of one living person differ by."""

MIRROR_FACTOR = 0.5
"""Up to this part, 0.26 at 0.52, they may be a mirror image or a photo: 95 of 100 crops are nearer to their mirrored
selves. No two people of the labelled sets are nearer than 0.4. But then one must not move, or as the other does."""

MIRROR_FRAMES = 3
"""Frames that show both from which their movement says something."""

STILL = 0.02
"""A box whose middle stays within this part of its width does not move: what a detector's boxes tremble by."""

MOVEMENT = 0.1
"""Boxes that move less than this part of their width say nothing about whether they move alike."""

ALIKE = 0.95
"""Correlation of the movements from which one is the other's image."""


def seen_together(frames: Indices) -> tuple[Indices, Indices]:
    """All pairs of rows with the same frame number, each once."""
    order = np.argsort(frames, kind="stable")
    sorted_frames = frames[order]
    one, other = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    step = 1
    while step < len(order):
        same = np.flatnonzero(sorted_frames[:-step] == sorted_frames[step:])
        if not len(same):
            break
        one.append(order[same])
        other.append(order[same + step])
        step += 1
    return np.concatenate(one), np.concatenate(other)


def images_of_others(
    boxes: pl.DataFrame, descriptors: FloatArray, tracks: Indices, frames: Indices, distance: float
) -> Indices:
    """Pairs of tracks that one frame shows and that are one person all the same.

    Args:
        boxes: columns x1, y1, x2, y2 in pixels, a row a face; null for faces that are in no frame.
        descriptors: shape (n, size).
        tracks: shape (n,), number of the track.
        frames: shape (n,), number of the frame.
        distance: seed threshold, Euclidean.

    Returns:
        Shape (m, 2), the lower number first, sorted.
    """
    one, other = seen_together(frames)
    swap = tracks[one] > tracks[other]
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    pairs = np.stack([tracks[one], tracks[other]], axis=1)
    lengths = np.linalg.norm(descriptors[one] - descriptors[other], axis=1)
    corners = boxes.select("x1", "y1", "x2", "y2").to_numpy().astype(np.float64)
    found = []
    for at in _alike_at_least_once(pairs, lengths <= MIRROR_FACTOR * distance):
        typical = float(np.median(lengths[at]))
        if typical <= PICTURE_FACTOR * distance or (
            typical <= MIRROR_FACTOR * distance and _is_image(corners[one[at]], corners[other[at]])
        ):
            found.append(pairs[at[0]])
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _alike_at_least_once(pairs: Indices, near: Bools) -> Iterator[Indices]:
    """Of each pair of tracks that is near in some frame, sorted, the rows of all frames that show both."""
    by_pair = np.lexsort((pairs[:, 1], pairs[:, 0]))
    begins = np.flatnonzero((np.diff(pairs[by_pair], axis=0) != 0).any(axis=1)) + 1
    return (at for at in np.split(by_pair, begins) if near[at].any())


def _is_image(one: Boxes, other: Boxes) -> bool:
    """Whether one of two series of boxes never moves, or both move alike, straight or mirrored."""
    if len(one) < MIRROR_FRAMES:
        return False
    moves = [_movement(one), _movement(other)]
    ranges = [np.ptp(move, axis=0).max() for move in moves]
    if min(ranges) <= STILL < MOVEMENT <= max(ranges):
        return True
    strongest = int(np.ptp(moves[0], axis=0).argmax())
    if min(np.ptp(move[:, strongest]) for move in moves) < MOVEMENT:
        return False
    return bool(abs(np.corrcoef(moves[0][:, strongest], moves[1][:, strongest])[0, 1]) >= ALIKE)


def _movement(boxes: Boxes) -> Boxes:
    """The middles of boxes, shape (m, 2), in widths."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.asarray(middles / np.mean(boxes[:, 2] - boxes[:, 0]))
