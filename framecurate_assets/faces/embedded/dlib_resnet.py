"""dlib's face recognition network as an ONNX graph.

The same layers take 75 ms a face in dlib and 3 to 4 ms in ONNX Runtime, on one core. A change of what is written
here needs another number for `descriptor_network.CONVERTER`.

Source of the layers: dlib's `examples/dnn_face_recognition_ex.cpp`, a ResNet with 29 convolutions in which
an affine layer stands where training had batch normalisation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from framecurate_assets.arrays import FloatArray
from framecurate_assets.faces.embedded.dlib_file import PICTURE_PX, Layer

COLOUR_SCALE = 256.0
"""Colours are divided by this after the mean is taken from them; fixed in dlib's `input.h`, not in the file."""

OPSET = 17
"""The ONNX operator set that the graph is written in."""


def descriptor_graph(layers: list[Layer]) -> onnx.ModelProto:
    """The network as ONNX: `chips` (n, 150, 150, 3), uint8, RGB -> `descriptors` (n, 128), float32.

    Args:
        layers: what `dlib_file.read_network` read.

    Raises:
        ValueError: the layers are not in the order of dlib's face recognition network.
    """
    builder = _Builder(layers)
    current = builder.normalised("chips")
    current = builder.relu(builder.convolution(current))
    current = builder.pool(current)
    while builder.next_kind() == "con":
        current = builder.residual_block(current)
    current = builder.fully_connected(builder.pool(current))
    if builder.waiting:
        raise ValueError(f"{len(builder.waiting)} layers follow the descriptor")
    graph = helper.make_graph(
        builder.nodes,
        "dlib_face_recognition_resnet",
        [helper.make_tensor_value_info("chips", TensorProto.UINT8, ["faces", PICTURE_PX, PICTURE_PX, 3])],
        [helper.make_tensor_value_info(current, TensorProto.FLOAT, ["faces", builder.shapes[current][0]])],
        builder.constants,
    )
    # The file format version goes with the operator set: the newest one is refused by older runtimes.
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


class _Builder:
    """Takes dlib's layers from the front and appends ONNX nodes; remembers each result's shape without n."""

    def __init__(self, layers: list[Layer]) -> None:
        self.waiting = list(layers)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.shapes: dict[str, tuple[int, ...]] = {}

    def next_kind(self) -> str:
        return self.waiting[0].kind if self.waiting else "nothing"

    def take(self, kind: str) -> Layer:
        if self.next_kind() != kind:
            raise ValueError(f"the network goes on with {self.next_kind()}, not {kind}")
        return self.waiting.pop(0)

    def normalised(self, chips: str) -> str:
        """Rows, columns, colours in bytes -> colours, rows, columns around zero."""
        mean = self.constant(self.take("input").weights.reshape(1, 3, 1, 1))
        scale = self.constant(np.float32(1 / COLOUR_SCALE))
        shape = (3, PICTURE_PX, PICTURE_PX)
        bytes_first = self.node("Transpose", [chips], shape, perm=[0, 3, 1, 2])
        colours = self.node("Cast", [bytes_first], shape, to=TensorProto.FLOAT)
        return self.node("Mul", [self.node("Sub", [colours, mean], shape), scale], shape)

    def convolution(self, source: str) -> str:
        """A convolution and the affine layer behind it, as one convolution."""
        layer, affine = self.take("con"), self.take("affine")
        factor = affine.weights.astype(np.float64)
        weights = layer.weights * factor[:, None, None, None]
        bias = layer.bias * factor + affine.bias
        shape = (len(weights), *self.windowed(source, weights.shape[2], layer))
        return self.node(
            "Conv",
            [source, self.constant(weights), self.constant(bias)],
            shape,
            strides=[layer.stride] * 2,
            pads=[layer.padding] * 4,
        )

    def relu(self, source: str) -> str:
        self.take("relu")
        return self.node("Relu", [source], self.shapes[source])

    def pool(self, source: str) -> str:
        """A max_pool, an avg_pool, or an avg_pool over the whole picture."""
        layer = self.waiting.pop(0)
        operator = {"max_pool": "MaxPool", "avg_pool": "AveragePool"}[layer.kind]
        channels = self.shapes[source][0]
        if layer.window == 0:
            return self.node("GlobalAveragePool", [source], (channels, 1, 1))
        if layer.padding:
            raise ValueError("a padded pooling layer, of which dlib and ONNX take different means")
        shape = (channels, *self.windowed(source, layer.window, layer))
        return self.node(operator, [source], shape, kernel_shape=[layer.window] * 2, strides=[layer.stride] * 2)

    def residual_block(self, source: str) -> str:
        """Two convolutions, added to what went in, or to that at half the size where the block halves it."""
        main = self.convolution(self.relu(self.convolution(source)))
        shortcut = self.pool(source) if self.next_kind() == "avg_pool" else source
        self.take("add_prev")
        shape = tuple(max(sizes) for sizes in zip(self.shapes[main], self.shapes[shortcut], strict=True))
        added = self.node("Add", [self.grown(main, shape), self.grown(shortcut, shape)], shape)
        return self.relu(added)

    def grown(self, source: str, shape: tuple[int, ...]) -> str:
        """Continue with zeros to channels, rows and columns of `shape`, as dlib does to add pictures of two sizes."""
        missing = [wanted - found for wanted, found in zip(shape, self.shapes[source], strict=True)]
        if not any(missing):
            return source
        after = self.constant(np.array([0] * 5 + missing, dtype=np.int64))
        return self.node("Pad", [source, after], shape)

    def fully_connected(self, source: str) -> str:
        """As a 1x1 convolution: its result for one face does not depend, in the last bit, on how many there are."""
        weights = self.take("fc").weights.T
        outputs, inputs = weights.shape
        kernel = self.constant(weights.reshape(outputs, inputs, 1, 1))
        descriptors = self.node("Conv", [source, kernel], (outputs, 1, 1))
        return self.node("Flatten", [descriptors], (outputs,), name="descriptors")

    def windowed(self, source: str, window: int, layer: Layer) -> tuple[int, int]:
        """Rows and columns after a window went over the picture: only whole steps count."""
        _, rows, columns = self.shapes[source]
        reach = 2 * layer.padding - window
        return (rows + reach) // layer.stride + 1, (columns + reach) // layer.stride + 1

    def constant(self, values: FloatArray | npt.NDArray[np.float64] | npt.NDArray[np.int64] | np.float32) -> str:
        array = np.asarray(values)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, operator: str, inputs: list[str], shape: tuple[int, ...], name: str = "", **attributes: Any) -> str:
        name = name or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        self.shapes[name] = shape
        return name
