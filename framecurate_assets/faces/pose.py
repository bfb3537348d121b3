"""Head pose: yaw, pitch and roll from the mesh of a face."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray
from framecurate_assets.faces.mean_face import STABLE_POINTS, STABLE_SHAPE


def angles_from_mesh(points: FloatArray) -> FloatArray:
    """Yaw, pitch and roll of the rotation that turns the mean face onto each mesh.

    The rotation is taken apart as roll after yaw after pitch, so turning the picture changes roll alone, and
    mirroring it negates yaw and roll and keeps pitch.

    Args:
        points: shape (n, 468, 3): x to the right, y down, z away from the camera, all to one scale.

    Returns:
        Shape (n, 3): yaw, pitch, roll in degrees; yaw > 0 looks to the image's right, pitch > 0 looks up,
        roll > 0 is clockwise.

    Source: W. Kabsch, "A solution for the best rotation to relate two sets of vectors", 1976.
    """
    seen = points[:, STABLE_POINTS].astype(np.float64)
    seen -= seen.mean(axis=1, keepdims=True)
    mean_face = STABLE_SHAPE - STABLE_SHAPE.mean(axis=0)
    u, _, v = np.linalg.svd(seen.transpose(0, 2, 1) @ mean_face)
    # Without this a mirrored face would fit better than a turned one now and then.
    u[:, :, 2] *= np.sign(np.linalg.det(u @ v))[:, None]
    return _angles(u @ v)


def _angles(rotations: npt.NDArray[np.float64]) -> FloatArray:
    """Rotations (n, 3, 3) from the mean face to the image -> yaw, pitch, roll (n, 3) in degrees."""
    yaw = np.arcsin(np.clip(rotations[:, 2, 0], -1, 1))
    pitch = -np.arctan2(rotations[:, 2, 1], rotations[:, 2, 2])
    roll = np.arctan2(rotations[:, 1, 0], rotations[:, 0, 0])
    return np.asarray(np.degrees(np.stack([yaw, pitch, roll], axis=1)), dtype=np.float32)
