"""What each step of measuring faces costs: CPU milliseconds of one core, and what the networks alone cost.

    python -m benchmarks.face_cost [--repeat N]

On a picture with six people that comes with the package insightface, scaled into frames of two sizes. Each figure is
the least of some repetitions; ratios are of figures of the same run.
"""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import repeat as times
from pathlib import Path

import cv2
import dlib
import numpy as np

from benchmarks.cost import least_cpu_s
from benchmarks.model_time import model_seconds
from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.analyse import analyse_frames
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.embedded.descriptor import FACE_DESCRIPTOR
from framecurate_assets.faces.embedded.descriptor_network import open_descriptor_network
from framecurate_assets.faces.embedded.detector import Detector
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.embedded.mesh import FaceMesh
from framecurate_assets.faces.emotion import EmotionModel
from framecurate_assets.faces.pose import angles_from_mesh
from framecurate_assets.faces.quality import sharpness
from framecurate_assets.pictures.files import encode_jpeg, read_picture
from framecurate_assets.policy import DetectionPolicy

FRAME_SIZES = ((1280, 720), (1920, 1080))

FRAMES = 10
"""Frames of which everything is measured, so that descriptors are made as for a video."""


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
    _report_steps(_frame(*FRAME_SIZES[-1]), repeat)
    print("\n| six faces, a frame | everything, ms | networks alone, ms | ratio | calls of networks |")
    print("| --- | --- | --- | --- | --- |")
    for width, height in FRAME_SIZES:
        _report_floor(_frame(width, height), repeat)
    print("\n| descriptor, a face | ms | times cheaper than dlib |\n| --- | --- | --- |")
    _report_descriptors(_frame(*FRAME_SIZES[-1]), repeat)


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
        "alignment": lambda: engine.align(frame, faces),
        "crop as JPEG": lambda: [encode_jpeg(crop) for crop in crops],
    }
    for name, step in steps.items():
        _report(f"{name}, a face", repeat, step, parts=len(faces))


def _report_floor(frame: RGBImage, repeat: int) -> None:
    """Everything against the networks alone."""
    policy = DetectionPolicy()
    engine, emotions = EmbeddedEngine(policy.smallest_face_px, policy.min_confidence), EmotionModel()

    def everything() -> None:
        for _ in analyse_frames(times(frame, FRAMES), engine, emotions, policy):
            pass

    rounds = max(2, repeat // FRAMES)
    whole = least_cpu_s(everything, rounds) * 1000 / FRAMES
    measured = [model_seconds(times(frame, FRAMES)) for _ in range(rounds)]
    floor = min(sum(network.seconds for network in one.values()) for one in measured) * 1000 / FRAMES
    calls = ", ".join(f"{name} {network.calls / FRAMES:g}" for name, network in measured[0].items())
    height, width = frame.shape[:2]
    print(f"| {width}x{height} | {whole:.1f} | {floor:.1f} | {whole / floor:.2f} | {calls} |", flush=True)


def _report_descriptors(frame: RGBImage, repeat: int) -> None:
    """One by one and together, against dlib's own code for the same faces."""
    engine = EmbeddedEngine(100, 0.5)
    (faces,) = engine.find([frame])
    chips = engine.align(frame, faces)
    dlibs = dlib.face_recognition_model_v1(str(FACE_DESCRIPTOR.locate()))
    own = least_cpu_s(lambda: [dlibs.compute_face_descriptor(chip) for chip in chips], max(2, repeat // 10))
    single = least_cpu_s(lambda: [engine.describe(chips[index : index + 1]) for index in range(len(chips))], repeat)
    together = least_cpu_s(lambda: engine.describe(chips), repeat)
    for name, seconds in (("dlib's code", own), ("converted, one by one", single), ("converted, together", together)):
        print(f"| {name} | {seconds * 1000 / len(chips):.2f} | {own / seconds:.1f} |", flush=True)
    furthest = max(
        float(np.abs(np.array(dlibs.compute_face_descriptor(chip)) - ours).max())
        for chip, ours in zip(chips, engine.describe(chips), strict=True)
    )
    print(f"\nLargest difference of a number from dlib's: {furthest:.1g}.")
    with tempfile.TemporaryDirectory() as folder:
        converting = least_cpu_s(lambda: open_descriptor_network(FACE_DESCRIPTOR, None), 3)
        open_descriptor_network(FACE_DESCRIPTOR, Path(folder))
        kept = least_cpu_s(lambda: open_descriptor_network(FACE_DESCRIPTOR, Path(folder)), 3)
    print(f"Opening the network: {converting * 1000:.0f} ms with converting, {kept * 1000:.0f} ms from what was kept.")


def _report(name: str, repeat: int, step: Callable[[], object], parts: int = 1) -> None:
    print(f"| {name} | {least_cpu_s(step, repeat) * 1000 / parts:.2f} |", flush=True)


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
