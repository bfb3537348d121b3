"""Why not: the rule that left each face out."""

from __future__ import annotations

import numpy as np
import polars as pl

from framecurate_assets.lake.tables import SELECTION_VERDICTS
from framecurate_assets.selection.choosing import SAME_DESCRIPTOR, SAME_HASH, SAME_MOMENT, Choosing
from framecurate_assets.selection.plan import Plan


def verdicts(faces: pl.DataFrame, plan: Plan, limit: int) -> pl.DataFrame:
    """Why faces of the pool were not chosen, as SELECTION_VERDICTS.

    * `near_duplicate`: `rival_id` shows the same: value is the number of differing bits, or within a shot the distance
      of the descriptors, threshold what it is under;
    * `too_close_in_time`: value is the seconds to `rival_id`, a chosen face of the same video;
    * `gained_less`: the person has all the pictures asked for; value is what this face would net, threshold what
      `rival_id` netted, the one of them that netted least;
    * `shot_is_full`: it would have netted more than that one, but value pictures of its shot were chosen, of which
      threshold is the most while other shots had any; `rival_id` is the one of its shot that netted least;
    * `budget`: bytes were short; value is the size of its picture, threshold what was left of the `limit`.

    Args:
        faces: the faces of the pool, in its order: columns face_id, person_id.
        plan: what was chosen.
        limit: bytes that the pictures could take.
    """
    choosing = plan.choosing
    ids, persons = faces["face_id"].to_list(), faces["person_id"].to_list()
    weakest, left = _Weakest(choosing), limit - plan.size
    rows: list[tuple[str, str, str, str | None, float, float | None]] = []
    for row in np.flatnonzero(choosing.rank < 0).tolist():
        if choosing.rule[row]:
            reason, threshold = _like_another(choosing, row)
            rival = ids[choosing.rival[row]]
            rows.append((ids[row], persons[row], reason, rival, float(choosing.value[row]), threshold))
        else:
            reason, place, value, least = weakest.against(row, left)
            rows.append((ids[row], persons[row], reason, None if place is None else ids[place], value, least))
    return pl.DataFrame(rows, SELECTION_VERDICTS.schema, orient="row")


def _like_another(choosing: Choosing, row: int) -> tuple[str, float]:
    rules = choosing.rules
    return {
        SAME_HASH: ("near_duplicate", float(rules.hash_bits)),
        SAME_DESCRIPTOR: ("near_duplicate", rules.descriptor_distance),
        SAME_MOMENT: ("too_close_in_time", rules.gap_us / 1_000_000),
    }[int(choosing.rule[row])]


class _Weakest:
    """The chosen faces that netted least, of each person and of each shot of a person."""

    def __init__(self, choosing: Choosing) -> None:
        chosen = choosing.chosen
        # What netted least is written last, and stays.
        chosen = chosen[np.argsort(-choosing.net_when_chosen[chosen], kind="stable")]
        self._choosing, self._net = choosing, choosing.net
        self._of_person = dict(zip(choosing.pool.person[chosen].tolist(), chosen.tolist(), strict=True))
        self._of_shot = dict(zip(choosing.pool.shot[chosen].tolist(), chosen.tolist(), strict=True))
        self._full = choosing.full
        self._in_shot = np.bincount(choosing.pool.shot[chosen], minlength=int(choosing.pool.shot.max(initial=-1)) + 1)

    def against(self, row: int, bytes_left: int) -> tuple[str, int | None, float, float | None]:
        """Reason, rival, value and threshold of a face that nothing forbade."""
        choosing, pool = self._choosing, self._choosing.pool
        if choosing.rules.pictures == 0:
            return "gained_less", None, float(self._net[row]), None
        person, shot = int(pool.person[row]), int(pool.shot[row])
        if choosing.count[person] == choosing.rules.pictures:
            place = self._of_person[person]
            if self._net[row] <= choosing.net_when_chosen[place]:
                return "gained_less", place, float(self._net[row]), float(choosing.net_when_chosen[place])
            if self._full[row]:
                return "shot_is_full", self._of_shot[shot], float(self._in_shot[shot]), float(choosing.rules.per_shot)
        return "budget", None, float(pool.size[row]), float(bytes_left)
