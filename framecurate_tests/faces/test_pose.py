from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.mean_face import STABLE_POINTS, STABLE_SHAPE
from framecurate_assets.faces.pose import angles_from_mesh


def _turned(yaw: float, pitch: float, roll: float) -> FloatArray:
    """The mean face as a mesh of one face, somewhere in a frame, turned by angles in degrees.

    Built from what the angles mean to somebody who looks at the picture (x right, y down, z away), not from the
    formula under test.
    """
    a, b, c = np.radians([yaw, pitch, roll])
    up = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    to_the_right = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    clockwise = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    points = np.zeros((1, 468, 3), dtype=np.float32)
    points[0, STABLE_POINTS] = STABLE_SHAPE @ (clockwise @ to_the_right @ up).T * 70 + [640, 360, 0]
    return points


def test_the_mean_face_looks_straight_at_the_camera() -> None:
    assert np.abs(angles_from_mesh(_turned(0, 0, 0))).max() < 1e-3


@pytest.mark.parametrize(
    "angles",
    [(30, 0, 0), (-30, 0, 0), (0, 25, 0), (0, -25, 0), (0, 0, 15), (0, 0, -170), (40, -20, 60), (-80, 5, 3)],
)
def test_angles_of_a_turned_mean_face(angles: tuple[float, float, float]) -> None:
    assert np.abs(angles_from_mesh(_turned(*angles))[0] - angles).max() < 1e-3


def test_signs_are_those_that_somebody_sees() -> None:
    nose = STABLE_POINTS.tolist().index(5)
    middle: npt.NDArray[np.float32] = _turned(0, 0, 0)[0, STABLE_POINTS][nose]
    assert _turned(20, 0, 0)[0, STABLE_POINTS][nose][0] > middle[0]  # yaw > 0: the nose goes to the image's right
    assert _turned(0, 20, 0)[0, STABLE_POINTS][nose][1] < middle[1]  # pitch > 0: the nose goes up
    left_eye, right_eye = _turned(0, 0, 20)[0, [33, 263]]
    assert right_eye[1] > left_eye[1]  # roll > 0, clockwise: the right eye sinks


def test_a_mesh_whose_depth_came_out_inverted_is_not_read_as_turned_around() -> None:
    mesh = _turned(0, 0, 5)
    mesh[:, :, 2] *= -0.05  # of a very small face: flat, and hollow where it should bulge
    assert np.abs(angles_from_mesh(mesh)[0] - [0, 0, 5]).max() < 10


def test_no_faces_no_angles() -> None:
    assert angles_from_mesh(np.zeros((0, 468, 3), dtype=np.float32)).shape == (0, 3)


def test_a_mirrored_picture_negates_yaw_and_roll_and_keeps_pitch(
    engine: EmbeddedEngine, astronaut: RGBImage, six_people: RGBImage
) -> None:
    for picture in (astronaut, six_people):
        mirrored = np.ascontiguousarray(picture[:, ::-1])
        angles = engine.find([picture])[0].angles
        opposite = engine.find([mirrored])[0].angles[::-1]  # sorted from left to right
        assert np.abs(opposite - angles * [-1, 1, -1]).max() < 4


def test_who_looks_where(engine: EmbeddedEngine, six_people: RGBImage, astronaut: RGBImage) -> None:
    (people,) = engine.find([six_people])
    yaw, pitch, roll = people.angles.T
    assert (yaw[[1, 4]] < -25).all()  # the two who stand look to the image's left
    assert (np.abs(yaw[[0, 2, 3, 5]]) < 25).all()
    assert (roll[[0, 1]] < -15).all()  # the two on the left tilt their heads anticlockwise
    assert roll[2] > 8  # the man in the middle clockwise
    assert pitch[2] < -5  # and he looks at the cards below him
    assert np.abs(engine.find([astronaut])[0].angles).max() < 10


@pytest.mark.parametrize("degrees", [15, -15, 40])
def test_turning_the_picture_changes_roll_alone(engine: EmbeddedEngine, astronaut: RGBImage, degrees: int) -> None:
    turn = cv2.getRotationMatrix2D((225, 120), -degrees, 1)  # OpenCV's angles are anticlockwise
    turned = np.asarray(cv2.warpAffine(astronaut, turn, (512, 512)), dtype=np.uint8)
    before, after = engine.find([astronaut])[0].angles[0], engine.find([turned])[0].angles[0]
    assert np.abs(after - before - [0, 0, degrees]).max() < 2.5
