"""dlib's face recognition network, opened: converted for ONNX Runtime, or dlib's own where that does not do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import dlib
import numpy as np

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.embedded.dlib_file import read_network
from framecurate_assets.faces.embedded.models import PackagedFile
from framecurate_assets.faces.embedded.probe import PROBE_ANSWER, probe_chip
from framecurate_assets.lake.files import remove_unfinished, write_bytes

SIZE = 128
"""Numbers in a descriptor."""

TOLERANCE = 1e-3
"""How far a number of a descriptor may be from dlib's. Two pictures of one person are 0.4 apart over all 128."""

CONVERTER = 1
"""Goes up when the converter writes something else: what was kept before is not used any more."""

BATCH = 8
"""Faces described at a time, at most: 4 to 8 were quickest, a fifth quicker than one; fifties leave the cache."""

DescriptorNetwork = Callable[[RGBImage], FloatArray]
"""Aligned faces (n, 150, 150, 3), uint8, RGB -> descriptors (n, 128), float32."""


def open_descriptor_network(file: PackagedFile, cache: Path | None) -> DescriptorNetwork:
    """The network, by ONNX Runtime, which takes a twentieth of dlib's time for the same numbers.

    Converting and what it imports take an eighth of a second of each process, so what was converted is kept; what was
    kept and is broken is made anew.
    Where the converted network cannot be made or run, or does not answer as dlib does, dlib's own takes its place,
    and the log says so.

    Args:
        file: dlib's.
        cache: folder in which the converted network is kept; None: it is converted each time.

    Raises:
        FramecurateError: the package with the weights is missing, or holds other weights.
    """
    kept = cache and cache / f"dlib_descriptor_{file.sha256[:12]}_{CONVERTER}.onnx"
    if kept:
        with suppress(Exception):  # whatever is wrong with it, or if it is not there, it is made anew
            return _checked(_Converted(kept.read_bytes()))
    weights = file.locate()
    try:
        content = _convert(weights)
        network = _checked(_Converted(content))
    except Exception as error:  # ONNX and its runtime have exceptions of their own
        reason = " ".join(str(error).split()) or type(error).__name__
        logging.getLogger(__name__).warning(
            "Faces are described by dlib itself, about twenty times slower: its network cannot be run by ONNX Runtime "
            "(%s). The descriptors are the same. Reinstall onnx and onnxruntime to have it quick again.",
            reason,
        )
        return _DlibsOwn(weights)
    if kept:
        with suppress(OSError):  # where the folder cannot be written to, each process converts
            remove_unfinished(kept)
            write_bytes(kept, content)
    return network


def _convert(weights: Path) -> bytes:
    # A large import, which a process does not need where the converted network was kept.
    from framecurate_assets.faces.embedded.dlib_resnet import descriptor_graph

    return bytes(descriptor_graph(read_network(weights.read_bytes())).SerializeToString())


class _Converted:
    """The network in ONNX Runtime, on one core."""

    def __init__(self, content: bytes) -> None:
        # Imported here so that a broken installation is found where dlib can take over.
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def __call__(self, chips: RGBImage) -> FloatArray:
        parts = np.array_split(chips, -(-len(chips) // BATCH)) if len(chips) else []
        described = [self._session.run(None, {"chips": part})[0] for part in parts]
        return np.concatenate([np.zeros((0, SIZE), dtype=np.float32), *described])


class _DlibsOwn:
    """The network in dlib."""

    def __init__(self, weights: Path) -> None:
        self._network = dlib.face_recognition_model_v1(str(weights))

    def __call__(self, chips: RGBImage) -> FloatArray:
        described = [self._network.compute_face_descriptor(chip) for chip in chips]
        return np.array(described, dtype=np.float32).reshape(len(chips), SIZE)


def _checked(network: DescriptorNetwork) -> DescriptorNetwork:
    """The network, if it answers to a fixed picture as dlib does.

    Raises:
        ValueError: it does not.
    """
    (answer,) = network(probe_chip()[None])
    furthest = float(np.abs(answer - PROBE_ANSWER).max())
    if not furthest <= TOLERANCE:
        raise ValueError(f"its answer to a known picture is {furthest:.2g} from dlib's, and {TOLERANCE:g} is allowed")
    return network
