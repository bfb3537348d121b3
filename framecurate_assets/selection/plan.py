"""Who gets which pictures when not everything fits: the greatest gain within an exact number of bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from framecurate_assets.selection.choosing import Bools, Choosing
from framecurate_assets.selection.pool import Pool, Rules, Sequences

PRICES = 14
"""Prices that are tried: the range of a million in which they lie is narrowed to a thousandth."""


@dataclass(frozen=True)
class Plan:
    """What is taken of a pool and its sequences."""

    choosing: Choosing
    sequences: Bools
    """Which sequences are taken."""
    sequence_bytes: int
    sequence_gain: float

    @property
    def size(self) -> int:
        """Bytes of all pictures."""
        return self.choosing.size + self.sequence_bytes

    @property
    def gain(self) -> float:
        """Of all people's pictures and sequences."""
        return self.choosing.gain + self.sequence_gain


def plan(pool: Pool, rules: Rules, sequences: Sequences, limit: int) -> Plan:
    """The pictures and sequences that gain most within `limit` bytes.

    Everyone's next picture is the one that nets most: its gain less the price of its bytes. Where everything that
    is wanted fits, bytes are free. Else their price is the lowest at which what nets something fits, found by
    halving, and what is left over then goes to whatever nets most and fits. A person's first `rules.floor` pictures
    are taken at any price, so they come before anybody gets more. Where not even these fit, they are the smallest
    that there are, and are given in rounds: everyone's first, the smallest before the others, then everyone's
    second, and so on, so that as many people as possible are served.

    Sources: maximising a submodular gain under a limit of cost greedily by gain and cost: M. Sviridenko, "A note on
    maximizing a submodular set function subject to a knapsack constraint", 2004; H. Lin, J. Bilmes,
    "Multi-document summarization via budgeted maximization of submodular functions", NAACL 2010. Gains are
    computed again only where a choice changed them: M. Minoux, "Accelerated greedy algorithms", 1978. A price for
    what is scarce: H. Everett, "Generalized Lagrange multiplier method", 1963.

    Returns:
        A plan whose `size` is never more than `limit`.
    """
    free = _at_price(pool, rules, sequences, 0.0)
    if free.size <= limit or not len(pool.person):
        return free
    first = Choosing(pool, rules, 0.0, np.ones(len(pool.person), dtype=bool)).gains
    # Dearer than this, nothing but the floor nets anything.
    highest = 2 * max(
        float((first / np.maximum(pool.size, 1)).max()),
        float((sequences.gain / np.maximum(sequences.size, 1)).max(initial=0)),
    )
    cheapest, dearest = highest * 1e-6, highest
    best = _at_price(pool, rules, sequences, highest)
    if best.size > limit:
        return _in_rounds(best, limit)
    for _ in range(PRICES):
        price = float(np.sqrt(cheapest * dearest))
        found = _at_price(pool, rules, sequences, price)
        if found.size > limit:
            cheapest = price
        else:
            dearest = price
            best = found if found.gain > best.gain else best
    return _filled(best, sequences, limit)


def _at_price(pool: Pool, rules: Rules, sequences: Sequences, price: float) -> Plan:
    """What nets something at a price, and everyone's floor."""
    taken = sequences.gain > price * sequences.size
    choosing = Choosing(pool, rules, price, np.ones(len(pool.person), dtype=bool))
    for turn in range(rules.pictures if len(pool.person) else 0):
        worth = choosing.net >= 0
        rows = choosing.best(choosing.open)
        rows = rows if turn < rules.floor else rows[worth[rows]]
        if not rows.size:
            break
        choosing.take(rows)
    return _plan(choosing, sequences, taken)


def _in_rounds(dear: Plan, limit: int) -> Plan:
    """Of the floor of all people what fits, by rounds and sizes. Who misses a picture gets no later one."""
    wanted, pool = dear.choosing, dear.choosing.pool
    rows = wanted.chosen
    order = np.lexsort((pool.person[rows], pool.size[rows], wanted.rank[rows]))
    left, missed, kept = limit, set[int](), []
    for row in rows[order].tolist():
        if pool.size[row] <= left and pool.person[row] not in missed:
            kept.append(row)
            left -= int(pool.size[row])
        else:
            missed.add(int(pool.person[row]))
    choosing = Choosing(pool, wanted.rules, wanted.price, np.ones(len(pool.person), dtype=bool))
    for turn in range(wanted.rules.floor):
        choosing.take(np.array([row for row in kept if wanted.rank[row] == turn], dtype=np.int64))
    return Plan(choosing, np.zeros(len(dear.sequences), dtype=bool), 0, 0.0)


def _filled(best: Plan, sequences: Sequences, limit: int) -> Plan:
    """The plan, and of the rest what nets most, as long as something fits."""
    choosing, pool, taken = best.choosing, best.choosing.pool, best.sequences.copy()
    left = limit - best.size
    while True:
        fitting = choosing.open & (pool.size <= left)
        row = int(np.argmax(np.where(fitting, choosing.net, -np.inf)))
        of_row = choosing.net[row] if fitting[row] else -np.inf
        number, of_sequence = _next_sequence(choosing, sequences, taken, left)
        if max(of_row, of_sequence) == -np.inf:
            return _plan(choosing, sequences, taken)
        if of_row >= of_sequence:
            choosing.take(np.array([row]))
            left -= int(pool.size[row])
        else:
            taken[number] = True
            left -= int(sequences.size[number])


def _next_sequence(choosing: Choosing, sequences: Sequences, taken: Bools, left: int) -> tuple[int, float]:
    """The sequence that nets most of those that fit."""
    net = np.where(~taken & (sequences.size <= left), sequences.gain - choosing.price * sequences.size, -np.inf)
    number = int(np.argmax(net)) if net.size else -1
    return number, float(net[number]) if net.size else -np.inf


def _plan(choosing: Choosing, sequences: Sequences, taken: Bools) -> Plan:
    return Plan(choosing, taken, int(sequences.size[taken].sum()), float(sequences.gain[taken].sum()))
