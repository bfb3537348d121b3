"""Reading a neural network from dlib's own file format.

dlib writes a network from the outside in: first a version number for every layer, from the loss inwards to
the picture; then, on the way back out, what each layer holds. Tags and skips write nothing but their
version number, so what comes back here is the plain chain of layers that compute something.

Source: `serialize` in dlib's `serialize.h`, `dnn/core.h`, `dnn/layers.h`, `dnn/input.h`, `dnn/tensor.h`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from framecurate_assets.arrays import FloatArray

INPUT_LAYER_VERSION = 3
"""Version number that only the innermost layer carries: the one that holds the picture's description."""

PICTURE_PX = 150
"""Side of the aligned picture that the network looks at."""

LAYER_VERSION = 2
"""Version number of every other layer that computes something; tags and skips write 1."""


@dataclass(frozen=True)
class Layer:
    """One layer that computes something."""

    kind: str
    """input, con, affine, relu, max_pool, avg_pool, add_prev or fc."""

    stride: int = 1
    """Step of the window in pixels, the same in both directions."""

    padding: int = 0
    """Pixels of zeros around the picture, the same in both directions."""

    window: int = 0
    """Side of a pooling window; 0 means the whole picture."""

    weights: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    """con: (filters, channels, rows, columns). affine: (channels,), the factor. fc: (inputs, outputs).
    input: (3,), what is taken from red, green and blue."""

    bias: FloatArray = field(default_factory=lambda: np.zeros(0, np.float32))
    """con: (filters,). affine: (channels,), the summand."""


def read_network(content: bytes) -> list[Layer]:
    """The layers of a serialised `loss_metric` network, from the picture to the descriptor.

    Raises:
        ValueError: the bytes are not such a network, or end early.
    """
    reader = _Reader(content)
    reader.expect("version of the loss", reader.integer(), 1)
    reader.expect("loss", reader.text(), "loss_metric_2")
    reader.floats(2)  # margin and threshold, which only training needs
    inner_layers = 0
    while (version := reader.integer()) != INPUT_LAYER_VERSION:
        inner_layers += version == LAYER_VERSION
    layers = [reader.input_layer(), reader.layer()]
    reader.expect("pictures made of one picture", reader.integer(), 1)
    layers += [reader.layer() for _ in range(inner_layers)]
    reader.expect("bytes left over", len(content) - reader.position, 0)
    return layers


class _Reader:
    """Reads one value after the other."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def layer(self) -> Layer:
        """A layer and the training state that follows it."""
        kind = self.text()
        if kind == "con_4":
            layer = self._convolution()
        elif kind == "affine_":
            layer = self._affine()
        elif kind in ("max_pool_2", "avg_pool_2"):
            layer = self._pooling(kind.removesuffix("_2"))
        elif kind == "fc_2":
            layer = self._fully_connected()
        elif kind in ("relu_", "add_prev_"):
            layer = Layer(kind.removesuffix("_"))
        else:
            raise ValueError(f"a dlib layer of kind {kind!r} at byte {self.position}")
        self._take(3)  # is set up, has a stale gradient, computes in place
        for name in ("gradient of the input", "output", "gradient of the parameters"):
            self.expect(f"numbers in the {name}", self.tensor().size, 0)
        return layer

    def input_layer(self) -> Layer:
        """The description of the picture: which mean colour is taken from it, and its size."""
        self.expect("input", self.text(), "input_rgb_image_sized")
        mean = self.floats(3)
        self.expect("picture size", self.integers(2), [PICTURE_PX, PICTURE_PX])
        return Layer("input", weights=mean)

    def _convolution(self) -> Layer:
        parameters = self.tensor().ravel()
        filters, rows, columns, stride, stride_x, padding, padding_x = self.integers(7)
        weight_shape, bias_shape = self.alias(), self.alias()
        self.floats(4)  # learning rates and weight decays
        self.expect("strides", stride_x, stride)
        self.expect("paddings", padding_x, padding)
        self.expect("filters", weight_shape, [filters, weight_shape[1], rows, columns])
        self.expect("biases", bias_shape, [1, filters, 1, 1])
        weights, bias = parameters[:-filters].reshape(weight_shape), parameters[-filters:]
        return Layer("con", stride=stride, padding=padding, weights=weights, bias=bias)

    def _affine(self) -> Layer:
        factor, summand = np.split(self.tensor().ravel(), 2)
        for _ in range(2):
            self.expect("channels", self.alias(), [1, len(factor), 1, 1])
        self.expect("affine per channel", self.integer(), 0)
        return Layer("affine", weights=factor, bias=summand)

    def _pooling(self, kind: str) -> Layer:
        window, columns, stride, stride_x, padding, padding_x = self.integers(6)
        self.expect("window, stride and padding", [columns, stride_x, padding_x], [window, stride, padding])
        return Layer(kind, window=window, stride=stride, padding=padding)

    def _fully_connected(self) -> Layer:
        outputs, inputs = self.integers(2)
        weights = self.tensor().reshape(inputs, outputs)
        self.expect("weights", self.alias(), [inputs, outputs, 1, 1])
        self.expect("biases", self.alias(), [0, 0, 0, 0])
        self.expect("no bias", self.integer(), 1)
        self.floats(4)  # learning rates and weight decays
        return Layer("fc", weights=weights)

    def tensor(self) -> FloatArray:
        """Version, four sizes, then float32 in the order of the last size running fastest."""
        self.expect("version of a tensor", self.integer(), 2)
        shape = self.integers(4)
        return np.frombuffer(self._take(4 * int(np.prod(shape))), dtype="<f4").reshape(shape)

    def alias(self) -> list[int]:
        """The shape of a part of a tensor."""
        self.expect("version of a part of a tensor", self.integer(), 1)
        return self.integers(4)

    def text(self) -> str:
        """Length, then characters."""
        return self._take(self.integer()).decode("ascii")

    def integers(self, count: int) -> list[int]:
        """Several integers."""
        return [self.integer() for _ in range(count)]

    def integer(self) -> int:
        """A control byte (the highest bit is the sign, the lowest four the number of bytes), then those bytes."""
        control = self._take(1)[0]
        magnitude = int.from_bytes(self._take(control & 0x0F), "little")
        return -magnitude if control & 0x80 else magnitude

    def floats(self, count: int) -> FloatArray:
        """Numbers as an integer and the power of two that it is multiplied by."""
        return np.array([float(self.integer()) * 2.0 ** self.integer() for _ in range(count)], dtype=np.float32)

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Refuse what this reader does not know."""
        if found != wanted:
            raise ValueError(f"dlib network, byte {self.position}: {what}: {found}, not {wanted}")

    def _take(self, count: int) -> bytes:
        taken = self.content[self.position : self.position + count]
        if len(taken) != count:
            raise ValueError(f"the dlib network ends at byte {len(self.content)}, in the middle of a value")
        self.position += count
        return taken
