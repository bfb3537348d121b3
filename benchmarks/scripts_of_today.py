"""The scripts that people use today, from a video to its face candidates: what framecurate is compared with.

    python -m benchmarks.scripts_of_today VIDEO [--descriptor dlib|onnx]

Ninety times OpenCV is told to go to a frame by its number and to read it. Every face of every frame goes through all
models, one face after the other, and is judged at the end. The models are framecurate's own, with the same tiles,
thresholds and weights; the descriptor is dlib's code unless it is asked for otherwise. No frame is stored, and
nothing is drawn. The last line that it writes is its outcome as JSON; loading the models is not counted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import cv2
import dlib
import numpy as np
import polars as pl

from benchmarks.outcome import Outcome, people_among
from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.emotion import EMOTIONS, EmotionModel
from framecurate_assets.faces.engine import Faces
from framecurate_assets.faces.judge import judge
from framecurate_assets.faces.measurements import FaceMeasurements
from framecurate_assets.faces.quality import sharpness
from framecurate_assets.lake.tables import DETECTED_FACES
from framecurate_assets.pictures.files import encode_jpeg
from framecurate_assets.policy import CandidatePolicy, DetectionPolicy

SAMPLES = 90

Describe = Callable[[RGBImage, Faces], FloatArray]
"""A frame and one of its faces -> its descriptor, shape (128,)."""


class Script:
    """Looks at one frame after the other, and at one face after the other."""

    def __init__(self, descriptor: str) -> None:
        """Load all models; `descriptor` is dlib or onnx."""
        self._policy = DetectionPolicy()
        self._engine = EmbeddedEngine(self._policy.smallest_face_px, self._policy.min_confidence)
        self._emotions = EmotionModel()
        self._describe: Describe = dlib_descriptor() if descriptor == "dlib" else self._onnx_descriptor

    def faces_of(self, frame: RGBImage, crops: dict[str, bytes], frame_id: str) -> pl.DataFrame:
        """The measured columns of a frame's faces above the loose gate; each face's crop is added to `crops`."""
        (found,) = self._engine.find([frame])
        sides = found.boxes[:, 2:] - found.boxes[:, :2]
        passes = (found.det_scores >= self._policy.min_confidence) & (sides.min(axis=1) >= self._policy.min_face_px)
        sharpnesses, emotions, descriptors = [], [], []
        for index in range(len(found)):
            face = found.subset(np.arange(len(found)) == index)
            crop = crop_face(frame, face.boxes[0])
            sharpnesses.append(sharpness(crop))
            emotions.append(self._emotions(frame, face.boxes)[0])
            descriptors.append(self._describe(frame, face))
            crops[f"{frame_id}#{index}"] = encode_jpeg(crop)
        measured = FaceMeasurements(
            faces=found,
            face_ratios=sides.prod(axis=1) / np.float32(frame.shape[0] * frame.shape[1]),
            sharpnesses=np.array(sharpnesses, dtype=np.float32),
            emotion_scores=np.array(emotions, dtype=np.float32).reshape(-1, len(EMOTIONS)),
            background_hashes=np.zeros(len(found), dtype=np.uint64),
            embeddings=tuple(descriptors),
            engine=self._engine.name,
        ).table()
        return measured.with_columns(
            frame_id=pl.lit(frame_id), face_id=pl.format("{}#{}", pl.lit(frame_id), pl.int_range(pl.len()))
        ).filter(pl.Series(passes, dtype=pl.Boolean))

    def _onnx_descriptor(self, frame: RGBImage, face: Faces) -> FloatArray:
        return np.asarray(self._engine.embed(frame, face)[0], dtype=np.float32)


def dlib_descriptor() -> Describe:
    """The code of dlib itself, with the weights that the package carries."""
    spec = find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The package face_recognition_models is missing: `make demo` installs it")
    weights = Path(spec.submodule_search_locations[0]) / "models"
    landmarks = dlib.shape_predictor(str(weights / "shape_predictor_5_face_landmarks.dat"))
    network = dlib.face_recognition_model_v1(str(weights / "dlib_face_recognition_resnet_model_v1.dat"))

    def describe(frame: RGBImage, face: Faces) -> FloatArray:
        box = dlib.rectangle(*(round(float(side)) for side in face.boxes[0]))
        return np.array(network.compute_face_descriptor(frame, landmarks(frame, box)), dtype=np.float32)

    return describe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--descriptor", choices=("dlib", "onnx"), default="dlib")
    arguments = parser.parse_args()
    script = Script(arguments.descriptor)
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        frames, faces, candidates = run(script, arguments.video, Path(folder))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    Outcome(frames, faces.height, candidates.height, people_among(candidates), cpu, wall).print()


def run(script: Script, video: Path, folder: Path) -> tuple[int, pl.DataFrame, pl.DataFrame]:
    """The frames that were read, all faces, and those that pass the policy, whose crops are written."""
    parts, crops, frames = [DETECTED_FACES.empty()], dict[str, bytes](), 0
    for pts_s, frame in samples(video):
        frames += 1
        faces = script.faces_of(frame, crops, f"video@{frames}")
        named = faces.with_columns(video_id=pl.lit("video"), pts_s=pl.lit(pts_s), shot=pl.lit(0))
        sized = named.with_columns(width=pl.lit(frame.shape[1]), height=pl.lit(frame.shape[0]))
        parts.append(sized)
    faces = pl.concat(parts, how="diagonal_relaxed")
    verdicts = judge(faces, CandidatePolicy())
    accepted = faces.join(verdicts.filter(pl.col("reasons").list.len() == 0).select("face_id"), on="face_id")
    for face_id in accepted["face_id"]:
        (folder / f"{face_id}.jpg").write_bytes(crops[face_id])
    return frames, faces, accepted


def samples(video: Path) -> Iterator[tuple[float, RGBImage]]:
    """Ninety frames evenly spread over a video, each sought by its number, with its second."""
    capture = cv2.VideoCapture(str(video))
    count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    for sample in range(SAMPLES):
        capture.set(cv2.CAP_PROP_POS_FRAMES, int((sample + 0.5) * count / SAMPLES))
        seconds = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        is_read, picture = capture.read()
        if is_read:
            yield seconds, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


if __name__ == "__main__":
    main()
