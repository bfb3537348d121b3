"""What earlier runs found out, so that nothing is decoded twice for the same answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import polars as pl

from framecurate_assets.lake.lake import Lake, fingerprint
from framecurate_assets.lake.tables import TEMPORAL_SEQUENCES
from framecurate_assets.sequences.settle import Try

TRIES = "framecurate.tries"
"""Metadata key of the stored table: why there is no sequence around the anchor with a key; empty where there is one.
Keys are digests and reasons name no video, so that nothing has to be taken out when somebody is erased."""


def key_of(face_id: str, box: Iterable[float], sha256: str | None, settings: str) -> str:
    """What decides the sequence around an anchor: the face, the file, and how it is looked for."""
    return fingerprint(face_id, sha256, settings, *(f"{side:.3f}" for side in box))


def known_tries(lake: Lake, keys: Mapping[str, str]) -> dict[str, Try]:
    """What came of the anchors that were tried before with the same key, by face id.

    A sequence counts only if all its pictures are there.

    Args:
        lake: where the last run's sequences are.
        keys: today's, by face id of the anchor.
    """
    reasons = json.loads(lake.facts(TEMPORAL_SEQUENCES).get(TRIES, "{}"))
    tried = {face_id: reasons[key] for face_id, key in keys.items() if key in reasons}
    known = {face_id: Try(reason=reason) for face_id, reason in tried.items() if reason}
    if not tried:
        return known
    for (face_id,), rows in lake.read(TEMPORAL_SEQUENCES).group_by("anchor_face_id", maintain_order=True):
        if tried.get(str(face_id)) == "" and _are_there(lake, rows):
            known[str(face_id)] = Try(rows)
    return known


def facts_of(tries: Mapping[str, Try], keys: Mapping[str, str]) -> dict[str, str]:
    """What to store with the table so that `known_tries` finds it; what failed unexpectedly is not remembered."""
    reasons = {keys[face_id]: tried.reason for face_id, tried in tries.items() if not tried.unexpected}
    return {TRIES: json.dumps(reasons, sort_keys=True)}


def _are_there(lake: Lake, rows: pl.DataFrame) -> bool:
    places = [(lake.folder.absolute(path), size) for path, size in rows.select("path", "bytes").iter_rows()]
    return all(place.is_file() and place.stat().st_size == size for place, size in places)
