"""Choosing pictures of all people at once, each next one where it gains most, and never two that are alike."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from framecurate_assets.selection.pool import Floats, Ints, Pool, Rules

Bools = npt.NDArray[np.bool_]

SAME_HASH, SAME_DESCRIPTOR, SAME_MOMENT = 1, 2, 3
"""Why a face can no longer be chosen: `Choosing.rule`."""


@dataclass
class Choosing:
    """A choice that grows. Faces and people are their numbers in the pool.

    A face *nets* its gain (see `Pool`) less the price of its bytes.
    """

    pool: Pool
    rules: Rules
    price: float
    """Gain a byte; 0 where bytes are not short."""
    left: Bools
    """Faces that can still be chosen, shape (n,)."""
    rank: Ints = field(init=False)
    """0 for a person's first choice, 1 for the second, …; -1: not chosen."""
    net_when_chosen: Floats = field(init=False)
    rule: Ints = field(init=False)
    """Why a face can no longer be chosen; 0: it can, or it is chosen."""
    rival: Ints = field(init=False)
    """Which chosen face forbids it; -1: none."""
    value: Floats = field(init=False)
    """What was measured between the two: bits, descriptor distance, or seconds."""
    count: Ints = field(init=False)
    """Pictures chosen of each person."""
    gains: Floats = field(init=False)
    """What each face would gain now."""

    def __post_init__(self) -> None:
        faces = len(self.pool.person)
        self.rank = np.full(faces, -1, dtype=np.int64)
        self.net_when_chosen = np.full(faces, np.nan)
        self.rule = np.zeros(faces, dtype=np.int64)
        self.rival = np.full(faces, -1, dtype=np.int64)
        self.value = np.full(faces, np.nan)
        self.count = np.zeros(len(self.pool.starts), dtype=np.int64)
        self._quality_of_kind = np.zeros(len(self.pool.kind_weights))
        self._of_shot = np.zeros(int(self.pool.shot.max(initial=-1)) + 1, dtype=np.int64)
        self.gains = self._gains(np.arange(faces))

    @property
    def chosen(self) -> Ints:
        """The chosen faces, ascending."""
        return np.flatnonzero(self.rank >= 0)

    @property
    def size(self) -> int:
        """Bytes of the chosen faces."""
        return int(self.pool.size[self.chosen].sum())

    @property
    def gain(self) -> float:
        """Of the chosen faces, all people together."""
        return float(self.pool.kind_weights @ np.sqrt(self._quality_of_kind))

    @property
    def net(self) -> Floats:
        """What each face would net now."""
        return self.gains - self.price * self.pool.size

    @property
    def full(self) -> Bools:
        """Faces whose shot has its share of the person's pictures."""
        return self._of_shot[self.pool.shot] >= self.rules.per_shot

    @property
    def open(self) -> Bools:
        """Faces that may be chosen next: from a shot that has its share only where nothing else is left."""
        beyond_share = self.left & self.full
        elsewhere = np.logical_or.reduceat(self.left & ~beyond_share, self.pool.starts)
        short = self.count < self.rules.pictures
        return self.left & short[self.pool.person] & ~(beyond_share & elsewhere[self.pool.person])

    def best(self, allowed: Bools) -> Ints:
        """Of each person who has some the allowed face that nets most, the earlier of equals."""
        net = np.where(allowed, self.net, -np.inf)
        highest = np.maximum.reduceat(net, self.pool.starts)
        rows = np.flatnonzero(allowed & (net == highest[self.pool.person]))
        first = np.unique(self.pool.person[rows], return_index=True)[1]
        return np.asarray(rows[first], dtype=np.int64)

    def take(self, rows: Ints) -> None:
        """Choose faces, at most one a person."""
        pool = self.pool
        taken_of = np.full(len(pool.starts), -1, dtype=np.int64)
        taken_of[pool.person[rows]] = rows
        self.net_when_chosen[rows] = self.net[rows]
        self.rank[rows] = self.count[pool.person[rows]]
        self.left[rows] = False
        self.count[pool.person[rows]] += 1
        self._of_shot[pool.shot[rows]] += 1
        # Two people never share a kind, so no kind is there twice.
        self._quality_of_kind[pool.kinds[:, rows]] += pool.quality[rows]
        touched = np.flatnonzero(taken_of[pool.person] >= 0)
        self.gains[touched] = self._gains(touched)
        others = touched[self.left[touched]]
        self._forbid(others, taken_of[pool.person[others]])

    def _gains(self, rows: Ints) -> Floats:
        before = self._quality_of_kind[self.pool.kinds[:, rows]]
        return np.asarray(self.pool.weights @ (np.sqrt(before + self.pool.quality[rows]) - np.sqrt(before)))

    def _forbid(self, rows: Ints, taken: Ints) -> None:
        """Take faces out of the choice that are like the face taken of their person."""
        pool, rules = self.pool, self.rules
        bits = np.bitwise_count(pool.hashes[rows] ^ pool.hashes[taken]).astype(np.float64)
        distance = np.full(len(rows), np.inf)
        same_shot = np.flatnonzero(pool.shot[rows] == pool.shot[taken])
        difference = pool.descriptors[rows[same_shot]] - pool.descriptors[taken[same_shot]]
        distance[same_shot] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
        seconds = np.where(pool.video[rows] == pool.video[taken], np.abs(pool.times[rows] - pool.times[taken]), np.inf)
        # The first rule that holds is the one that is told. NaN is less than nothing.
        for rule, value, limit, unit in (
            (SAME_HASH, bits, rules.hash_bits, 1),
            (SAME_DESCRIPTOR, distance, rules.descriptor_distance, 1),
            (SAME_MOMENT, seconds, rules.gap_us, 1_000_000),
        ):
            alike = self.left[rows] & (value < limit)
            self.rule[rows[alike]] = rule
            self.rival[rows[alike]] = taken[alike]
            self.value[rows[alike]] = value[alike] / unit
            self.left[rows[alike]] = False
