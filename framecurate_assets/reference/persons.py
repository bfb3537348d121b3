"""Which persons of the lake photos show: what limits a selection to them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framecurate_assets.arrays import FloatArray
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake, fingerprint
from framecurate_assets.policy import Policy
from framecurate_assets.reference.photos import describe_photos, engine_for_photos
from framecurate_assets.reference.ranking import rank_faces, threshold


@dataclass(frozen=True)
class Likeness:
    """Whom photos show."""

    persons: frozenset[str]
    not_found: tuple[Path, ...]
    """The photos that nobody looks like."""
    distance: float
    """How far away a face may be."""


def persons_like(photos: Sequence[Path], lake: Lake, policy: Policy) -> Likeness:
    """The persons whom photos show: for each photo the one who has the face that is nearest to it.

    Args:
        photos: `selection.only_like`: relative to the data folder, or absolute.
        lake: identity_clusters says whose each face is.
        policy: `identity.distance`, or the engine's own, is how far away a face may be.

    Raises:
        FramecurateError: a photo does not show exactly one face, or the lake belongs to another engine than the
            policy asks for.
    """
    engine = engine_for_photos(lake, policy.detection)
    places = [lake.folder.root / photo for photo in photos]
    limit = threshold(policy.identity, engine.name)
    nearest = {
        photo: _nearest_person(descriptor, engine.name, limit, lake)
        for photo, descriptor in zip(places, describe_photos(places, engine, policy.detection), strict=True)
    }
    persons = frozenset(person for person in nearest.values() if person)
    return Likeness(persons, tuple(photo for photo, person in nearest.items() if not person), limit)


def require_photos(lake: Lake, policy: Policy) -> None:
    """Look at the photos to which the policy limits the selection, before anything is made for them.

    Raises:
        FramecurateError: one does not show exactly one face; or as `engine_for_photos`.
    """
    photos = [lake.folder.root / photo for photo in policy.selection.only_like]
    if photos:
        describe_photos(photos, engine_for_photos(lake, policy.detection), policy.detection)


def photos_fingerprint(policy: Policy, folder: DataFolder) -> str:
    """Changes with the content of the photos to which the selection is limited; empty where it is not.

    A photo that cannot be read counts as none: what asks for it next says what is wrong with it.
    """
    photos = policy.selection.only_like
    return fingerprint(*[_digest(folder.root / photo) for photo in photos]) if photos else ""


def _nearest_person(descriptor: FloatArray, engine: str, limit: float, lake: Lake) -> str | None:
    """The person who has the face that is nearest to a photo's, within the limit; null: nobody."""
    if lake.read(tables.IDENTITY_CLUSTERS)["person_id"].drop_nulls().is_empty():
        return None
    near = rank_faces(lake, descriptor[np.newaxis], engine, limit).faces["person_id"].drop_nulls()
    return None if near.is_empty() else str(near[0])


def _digest(photo: Path) -> str | None:
    try:
        return hashlib.sha256(photo.read_bytes()).hexdigest()
    except OSError:
        return None
