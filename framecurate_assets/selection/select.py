"""From people to the pictures of them that are kept, within an exact number of bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.tables import PERSON_SELECTIONS, SELECTION_VERDICTS
from framecurate_assets.policy import Policy
from framecurate_assets.selection.bound import upper_bound
from framecurate_assets.selection.card import dataset_card
from framecurate_assets.selection.coverage import coverage, of_everybody
from framecurate_assets.selection.material import Material, material
from framecurate_assets.selection.metadata import (
    identity_map,
    provenance_parquet,
    quality_scores,
    selection_results,
    splits_file,
)
from framecurate_assets.selection.plan import Plan, plan
from framecurate_assets.selection.splits import split
from framecurate_assets.selection.verdicts import verdicts


@dataclass(frozen=True)
class Selection:
    """What goes into the dataset folder, and what does not."""

    pictures: pl.DataFrame
    """One row a picture, sorted by person, kind and rank: the columns of `metadata.parquet`, and path, the crop."""

    metadata: dict[str, bytes]
    """The other files of the folder by their place in it: JSON, Parquet and the dataset card."""

    verdicts: pl.DataFrame
    """SELECTION_VERDICTS: every face that was not chosen as high_quality, once, with the reason."""

    coverage: pl.DataFrame
    """SELECTION_COVERAGE."""

    facts: dict[str, Any]
    """gain, gain_bound and gap (1 - gain / gain_bound); gain_per_mb, the price that was asked for bytes, 0 where all
    that was wanted fits; bytes_for_pictures, the budget less the metadata; sequences_left_out, for want of bytes."""

    @property
    def rows(self) -> pl.DataFrame:
        """PERSON_SELECTIONS; `path` is relative to the dataset folder."""
        return PERSON_SELECTIONS.conform(self.pictures.with_columns(path="file_name", score="composite"))

    @property
    def size(self) -> int:
        """Bytes of the whole folder: pictures and metadata."""
        return int(self.pictures["bytes"].sum()) + sum(map(len, self.metadata.values()))


def select(
    faces: pl.DataFrame,
    policy: Policy,
    weights_licence: str,
    *,
    threshold: float,
    sequences: pl.DataFrame | None = None,
    names: pl.DataFrame | None = None,
    only: frozenset[str] | None = None,
) -> Selection:
    """Choose the pictures of every person. The order of the rows makes no difference.

    All files of the folder together, metadata included, never exceed `policy.budget.dataset_bytes`.

    Args:
        faces: every face that has a person: the columns of FACE_CANDIDATES and IDENTITY_CLUSTERS; of their videos
            source, label, licence, uploader and video_sha256 (the last four may be null); of those of image sets
            picture; and of each crop phash (UInt64), sha256 (hexadecimal) and brightness (mean grey, 0..255).
        policy: the policy; the dataset card shows all of it.
        weights_licence: licence of the engine's weights, for the dataset card.
        threshold: the seed threshold of clustering, Euclidean distance.
        sequences: the columns of TEMPORAL_SEQUENCES, and the same further ones; None: there are none.
        names: columns person_id and name of the people who have one.
        only: ids of the people who are asked for; None: all.

    Raises:
        FramecurateError: not even the metadata of an empty dataset fits into the budget.
        ValueError: a face is there twice, or lacks a value that selection depends on.
    """
    given = material(faces, policy, threshold, sequences, names, only)
    limit = policy.budget.dataset_bytes
    for_pictures = limit
    while True:
        chosen = plan(given.pool, given.rules, given.sequences, for_pictures)
        draft = _Draft(given, chosen, for_pictures, policy, weights_licence)
        # The bound takes a while: first whether the folder fits without its digits.
        selection = draft.selection(bound=chosen.gain)
        if selection.size <= limit:
            selection = draft.selection(upper_bound(given.pool, given.groups, given.sequences, chosen, for_pictures))
        excess = selection.size - limit
        if excess <= 0:
            return selection
        if selection.pictures.is_empty():
            raise FramecurateError(
                f"The dataset budget of {limit} bytes is smaller than the metadata of an empty dataset "
                f"({selection.size} bytes)",
                "Raise budget.dataset_bytes in the policy",
            )
        # The metadata does not fit beside these pictures. With fewer pictures it gets smaller too, so this ends.
        for_pictures = max(0, chosen.size - excess)


class _Draft:
    """The folder of a plan whose pictures could take `for_pictures` bytes."""

    def __init__(self, given: Material, chosen: Plan, for_pictures: int, policy: Policy, weights_licence: str) -> None:
        self.given, self.chosen, self.for_pictures = given, chosen, for_pictures
        self.policy, self.weights_licence = policy, weights_licence
        pictures = given.pictures(chosen)
        selection = policy.selection
        splits = split(pictures, given.links, selection.validation_share, selection.min_hash_distance)
        of_videos = splits.of_videos()
        self.pictures = pictures.with_columns(
            split=pl.col("video_id").replace_strict(list(of_videos), list(of_videos.values()), return_dtype=pl.String)
        )
        left_out = verdicts(given.pool_faces, chosen, for_pictures)
        self.verdicts = SELECTION_VERDICTS.conform(pl.concat([given.distrusted, left_out])).sort(
            pl.col("person_id").str.len_chars(), "person_id", "face_id"
        )
        self.coverage = coverage(given.faces, self.pictures)
        self.files = {
            "metadata.parquet": provenance_parquet(self.pictures),
            "metadata/identity_map.json": identity_map(self.pictures, given.faces),
            "metadata/quality_scores.json": quality_scores(self.pictures),
            "metadata/splits.json": splits_file(splits, self.pictures),
        }

    def selection(self, bound: float) -> Selection:
        """With the files that tell the bound."""
        facts = self._facts(bound)
        shown = of_everybody(self.coverage)
        seen = self.given.faces.height
        telling = {
            "README.md": dataset_card(self.pictures, seen, shown, facts, self.policy, self.weights_licence),
            "metadata/selection_results.json": selection_results(self.pictures, self.verdicts, shown, facts),
        }
        return Selection(self.pictures, {**self.files, **telling}, self.verdicts, self.coverage, facts)

    def _facts(self, bound: float) -> dict[str, Any]:
        chosen = self.chosen
        too_large = len(chosen.sequences) - int(chosen.sequences.sum())
        return {
            "gain": chosen.gain,
            "gain_bound": bound,
            "gap": max(0.0, 1 - chosen.gain / bound) if bound > 0 else 0.0,
            "gain_per_mb": chosen.choosing.price * 1_000_000,
            "bytes_for_pictures": self.for_pictures,
            "sequences_left_out": too_large,
        }
