"""The array types that the rooms hand to each other."""

import numpy as np
import numpy.typing as npt

RGBImage = npt.NDArray[np.uint8]
"""A picture: shape (height, width, 3), uint8, channel order red, green, blue, upright."""

GreyImage = npt.NDArray[np.uint8]
"""A picture of one channel: shape (height, width), uint8."""

FloatArray = npt.NDArray[np.float32]
"""Numbers whose shape and unit the docstring of the function or field gives."""
