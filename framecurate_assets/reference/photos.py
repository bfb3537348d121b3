"""The one face in a photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.engine import FaceEngine, Faces
from framecurate_assets.faces.engines import choose_engine, open_engine
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.lake import Lake
from framecurate_assets.pictures.upright import UnreadablePictureError, read_upright
from framecurate_assets.policy import DetectionPolicy

BORDER = 0.5
"""Of the longer side: a photo that is cropped closely to the face is looked at once more with so much grey around it.
Of crops of 112 px 8 % were missed without, and none with it."""

GREY = (127, 127, 127)

ODD_FACTOR = 1.25
"""A photo that is farther than this multiple of the threshold from all others is odd: 0.65 at 0.52, up to where 99 %
of one person's pictures are from each other."""


def engine_for_photos(lake: Lake, policy: DetectionPolicy) -> FaceEngine:
    """The engine of the lake, looking for faces down to the smallest that are measured.

    Raises:
        FramecurateError: the lake belongs to another engine than the policy asks for, or weights are missing.
    """
    smallest = max(20, min(policy.smallest_face_px, int(policy.min_face_px)))
    closely = policy.model_copy(update={"smallest_face_px": smallest})
    choice = choose_engine(policy, lake.folder.models, pinned_engine(lake.folder))
    return open_engine(choice, closely, lake.folder.models)


def describe_photos(photos: Sequence[Path], engine: FaceEngine, policy: DetectionPolicy) -> FloatArray:
    """The descriptor of the face in each photo, shape (n, size).

    Raises:
        FramecurateError: a photo is missing or unreadable, or there is not exactly one face in it that is large
            enough: the message says which photo.
    """
    return np.stack([_describe(photo, engine, policy) for photo in photos])


def odd_photos(descriptors: FloatArray, threshold: float) -> list[int]:
    """The numbers of the photos that may show somebody else than the others.

    Args:
        descriptors: shape (n, size).
        threshold: Euclidean distance up to which two descriptors are one person's.
    """
    if len(descriptors) < 2:
        return []
    distances = np.linalg.norm(descriptors[:, None] - descriptors[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.flatnonzero(distances.min(axis=1) > ODD_FACTOR * threshold).tolist()


def _describe(photo: Path, engine: FaceEngine, policy: DetectionPolicy) -> FloatArray:
    picture = _read(photo)
    found = _look(picture, engine, policy)
    if not len(found):
        height, width = picture.shape[:2]
        border = round(BORDER * max(height, width))
        picture = np.asarray(
            cv2.copyMakeBorder(picture, border, border, border, border, cv2.BORDER_CONSTANT, value=GREY), np.uint8
        )
        found = _look(picture, engine, policy)
    if not len(found):
        raise FramecurateError(
            f"There is no face in {photo}", "Take a photo in which the face is upright and looks at the camera"
        )
    sides = (found.boxes[:, 2:] - found.boxes[:, :2]).min(axis=1)
    large = found.subset(sides >= policy.min_face_px)
    if not len(large):
        raise FramecurateError(
            f"The face in {photo} is {sides.max():.0f} px, and {policy.min_face_px:.0f} px are the least",
            "Take a larger photo",
        )
    if len(large) > 1:
        raise FramecurateError(
            f"There are {len(large)} faces in {photo}, and nothing says whose is meant", "Crop it to one face"
        )
    return np.asarray(engine.embed(picture, large)[0], dtype=np.float32)


def _look(picture: RGBImage, engine: FaceEngine, policy: DetectionPolicy) -> Faces:
    (found,) = engine.find([picture])
    return found.subset(found.det_scores >= policy.min_confidence)


def _read(photo: Path) -> RGBImage:
    if not photo.exists():
        raise FramecurateError(f"{photo} does not exist", "Check its spelling")
    if not photo.is_file():
        raise FramecurateError(f"{photo} is no file", "Name photos, one by one")
    try:
        with photo.open("rb") as file:
            return read_upright(file)
    except UnreadablePictureError as error:
        raise FramecurateError(
            f"{photo} cannot be read: {error.problem}", "Take a JPEG, PNG, WebP or BMP picture"
        ) from error
