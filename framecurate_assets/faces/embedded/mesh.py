"""468 points on a face, in three dimensions, with MediaPipe's face mesh."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.embedded.models import FACE_MESH, Network

INPUT_PX = 192
"""Side of the network's input."""

POINTS = 468

ROOM = 1.5
"""Side of the square that the network sees, over the longer side of the face."""

MIN_PRESENCE = 0.5
"""Presence below which a mesh does not lie on a face; MediaPipe's own default. Of the detections in the project's
clips that lay below it all were backs of heads, hands, shapes in the dark or the blur, full profiles, or faces
bent so far down that little of them shows."""

SETTLED = 0.03
"""A mesh has settled when no side of its box moves by more than this, over the longer side, from look to look."""

MAX_LOOKS = 6
"""Looks at a face, at most: 2.5 are usual, and 5 bring a mesh home that began a third of the face too high."""

LOWER_BY = 0.3
"""Share of its side by which the detector's box is too high on a face that looks down and shows much hair."""

EYES = ((33, 133, 159, 145), (263, 362, 386, 374))
"""Outer and inner corner, upper and lower lid of the left and the right eye as seen in the image."""

NOSE_TIP = 1
MOUTH_CORNERS = (61, 291)


@dataclass(frozen=True)
class Meshes:
    """The meshes of n faces as parallel arrays."""

    points: FloatArray
    """Shape (n, 468, 3): x, y in pixels of the frame, and z, which grows away from the camera, to the same scale."""

    presences: FloatArray
    """Shape (n,): how sure the network is that what it saw is a face whose points it could place, 0..1. The lowest
    of all looks: blurred things that resemble a face pass one more easily than each."""

    @property
    def boxes(self) -> FloatArray:
        """Shape (n, 4): x1, y1, x2, y2 of all points, not clipped to the frame.

        From the hairline to the chin and from cheek to cheek; of a turned face what the camera sees, without ears.
        """
        return np.concatenate([self.points[:, :, :2].min(axis=1), self.points[:, :, :2].max(axis=1)], axis=1)

    @property
    def landmarks(self) -> FloatArray:
        """Shape (n, 5, 2): eye centres, nose tip and mouth corners, left before right as seen in the image."""
        left_eye, right_eye = (self.points[:, eye, :2].mean(axis=1) for eye in EYES)
        others = self.points[:, (NOSE_TIP, *MOUTH_CORNERS), :2]
        return np.concatenate([left_eye[:, None], right_eye[:, None], others], axis=1)


class FaceMesh:
    """Places a mesh on faces that a detector found.

    Source: Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019, and
    MediaPipe's graphs `face_landmark_cpu.pbtxt`, `face_detection_front_detection_to_roi.pbtxt` and
    `face_landmark_landmarks_to_roi.pbtxt`.
    """

    def __init__(self) -> None:
        """Load the network.

        Raises:
            FramecurateError: the package that carries the network is missing, or carries another one.
        """
        self._network = Network(FACE_MESH)

    def __call__(self, frame: RGBImage, boxes: FloatArray, eyes: FloatArray) -> Meshes:
        """Look at each face where the detector saw it, then where the mesh came to lie, until it stays there.

        A settled mesh gives a box seven times steadier than the detector's (0.2 % against 1.3 % of its side when
        the frame is shifted and scaled a little), and halves the largest errors of the angles.

        Args:
            frame: shape (height, width, 3), uint8, RGB.
            boxes: shape (n, 4), x1, y1, x2, y2 in pixels of the frame.
            eyes: shape (n, 2, 2), left and right eye as seen in the image.
        """
        points = np.zeros((len(boxes), POINTS, 3), dtype=np.float32)
        presences = np.zeros(len(boxes), dtype=np.float32)
        for index, (box, two_eyes) in enumerate(zip(boxes, eyes, strict=True)):
            points[index], presences[index] = self._settle(frame, _square_around_box(box, two_eyes))
            if presences[index] < MIN_PRESENCE:
                points[index], presences[index] = self._settle(frame, _square_low_in_box(box, two_eyes))
        return Meshes(points, presences)

    def _settle(self, frame: RGBImage, square: _Square) -> tuple[FloatArray, float]:
        """The settled mesh, shape (468, 3), and its presence; given up where a look sees no face."""
        presence = 1.0
        former = np.full(4, np.inf)
        for _ in range(MAX_LOOKS):
            points, seen_presence = self._look(frame, square)
            presence = min(presence, seen_presence)
            box = np.concatenate([points[:, :2].min(axis=0), points[:, :2].max(axis=0)])
            if presence < MIN_PRESENCE or np.abs(box - former).max() <= SETTLED * max(box[2:] - box[:2]):
                break
            former = box
            square = _square_around_mesh(points)
        return points, presence

    def _look(self, frame: RGBImage, square: _Square) -> tuple[FloatArray, float]:
        """Points (468, 3) in the frame, and the presence of a face, from what one square shows."""
        to_input = square.to_input()
        seen = cv2.warpAffine(
            frame, to_input, (INPUT_PX, INPUT_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        values, logit = self._network(np.asarray(seen, dtype=np.uint8))
        points = values.reshape(POINTS, 3)
        points[:, :2] = (points[:, :2] - to_input[:, 2]) @ np.linalg.inv(to_input[:, :2]).T
        points[:, 2] *= square.side / INPUT_PX
        return points, float(1 / (1 + np.exp(-logit.item())))


@dataclass(frozen=True)
class _Square:
    """A turned square of the frame: in it the eyes are level."""

    centre: npt.NDArray[np.floating]
    side: float
    angle: float
    """Radians that the eye line is turned clockwise from level."""

    def to_input(self) -> npt.NDArray[np.float64]:
        """Shape (2, 3): the affine map from pixels of the frame to pixels of the network's input."""
        turn_back = _turn(-self.angle) * (INPUT_PX / self.side)
        return np.column_stack([turn_back, INPUT_PX / 2 - turn_back @ self.centre])


def _square_around_box(box: FloatArray, eyes: FloatArray) -> _Square:
    return _Square((box[:2] + box[2:]) / 2, float(max(box[2:] - box[:2])) * ROOM, _slope(eyes))


def _square_low_in_box(box: FloatArray, eyes: FloatArray) -> _Square:
    angle = _slope(eyes)
    side = float(max(box[2:] - box[:2]))
    return _Square((box[:2] + box[2:]) / 2 + _turn(angle) @ [0, LOWER_BY * side], side, angle)


def _square_around_mesh(points: FloatArray) -> _Square:
    angle = _slope(points[[EYES[0][0], EYES[1][0]], :2])
    level = points[:, :2] @ _turn(-angle).T
    low, high = level.min(axis=0), level.max(axis=0)
    return _Square(_turn(angle) @ ((low + high) / 2), float(max(high - low)) * ROOM, angle)


def _slope(eyes: FloatArray) -> float:
    across = eyes[1] - eyes[0]
    return float(np.arctan2(across[1], across[0]))


def _turn(angle: float) -> npt.NDArray[np.float64]:
    """Shape (2, 2): turns x, y clockwise in the image, whose y points down."""
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
