"""How the numbers in `framecurate_assets/faces/mean_face.py` were made: measures them anew and prints them.

    python -m benchmarks.mean_face [FOLDER]

The folder holds one subfolder a person with square pictures of the face. A generalised Procrustes analysis
(Gower, 1975) of the meshes on them and of their mirror images gives the mean shape. It is turned so that its
plane of symmetry stands upright, and so that the median of the people's median pitches is 0.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.embedded.detector import Detector
from framecurate_assets.faces.embedded.mesh import FaceMesh
from framecurate_assets.pictures.files import read_picture

Shapes = npt.NDArray[np.float64]

MIDDLE = (151, 9, 8, 168, 6, 197, 195, 5, 2)
"""Stable points on the plane of symmetry: forehead, bridge and base of the nose."""

LEFT = (33, 133, 129, 47, 101, 117, 50, 116, 104, 108, 127, 234)
RIGHT = (263, 362, 358, 277, 330, 346, 280, 345, 333, 337, 356, 454)
"""Stable points beside it, as seen in the image: eye corners, nostrils, cheekbones, forehead, temples."""

POINTS = (*MIDDLE, *LEFT, *RIGHT)
MIRROR = [*range(9), *range(21, 33), *range(9, 21)]
"""Place of every point's mirror image among them."""


def main(folder: Path) -> None:
    people = [_shapes(person) for person in sorted(folder.iterdir()) if person.is_dir()]
    seen = np.concatenate(people)
    mean = _symmetric_mean(np.concatenate([seen, _mirrored(seen)]))
    pitch = float(np.median([np.median(_pitches(person, mean)) for person in people]))
    print(f"# {len(seen)} faces of {len(people)} people")
    for point, (x, y, z) in zip(POINTS, (mean @ _looking_up(pitch).T).tolist(), strict=True):
        print(f"    {point}: ({x:.3f}, {y:.3f}, {z:.3f}),")


def _shapes(folder: Path) -> Shapes:
    """The stable points of every face found in a folder's pictures: shape (n, 33, 3)."""
    detector, mesh = Detector(smallest_face_px=1000, min_confidence=0.5), FaceMesh()
    shapes = []
    for path in sorted(folder.glob("*.png")):
        picture = _with_margin(read_picture(path))
        found = detector(picture)
        shapes.append(mesh(picture, found.boxes[:1], found.eyes[:1]).points[:, POINTS])
    return _normalised(np.concatenate(shapes).astype(np.float64))


def _with_margin(picture: RGBImage) -> RGBImage:
    """The detector wants to see more than a face that fills the picture."""
    margin = picture.shape[0] // 2
    return np.asarray(cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_REPLICATE), dtype=np.uint8)


def _normalised(shapes: Shapes) -> Shapes:
    """Centred, and of mean squared distance 1 from the centre."""
    centred = shapes - shapes.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.sqrt((centred**2).sum(axis=2).mean(axis=1))[:, None, None])


def _mirrored(shapes: Shapes) -> Shapes:
    return np.asarray(shapes[:, MIRROR] * [-1, 1, 1])


def _symmetric_mean(shapes: Shapes) -> Shapes:
    """Mean of shapes that come with their mirror images, its left and right along x."""
    mean = shapes[0]
    for _ in range(20):
        mean = _normalised((shapes @ _rotations(shapes, mean)).mean(axis=0)[None])[0]
    across = (mean[21:33] - mean[9:21]).mean(axis=0)
    x = across / np.linalg.norm(across)
    y = np.cross([0, 0, 1], x) / np.linalg.norm(np.cross([0, 0, 1], x))
    level = mean @ np.stack([x, y, np.cross(x, y)], axis=1)
    return np.asarray((level + level[MIRROR] * [-1, 1, 1]) / 2)


def _rotations(shapes: Shapes, mean: Shapes) -> Shapes:
    """Rotations (n, 3, 3) that turn the mean onto each shape (Kabsch, 1976)."""
    u, _, v = np.linalg.svd(shapes.transpose(0, 2, 1) @ mean)
    u[:, :, 2] *= np.sign(np.linalg.det(u @ v))[:, None]
    return np.asarray(u @ v)


def _pitches(shapes: Shapes, mean: Shapes) -> Shapes:
    """How far up each shape looks compared with the mean: radians, shape (n,)."""
    rotations = _rotations(shapes, mean)
    return np.asarray(-np.arctan2(rotations[:, 2, 1], rotations[:, 2, 2]))


def _looking_up(angle: float) -> Shapes:
    """Rotation (3, 3) that makes a shape look up by this many radians."""
    return np.array([[1, 0, 0], [0, np.cos(angle), np.sin(angle)], [0, -np.sin(angle), np.cos(angle)]])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/faces"))
