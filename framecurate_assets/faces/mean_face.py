"""The face that head pose is measured against: a mean of real faces, made symmetric.

x points to the image's right, y down, z away from the camera. The face looks straight at the camera; its centre
is 0 and its size about 1. Measured with `benchmarks/mean_face.py` on the meshes of 593 pictures of ten people and
their mirror images; pitch 0 is the median of the people's median pitches, for want of a better definition.
"""

from __future__ import annotations

import numpy as np

_STABLE = {
    # On the plane of symmetry: forehead, bridge and base of the nose.
    151: (0.000, -0.830, -0.408),
    9: (0.000, -0.486, -0.417),
    8: (0.000, -0.321, -0.370),
    168: (0.000, -0.177, -0.346),
    6: (0.000, -0.012, -0.413),
    197: (0.000, 0.137, -0.494),
    195: (0.000, 0.273, -0.581),
    5: (0.000, 0.417, -0.673),
    2: (0.000, 0.803, -0.333),
    # Left, as seen in the image: eye corners, nostril, cheekbone, forehead, temple.
    33: (-0.886, -0.146, 0.094),
    133: (-0.343, -0.092, -0.013),
    129: (-0.400, 0.599, -0.127),
    47: (-0.351, 0.227, -0.158),
    101: (-0.666, 0.361, -0.062),
    117: (-1.017, 0.178, 0.136),
    50: (-0.945, 0.488, 0.053),
    116: (-1.219, 0.154, 0.376),
    104: (-0.876, -0.797, -0.123),
    108: (-0.322, -0.837, -0.379),
    127: (-1.343, -0.153, 1.049),
    234: (-1.323, 0.115, 1.172),
    # Right.
    263: (0.886, -0.146, 0.094),
    362: (0.343, -0.092, -0.013),
    358: (0.400, 0.599, -0.127),
    277: (0.351, 0.227, -0.158),
    330: (0.666, 0.361, -0.062),
    346: (1.017, 0.178, 0.136),
    280: (0.945, 0.488, 0.053),
    345: (1.219, 0.154, 0.376),
    333: (0.876, -0.797, -0.123),
    337: (0.322, -0.837, -0.379),
    356: (1.343, -0.153, 1.049),
    454: (1.323, 0.115, 1.172),
}

STABLE_POINTS = np.array(list(_STABLE))
"""Shape (33,): points of MediaPipe's face mesh that move little with the expression."""

STABLE_SHAPE = np.array(list(_STABLE.values()))
"""Shape (33, 3): where they are."""
