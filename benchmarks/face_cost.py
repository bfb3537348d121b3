"""What each step of measuring faces costs: CPU milliseconds of one core.

    python -m benchmarks.face_cost [--repeat N]

On a picture with six people that comes with the package insightface, scaled into frames of two sizes.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.analyse import analyse_frame
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.embedded.detector import Detector
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.embedded.mesh import FaceMesh
from framecurate_assets.faces.emotion import EmotionModel
from framecurate_assets.faces.pose import angles_from_mesh
from framecurate_assets.faces.quality import sharpness
from framecurate_assets.pictures.files import encode_jpeg, read_picture
from framecurate_assets.policy import DetectionPolicy

FRAME_SIZES = ((1280, 720), (1920, 1080))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=20)
    repeat = parser.parse_args().repeat
    cv2.setNumThreads(1)
    print("| step | ms |\n| --- | --- |")
    for width, height in FRAME_SIZES:
        frame = _frame(width, height)
        for smallest_face_px in (100, 60):
            detector = Detector(smallest_face_px, min_confidence=0.5)
            name = f"detector, {width}x{height}, faces of {smallest_face_px} px, a frame"
            _report(name, repeat, partial(detector, frame))
    frame = _frame(*FRAME_SIZES[-1])
    _report_steps(frame, repeat)
    engine, emotions, policy = EmbeddedEngine(100, 0.5), EmotionModel(), DetectionPolicy()
    _report("everything, 1920x1080, six faces, a frame", repeat, lambda: analyse_frame(frame, engine, emotions, policy))


def _report_steps(frame: RGBImage, repeat: int) -> None:
    found = Detector(100, min_confidence=0.5)(frame)
    mesh, emotions, engine = FaceMesh(), EmotionModel(), EmbeddedEngine(100, 0.5)
    meshes = mesh(frame, found.boxes, found.eyes)
    (faces,) = engine.find([frame])
    crops = [crop_face(frame, box) for box in faces.boxes]
    steps: dict[str, Callable[[], object]] = {
        "mesh until it has settled": lambda: mesh(frame, found.boxes, found.eyes),
        "head pose": lambda: angles_from_mesh(meshes.points),
        "crop": lambda: [crop_face(frame, box) for box in faces.boxes],
        "sharpness": lambda: [sharpness(crop) for crop in crops],
        "emotion": lambda: emotions(frame, faces.boxes),
        "descriptor": lambda: engine.embed(frame, faces),
        "crop as JPEG": lambda: [encode_jpeg(crop) for crop in crops],
    }
    for name, step in steps.items():
        _report(f"{name}, a face", repeat, step, parts=len(faces))


def _report(name: str, repeat: int, step: Callable[[], object], parts: int = 1) -> None:
    step()
    started = time.process_time()
    for _ in range(repeat):
        step()
    print(f"| {name} | {(time.process_time() - started) * 1000 / repeat / parts:.2f} |")


def _frame(width: int, height: int) -> RGBImage:
    spec = importlib.util.find_spec("insightface")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The package insightface is not installed: pip install -r requirements.lock")
    picture = read_picture(Path(next(iter(spec.submodule_search_locations))) / "data" / "images" / "t1.jpg")
    scale = height / picture.shape[0]
    frame = np.full((height, width, 3), 110, dtype=np.uint8)
    scaled = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:, :width]
    frame[:, : scaled.shape[1]] = scaled
    return frame


if __name__ == "__main__":
    main()
