"""How much any selection could gain at most: what tells how far the one that was made is from the best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framecurate_assets.selection.plan import Plan
from framecurate_assets.selection.pool import Floats, Ints, Pool, Sequences

TURNS, FEW_TURNS = 40, 8
"""Times that the bound is tightened: at the price that counts, and while that is looked for."""

PRICES = 8
"""Prices that are looked at."""


@dataclass(frozen=True)
class _Lines:
    """Straight lines above the square root, for each kind and each number of its pictures.

    Line j of kind k starts at `first[k] + j`: quality q of a picture counts `slope` q, and the line begins at
    `height`. Line 0 counts sqrt(q) of each picture instead.
    """

    first: Ints
    last: Ints
    """Of each kind the number of its last line."""
    slope: Floats
    height: Floats


def upper_bound(pool: Pool, groups: Ints, sequences: Sequences, plan: Plan, limit: int) -> float:
    """A gain that no selection of at most `limit` bytes exceeds.

    It may have at most `rules.pictures` a person and one picture of each of `groups` (`cliques.cliques`).

    Why it holds. (1) Let T be the sum of the j greatest qualities of a kind, and B that of the j + 1 least. The sum
    y of the pictures that any selection has of this kind is at most T (j or fewer) or at least B. Where T < B, the
    line through (T, sqrt T) and (B, sqrt B) is nowhere below the square root outside of T..B, by concavity; else
    the tangent between them is nowhere below it at all. For j = 0 the sum of the square roots is above the square
    root of the sum. So with any line for each kind the gain of a selection is at most a constant and a sum of one
    number a picture; with a mean of such lines, too. (2) For any price, a selection within `limit` gains at most
    what it nets at the price, and price x limit. (3) Of a sum of one number a picture the greatest value of a person
    is that of the best pictures of the groups, the `pictures` greatest of them that are above zero. What else the
    rules forbid, and the floor, only take selections away.

    How it is made tight: the price is that of the plan, or the lower one that would do without its floor. The lines
    are those of the numbers of pictures in the mean
    of the answers to earlier lines, beginning with the plan (Frank and Wolfe, 1956); of each person the least bound
    that was met counts.
    """
    if not len(pool.person):
        return 0.0
    search = _Search(pool, groups, plan.choosing.rules.pictures)
    chosen = (plan.choosing.rank >= 0).astype(np.float64)
    price = plan.choosing.price
    if price > 0:
        price = _fair_price(search, chosen, sequences, price, limit)
    of_people, _ = search.at(price, chosen, TURNS)
    of_sequences = np.maximum(0, sequences.gain - price * sequences.size).sum()
    return float(of_people + of_sequences + price * limit)


def _fair_price(search: _Search, chosen: Floats, sequences: Sequences, highest: float, limit: int) -> float:
    """The price at which the answers take about `limit` bytes: lower than the plan's where its floor took many."""
    cheapest, dearest = highest / 1000, highest
    price = highest
    for _ in range(PRICES):
        _, size = search.at(price, chosen, FEW_TURNS)
        size += sequences.size[sequences.gain > price * sequences.size].sum()
        if size > limit:
            cheapest = price
        else:
            dearest = price
        if price == highest and size > 0.98 * limit:
            return price
        price = float(np.sqrt(cheapest * dearest))
    return price


