from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.embedded.mesh import MIN_PRESENCE, FaceMesh, Meshes

DETECTED = np.array([172, 66, 278, 172], dtype=np.float32)
"""The detector's box on the astronaut, to the pixel; her face fills it."""

EYES = np.array([[[203, 102], [247, 104]]], dtype=np.float32)


@cache
def _mesh() -> FaceMesh:
    return FaceMesh()


def _placed(astronaut: RGBImage, box: FloatArray) -> Meshes:
    return _mesh()(astronaut, box[None].astype(np.float32), EYES)


@pytest.mark.parametrize(
    ("larger", "to_the_right", "up"),
    [
        (1.0, 0.0, 0.0),
        (1.0, 0.3, 0.0),  # shares of the box's side
        (1.0, 0.0, 0.3),
        (1.0, 0.0, -0.3),
        (1.4, 0.0, 0.0),
        (0.8, 0.1, 0.1),
        (2.0, 0.0, 0.6),  # with much hair above the face, as on one that looks down: the first look sees no face
    ],
)
def test_the_mesh_comes_to_lie_on_the_face_wherever_it_began(
    astronaut: RGBImage, larger: float, to_the_right: float, up: float
) -> None:
    centre = (DETECTED[:2] + DETECTED[2:]) / 2 + 106 * np.array([to_the_right, -up])
    box = np.concatenate([centre - 53 * larger, centre + 53 * larger])
    meshes = _placed(astronaut, box)
    assert meshes.presences[0] > 0.9
    assert np.abs(meshes.boxes - _placed(astronaut, DETECTED).boxes).max() < 4


def test_shape_and_depth_of_a_mesh(astronaut: RGBImage) -> None:
    meshes = _placed(astronaut, DETECTED)
    assert meshes.points.shape == (1, 468, 3)
    nose_tip, left_cheek, right_cheek = meshes.points[0, [1, 234, 454]]
    assert nose_tip[2] < left_cheek[2] - 20  # nearer to the camera, in the same pixels as x and y
    assert nose_tip[2] < right_cheek[2] - 20
    assert left_cheek[0] < nose_tip[0] < right_cheek[0]


def test_depth_grows_with_the_picture(astronaut: RGBImage) -> None:
    larger = np.asarray(cv2.resize(astronaut, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    depth = np.ptp(_placed(astronaut, DETECTED).points[0, :, 2])
    larger_depth = np.ptp(_mesh()(larger, 3 * DETECTED[None], 3 * EYES).points[0, :, 2])
    assert larger_depth == pytest.approx(3 * depth, rel=0.05)


def test_no_face_where_there_is_none(astronaut: RGBImage) -> None:
    rocket = np.array([400, 60, 480, 140], dtype=np.float32)
    eyes = np.array([[[420, 90], [460, 90]]], dtype=np.float32)
    assert _mesh()(astronaut, rocket[None], eyes).presences[0] < MIN_PRESENCE


def test_no_boxes_no_meshes(astronaut: RGBImage) -> None:
    meshes = _mesh()(astronaut, np.zeros((0, 4), dtype=np.float32), np.zeros((0, 2, 2), dtype=np.float32))
    assert meshes.boxes.shape == (0, 4)
    assert meshes.landmarks.shape == (0, 5, 2)
