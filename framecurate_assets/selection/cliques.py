"""Groups of faces that are all like each other: of each at most one can be chosen."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from framecurate_assets.selection.choosing import Bools
from framecurate_assets.selection.pool import Ints, Pool, Rules

AT_ONCE = 400
"""Faces of a person that are compared with each other; those of somebody with more are compared by parts."""


def cliques(pool: Pool, rules: Rules) -> Ints:
    """Number of each face's group, 0, 1, … in the order of people, shape (n,).

    Any two faces of a group are of one person and forbid each other. Groups are made greedily: they are neither the
    fewest nor the largest.
    """
    found = np.empty(len(pool.person), dtype=np.int64)
    bounds = np.append(pool.starts, len(pool.person)).tolist()
    count = 0
    for start, end in pairwise(bounds):
        for first in range(start, end, AT_ONCE):
            part = slice(first, min(first + AT_ONCE, end))
            groups = _groups(_alike(pool, rules, part))
            found[part] = groups + count
            count += int(groups.max()) + 1
    return found


def _alike(pool: Pool, rules: Rules, part: slice) -> Bools:
    """Which of a person's faces forbid each other, shape (m, m), as `Choosing` has it."""
    hashes, times, descriptors = pool.hashes[part], pool.times[part], pool.descriptors[part]
    bits = np.bitwise_count(hashes[:, None] ^ hashes[None, :])
    same_video = pool.video[part][:, None] == pool.video[part][None, :]
    same_shot = pool.shot[part][:, None] == pool.shot[part][None, :]
    alike = (bits < rules.hash_bits) | (same_video & (np.abs(times[:, None] - times[None, :]) < rules.gap_us))
    one, other = np.nonzero(same_shot & ~alike)
    distance = np.linalg.norm(descriptors[one] - descriptors[other], axis=1)
    alike[one, other] = distance < rules.descriptor_distance
    np.fill_diagonal(alike, False)
    return np.asarray(alike, dtype=np.bool_)


def _groups(alike: Bools) -> Ints:
    group = np.full(len(alike), -1, dtype=np.int64)
    number = 0
    while (group < 0).any():
        face = int(np.argmax(group < 0))
        group[face] = number
        like_all = alike[face] & (group < 0)
        while like_all.any():
            face = int(np.argmax(like_all))
            group[face] = number
            like_all &= alike[face]
        number += 1
    return group