class _Search:
    """The tightening of the bound, at one price or another."""

    def __init__(self, pool: Pool, groups: Ints, pictures: int) -> None:
        self.pool, self.groups, self.pictures, self.lines = pool, groups, pictures, _lines(pool)
        self.person_of_kind = np.zeros(len(pool.kind_weights), dtype=np.int64)
        self.person_of_kind[pool.kinds] = pool.person

    def at(self, price: float, chosen: Floats, turns: int) -> tuple[float, float]:
        """What all people net at most at a price, and the bytes of the mean answer.

        Args:
            price: gain a byte.
            chosen: 1 for what the plan chose, else 0: where the search begins.
            turns: how often it is tightened.
        """
        pool, people, share = self.pool, len(self.pool.starts), chosen.copy()
        cost = price * pool.size
        least = np.full(people, np.inf)
        mean_value, mean_height = np.zeros(len(pool.person)), np.zeros(len(pool.kind_weights))
        for turn in range(turns):
            counted = np.bincount(pool.kinds.ravel(), np.tile(share, len(pool.kinds)), len(pool.kind_weights))
            value, height = _values(pool, self.lines, counted.astype(np.float64))
            mean_value += 2 / (turn + 2) * (value - mean_value)
            mean_height += 2 / (turn + 2) * (height - mean_height)
            answer = _greatest(value - cost, pool, self.groups, self.pictures)
            of_mean = _greatest(mean_value - cost, pool, self.groups, self.pictures)
            for net, constants in (
                ((value - cost) * answer, height),
                ((mean_value - cost) * of_mean, mean_height),
            ):
                constant = np.bincount(self.person_of_kind, constants, people)
                least = np.minimum(least, constant + np.bincount(pool.person, net, people))
            share += 2 / (turn + 3) * (answer - share)
        return float(least.sum()), float(share @ pool.size)


def _lines(pool: Pool) -> _Lines:
    """The lines of all kinds."""
    kind = pool.kinds.ravel()
    quality = np.tile(pool.quality, len(pool.kinds))
    members = np.bincount(kind, minlength=len(pool.kind_weights))
    first = np.concatenate([[0], np.cumsum(members)[:-1]]).astype(np.int64)
    ascending = _sums(quality[np.lexsort((quality, kind))], first)
    descending = _sums(quality[np.lexsort((-quality, kind))], first)
    # Of each kind j greatest: 0 of them for line 0.
    top = np.where(np.isin(np.arange(len(kind)), first), 0.0, np.roll(descending, 1))
    bottom = ascending
    middle = (top + bottom) / 2
    tangent = (top >= bottom) | (bottom - top < 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(
            tangent, 0.5 / np.sqrt(np.maximum(middle, 1e-12)), (np.sqrt(bottom) - np.sqrt(top)) / (bottom - top)
        )
    height = np.where(tangent, np.sqrt(np.maximum(middle, 1e-12)) - slope * middle, np.sqrt(top) - slope * top)
    return _Lines(first, members - 1, slope, height)


def _sums(values: Floats, first: Ints) -> Floats:
    """Running sums that begin anew at each of the first positions."""
    running = np.cumsum(values)
    before = np.concatenate([[0.0], running])[first]
    lengths = np.diff(np.append(first, len(values)))
    return np.asarray(running - np.repeat(before, lengths), dtype=np.float64)


def _values(pool: Pool, lines: _Lines, of_kind: Floats) -> tuple[Floats, Floats]:
    """What each picture counts, shape (n,), and the constant of each kind, for given numbers of pictures."""
    line = np.minimum(np.floor(of_kind + 1e-9).astype(np.int64), lines.last)
    place = lines.first + line
    slope, height = lines.slope[place] * pool.kind_weights, lines.height[place] * pool.kind_weights
    none_yet = line == 0
    counts = np.where(
        none_yet[pool.kinds],
        pool.kind_weights[pool.kinds] * np.sqrt(pool.quality),
        slope[pool.kinds] * pool.quality,
    )
    return counts.sum(axis=0), np.where(none_yet, 0.0, height)


def _greatest(net: Floats, pool: Pool, groups: Ints, pictures: int) -> Floats:
    """1 for the faces of each person that net most and something, one a group, at most `pictures`; 0 for others."""
    order = np.lexsort((-net, groups))
    best = order[np.unique(groups[order], return_index=True)[1]]
    best = best[np.lexsort((-net[best], pool.person[best]))]
    people, first = np.unique(pool.person[best], return_index=True)
    place = np.arange(len(best)) - first[np.searchsorted(people, pool.person[best])]
    chosen = np.zeros(len(net))
    chosen[best[(place < pictures) & (net[best] > 0)]] = 1.0
    return chosen
