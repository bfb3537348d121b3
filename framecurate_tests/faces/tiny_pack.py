"""A pack of tiny models with the inputs and outputs of insightface's, which see a face where a square is red.

A face is a square on the detector's coarsest grid. Yellow in it is where the head turns to (right or left, up or
down); magenta is the side to which it leans. The descriptor is the mean colour of each quarter of the aligned face.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from insightface.data import get_object
from onnx import TensorProto, helper, numpy_helper

STRIDES = (8, 16, 32)

BOX_MARGIN = 0.25
"""How far a box reaches beyond its square, in sides of the square."""

LANDMARKS = np.array([[0.30, 0.35], [0.70, 0.40], [0.45, 0.60], [0.35, 0.80], [0.65, 0.85]], dtype=np.float32)
"""Left eye, right eye, nose, left and right mouth corner, in sides of the square from its upper left corner."""

TURN_DEG = 20.0
"""How far a head turns or leans whose half is coloured."""


def write_pack(folder: Path) -> None:
    """All that is needed, in the files that it has in buffalo_l."""
    folder.mkdir(parents=True)
    onnx.save(detector(), folder / "det_10g.onnx")
    onnx.save(pose(), folder / "1k3d68.onnx")
    onnx.save(recognition(), folder / "w600k_r50.onnx")


def detector(side: int | str = "side", landmarks: bool = True) -> onnx.ModelProto:
    """Scores of each stride, then boxes, then landmarks: two anchors a cell, as in SCRFD."""
    nodes, constants = (
        [],
        [
            _constant("redness", np.array([1, -0.5, -0.5]).reshape(1, 3, 1, 1)),
            _constant("steepness", np.array(20.0)),
            _constant("threshold", np.array(1.2)),
            _constant("nothing", np.array(0.0)),
            numpy_helper.from_array(np.array([-1, 1], dtype=np.int64), "column"),
            _constant("box", np.array([[BOX_MARGIN, BOX_MARGIN, 1 + BOX_MARGIN, 1 + BOX_MARGIN]])),
            _constant("points", LANDMARKS.reshape(1, 10)),
        ],
    )
    nodes.append(helper.make_node("Conv", ["picture", "redness"], ["red"]))
    for stride in STRIDES:
        name = f"_{stride}"
        nodes += [
            helper.make_node("AveragePool", ["red"], ["mean" + name], kernel_shape=[stride] * 2, strides=[stride] * 2),
            helper.make_node("Sub", ["mean" + name, "threshold"], ["above" + name]),
            helper.make_node("Mul", ["above" + name, "steepness"], ["logit" + name]),
            helper.make_node("Sigmoid", ["logit" + name], ["seen" + name]),
            helper.make_node("Mul", ["seen" + name, "nothing"], ["unseen" + name]),
            helper.make_node(
                "Concat",
                [("seen" if stride == STRIDES[-1] else "unseen") + name, "unseen" + name],
                ["both" + name],
                axis=1,
            ),
            helper.make_node("Transpose", ["both" + name], ["last" + name], perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", ["last" + name, "column"], ["score" + name]),
            helper.make_node("Mul", ["score" + name, "nothing"], ["zero" + name]),
            helper.make_node("Add", ["zero" + name, "box"], ["box" + name]),
            helper.make_node("Add", ["zero" + name, "points"], ["points" + name]),
        ]
    kinds = {"score": 1, "box": 4, "points": 10} if landmarks else {"score": 1, "box": 4}
    outputs: list[tuple[str, list[int | str]]] = [
        (f"{kind}_{stride}", ["anchors", size]) for kind, size in kinds.items() for stride in STRIDES
    ]
    return _model(nodes, constants, [1, 3, side, side], outputs)


def pose(bias: float = 0.0) -> onnx.ModelProto:
    """1103 points, of which the last 68 are a head: turned to where yellow is, leaning to where magenta is."""
    head = get_object("meanshape_68.pkl") / 1.5
    x, y, z = head.T
    tangent = np.tan(np.radians(TURN_DEG))
    right, up, clockwise = (np.zeros_like(head) for _ in range(3))
    right[:, 0] = tangent * z
    up[:, 1] = -tangent * z
    clockwise[:, 0], clockwise[:, 1] = -tangent * y, tangent * x
    moves = np.zeros((3, 1103, 3))
    moves[:, -68:] = np.stack([right, up, clockwise])
    rest = np.zeros((1103, 3))
    rest[-68:] = head + bias

    # The face's square lies in the middle 85 of the 192 pixels that the model is shown.
    near, middle, far = 54, 96, 138
    looks = np.zeros((3, 3, 192, 192))
    looks[0, 1, near:far, middle:far], looks[0, 1, near:far, near:middle] = 1, -1
    looks[1, 1, near:middle, near:far], looks[1, 1, middle:far, near:far] = 1, -1
    looks[2, 2, near:far, middle:far], looks[2, 2, near:far, near:middle] = 1, -1
    looks /= (far - near) ** 2

    nodes = [
        helper.make_node("Conv", ["picture", "looks"], ["seen"]),
        helper.make_node("Flatten", ["seen"], ["moved"]),
        helper.make_node("Gemm", ["moved", "moves", "rest"], ["head"]),
    ]
    constants = [
        _constant("looks", looks),
        _constant("moves", moves.reshape(3, -1)),
        _constant("rest", rest.reshape(-1)),
    ]
    return _model(nodes, constants, ["n", 3, 192, 192], [("head", [1, 3309])])


def recognition(size: int = 512, factor: float = 1.0) -> onnx.ModelProto:
    """Mean red of each quarter (upper left, upper right, lower left, lower right), then green, blue and zeros."""
    spread = np.zeros((12, size))
    spread[:12, :12] = np.eye(12) * factor
    nodes = [
        helper.make_node("AveragePool", ["picture"], ["quarters"], kernel_shape=[56, 56], strides=[56, 56]),
        helper.make_node("Flatten", ["quarters"], ["colours"]),
        helper.make_node("MatMul", ["colours", "spread"], ["descriptor"]),
    ]
    return _model(nodes, [_constant("spread", spread)], ["n", 3, 112, 112], [("descriptor", [1, size])])


def _constant(name: str, values: npt.NDArray[np.float64] | npt.NDArray[np.float32]) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=np.float32), name)


def _model(
    nodes: list[onnx.NodeProto],
    constants: list[onnx.TensorProto],
    input_shape: Sequence[int | str],
    outputs: Sequence[tuple[str, Sequence[int | str]]],
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, input_shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
