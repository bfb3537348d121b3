"""How many faces the embedded engine finds, of those that a stronger and much slower detector finds.

    python -m benchmarks.recall [--media FOLDER] [--frames N] [--misses SHEET.webp]

The reference is dlib's `mmod_human_face_detector` (a convolutional network, seconds a frame; on pictures twice as
large in the crowd's clip). Its own boxes decide a face's size, and "near-frontal" is |yaw| < 30 by the offset of the
nose from the middle of the eyes. Beside the clips, two pictures that come with installed packages are placed in
grey 1280x720 and 1920x1080 frames at several sizes; there the reference looks at the pictures themselves.
Some misses are faces that look down or are hidden; what the reference takes for a face by error counts against the
engine too: look at the sheet of misses.
"""

from __future__ import annotations

import argparse
import importlib.util
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import dlib
import numpy as np
import skimage.data

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.pictures.sheets import Tile, sheet_of_tiles, shrink

CLIPS = {
    "s18": None,
    "s32": None,
    "d13": None,
    "d0": (720, 720),
    "d3": (720, 720),
    "hamilton": (1280, 720),
    "fp_video": None,
}
"""Clips, and the size to which the ones that are too small for the pipeline are scaled up."""

CROWD = "fp_video"
FRAME_SIZES = ((1280, 720), (1920, 1080))
SIZES = (60, 70, 80, 90, 105, 130, 160)
"""Sides that the faces of a placed picture have, px: their median."""

SMALLEST_FACES = (100, 60)
"""Values of `detection.smallest_face_px` that are compared."""

REFERENCE_CONFIDENCE = 0.3
MAX_YAW = 30
YAW_OF_NOSE_OFFSET = 82
"""Degrees of yaw for a nose that is one eye distance off the middle."""

SAME_FACE_IOU = 0.25
REFERENCE_TILE_PX = 1400
"""The reference looks at larger pictures in parts, to bound its memory."""


@dataclass(frozen=True)
class Scene:
    """A frame and the faces that the reference finds in it."""

    group: str
    frame: RGBImage
    boxes: FloatArray
    """Shape (n, 4)."""
    near_frontal: list[bool]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--media", type=Path, default=Path("../shared/media"))
    parser.add_argument("--frames", type=int, default=3, help="frames a clip")
    parser.add_argument("--misses", type=Path, help="where to write a sheet of the faces that were missed")
    arguments = parser.parse_args()
    reference = Reference()
    scenes = [*_placed_scenes(reference), *_clip_scenes(reference, arguments.media, arguments.frames)]
    misses: list[Tile] = []
    for smallest_face_px in SMALLEST_FACES:
        engine = EmbeddedEngine(smallest_face_px, min_confidence=0.5)
        print(f"\nsmallest_face_px = {smallest_face_px}")
        print("| faces | near-frontal | found | of | all found | of |\n| --- | --- | --- | --- | --- | --- |")
        _print_rows(engine, scenes, misses)
    if arguments.misses:
        arguments.misses.write_bytes(sheet_of_tiles(misses))


def _print_rows(engine: EmbeddedEngine, scenes: list[Scene], misses: list[Tile]) -> None:
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for scene in scenes:
        (faces,) = engine.find([scene.frame])
        for box, near_frontal in zip(scene.boxes, scene.near_frontal, strict=True):
            found = _is_among(box, faces.boxes)
            row = counts[scene.group, _size_class(box)]
            row[0] += near_frontal and found
            row[1] += near_frontal
            row[2] += found
            row[3] += 1
            if not found and near_frontal and _side(box) >= min(SIZES):
                misses.append(Tile(shrink(crop_face(scene.frame, box)), f"{scene.group} {_side(box):.0f}"))
    for (group, size), row in sorted(counts.items()):
        share = f"{100 * row[0] / row[1]:.1f} %" if row[1] else ""
        print(f"| {group}, {size} px | {share} | {row[0]} | {row[1]} | {row[2]} | {row[3]} |")


class Reference:
    """dlib's convolutional detector, and its five landmarks for a rough yaw."""

    def __init__(self) -> None:
        models = _package_folder("face_recognition_models") / "models"
        self._detector = dlib.cnn_face_detection_model_v1(str(models / "mmod_human_face_detector.dat"))
        self._landmarks = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))

    def scene(self, group: str, frame: RGBImage, enlarge: int = 1) -> Scene:
        """What the reference sees in a frame, looked at `enlarge` times its size."""
        picture = cv2.resize(frame, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC)
        found: list[tuple[float, FloatArray]] = []
        for top in _starts(picture.shape[0]):
            for left in _starts(picture.shape[1]):
                part = picture[top : top + REFERENCE_TILE_PX, left : left + REFERENCE_TILE_PX]
                for detection in self._detector(np.ascontiguousarray(part), 0):
                    if detection.confidence >= REFERENCE_CONFIDENCE:
                        rectangle = detection.rect
                        corners = (rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom())
                        box = np.array(corners) + np.array([left, top, left, top])
                        found.append((detection.confidence, (box / enlarge).astype(np.float32)))
        boxes: list[FloatArray] = []
        for _, box in sorted(found, key=lambda pair: -pair[0]):
            if not _is_among(box, np.array(boxes, dtype=np.float32).reshape(-1, 4)):
                boxes.append(box)
        return Scene(
            group,
            frame,
            np.array(boxes, dtype=np.float32).reshape(-1, 4),
            [self._yaw(frame, box) < MAX_YAW for box in boxes],
        )

    def _yaw(self, frame: RGBImage, box: FloatArray) -> float:
        """|yaw| in degrees, roughly."""
        shape = self._landmarks(frame, dlib.rectangle(*(round(float(side)) for side in box)))
        corners = np.array([(shape.part(number).x, shape.part(number).y) for number in range(5)], dtype=float)
        right_eye, left_eye, nose = corners[0:2].mean(axis=0), corners[2:4].mean(axis=0), corners[4]
        across = right_eye - left_eye
        offset = (nose - (left_eye + right_eye) / 2) @ across / max(across @ across, 1e-9)
        return float(abs(offset) * YAW_OF_NOSE_OFFSET)


def _clip_scenes(reference: Reference, media: Path, frames: int) -> Iterator[Scene]:
    for name, size in CLIPS.items():
        pictures = _decode(media / f"{name}.mp4")
        for index in np.linspace(0, len(pictures) - 1, frames + 2)[1:-1].round().astype(int).tolist():
            frame = cv2.resize(pictures[index], size, interpolation=cv2.INTER_CUBIC) if size else pictures[index]
            group = "crowd" if name == CROWD else "clips"
            yield reference.scene(group, frame, enlarge=2 if name == CROWD else 1)


def _placed_scenes(reference: Reference) -> Iterator[Scene]:
    picture_file = _package_folder("insightface") / "data" / "images" / "t1.jpg"
    chance = np.random.default_rng(0)
    for picture in (read_picture(picture_file), skimage.data.astronaut()):  # type: ignore[no-untyped-call]
        seen = reference.scene("", picture)
        for width, height in FRAME_SIZES:
            for size in SIZES:
                scale = size / float(np.median([_side(box) for box in seen.boxes]))
                yield _placed(seen, scale, width, height, chance)


def _placed(seen: Scene, scale: float, width: int, height: int, chance: np.random.Generator) -> Scene:
    """The picture at another size somewhere in a grey frame; faces that do not fit into it are left out."""
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(seen.frame, None, fx=scale, fy=scale, interpolation=how)[:height, :width]
    left = int(chance.integers(0, width - picture.shape[1] + 1))
    top = int(chance.integers(0, height - picture.shape[0] + 1))
    frame = np.full((height, width, 3), 110, dtype=np.uint8)
    frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    boxes = seen.boxes * np.float32(scale) + np.array([left, top, left, top], dtype=np.float32)
    fits = (boxes[:, 2] <= left + picture.shape[1]) & (boxes[:, 3] <= top + picture.shape[0])
    near_frontal = [flag for flag, kept in zip(seen.near_frontal, fits, strict=True) if kept]
    return Scene(f"placed in {width}x{height}", frame, boxes[fits], near_frontal)


def _decode(path: Path) -> list[RGBImage]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in container.decode(video=0)]


def _starts(length: int) -> list[int]:
    """Where parts begin along a side, evenly spread and well overlapping."""
    count = 1 if length <= REFERENCE_TILE_PX else int(np.ceil(1.3 * length / REFERENCE_TILE_PX))
    return [round(start) for start in np.linspace(0, max(0, length - REFERENCE_TILE_PX), count).tolist()]


def _is_among(box: FloatArray, boxes: FloatArray) -> bool:
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = np.maximum(sides, 0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return bool((shared > SAME_FACE_IOU * (areas - shared)).any())


def _side(box: FloatArray) -> float:
    return float(min(box[2:] - box[:2]))


def _size_class(box: FloatArray) -> str:
    for limit, name in ((100, ">= 100"), (60, "60-100"), (40, "40-60")):
        if _side(box) >= limit:
            return name
    return "< 40"


def _package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"The package {package} is not installed: pip install -r requirements.lock")
    return Path(next(iter(spec.submodule_search_locations)))


if __name__ == "__main__":
    main()
