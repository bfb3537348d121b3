"""Out of a table of candidates and what is known of people: arrays to work with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.errors import FramecurateError
from framecurate_assets.identity.faces import NOBODY, Faces, Keys, Rules
from framecurate_assets.identity.known import Known
from framecurate_assets.identity.neighbours import Indices
from framecurate_assets.identity.same_frame import images_of_others
from framecurate_assets.identity.tracks import link_tracks
from framecurate_assets.policy import IdentityPolicy


@dataclass(frozen=True)
class Material:
    """Candidates first, sorted by video_id, pts_s, face_id; then exemplars, by face_id."""

    frame: pl.DataFrame
    """One row a face: face_id, frame_id, track_id, is_exemplar, is_rejected."""

    rows: Indices
    """Which of these rows are in `faces`: all but the rejected ones."""

    faces: Faces
    """The faces that take part, in the order of the rows."""

    persons: list[str]
    """The id behind the number of each settled person, ascending."""

    rules: Rules
    """What was said about them."""


def gather(candidates: pl.DataFrame, policy: IdentityPolicy, distance: float, known: Known) -> Material:
    """What a clustering works on.

    Args:
        candidates: FACE_CANDIDATES, of one engine.
        policy: the thresholds.
        distance: seed threshold, Euclidean.
        known: what earlier runs found and people said.

    Raises:
        FramecurateError: the candidates come from two engines, or one has no usable descriptor.
    """
    candidates = candidates.sort("video_id", "pts_s", "face_id")
    exemplars = _comparable(known.exemplars, candidates)
    described = ("face_id", "embedding", "engine")
    every_face = pl.concat([candidates.select(described), exemplars.select(described)], how="vertical_relaxed")
    descriptors = descriptors_of(every_face)
    owners = pl.concat([known.settled, exemplars.select("face_id", "person_id")])
    persons = owners["person_id"].unique().sort().to_list()
    frame = (
        pl.concat(
            [candidates.drop("embedding"), exemplars.select("face_id", "video_id", "composite")], how="diagonal_relaxed"
        )
        .with_columns(
            is_exemplar=pl.int_range(pl.len()) >= candidates.height,
            is_rejected=pl.col("face_id").is_in(list(known.rejected)),
        )
        .join(owners, on="face_id", how="left", maintain_order="left")
        .with_columns(person=pl.col("person_id").replace_strict(persons, range(len(persons)), default=NOBODY))
        .with_columns(person=pl.when("is_rejected").then(NOBODY).otherwise(pl.col("person").fill_null(NOBODY)))
    )
    linked = link_tracks(frame.head(candidates.height), descriptors, distance)
    frame = frame.with_columns(track_id=pl.Series([*linked, *[None] * exemplars.height], dtype=pl.String))
    rows = np.flatnonzero(~frame["is_rejected"].to_numpy())
    return Material(
        frame.select("face_id", "frame_id", "track_id", "is_exemplar", "is_rejected"),
        rows,
        _arrays(frame[rows], descriptors[rows], policy, distance),
        persons,
        _rules(persons, policy, known),
    )


def descriptors_of(faces: pl.DataFrame) -> FloatArray:
    """The embeddings as one array, shape (n, size), once they are known to be comparable.

    Args:
        faces: columns face_id, embedding, engine.

    Raises:
        FramecurateError: they come from two engines, or one is missing, of another size or not finite.
    """
    engines = faces["engine"].unique().sort().to_list()
    if len(engines) > 1:
        raise FramecurateError(
            f"The candidates were described by {' and '.join(map(str, engines))}, which cannot be compared",
            "Rematerialise detected_faces with one engine",
        )
    sizes = faces["embedding"].list.len().fill_null(0).to_numpy()
    size = int(sizes.max(initial=0))
    numbers = faces["embedding"].filter(pl.Series(sizes == size)).explode().to_numpy()
    values = np.full((faces.height, size), np.nan, dtype=np.float32)
    values[sizes == size] = numbers.reshape(-1, size) if size else 0
    unusable = ~np.isfinite(values).all(axis=1) | (size == 0)
    if unusable.any():
        raise FramecurateError(
            f"{unusable.sum()} of {faces.height} candidates have no usable descriptor, the first is "
            f"{faces['face_id'][int(unusable.argmax())]}",
            "Rematerialise detected_faces and face_candidates of their videos",
        )
    return values


def _comparable(exemplars: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """The exemplars that are no candidates, and that the same engine described."""
    others = exemplars.filter(pl.col("engine").is_in(candidates["engine"].unique().to_list()))
    return others.join(candidates.select("face_id"), on="face_id", how="anti").sort("face_id")


def _arrays(frame: pl.DataFrame, descriptors: FloatArray, policy: IdentityPolicy, distance: float) -> Faces:
    """The faces as arrays; a measurement that is missing is no better than the worst."""
    track_names = frame.select(pl.coalesce("track_id", "face_id")).to_series()
    frames = frame.select(pl.coalesce("frame_id", "face_id")).to_series()
    founders = frame.select(
        (pl.col("det_score") > policy.founder_confidence)
        & (pl.col("frontality") >= policy.founder_frontality)
        & (pl.col("sharpness") > policy.founder_sharpness)
    ).to_series()
    tracks, frame_numbers = _numbered(track_names), _numbered(frames)
    return Faces(
        descriptors,
        tracks,
        frame_numbers,
        frame["composite"].fill_null(0).to_numpy().astype(np.float32),
        (founders.fill_null(False) | frame["is_exemplar"]).to_numpy(),
        frame["person"].to_numpy().astype(np.int64),
        _keys(track_names.unique(maintain_order=True)),
        images_of_others(frame, descriptors, tracks, frame_numbers, distance),
    )


def _numbered(names: pl.Series) -> Indices:
    """Each name's number, 0, 1, … in the order in which they appear."""
    first = names.unique(maintain_order=True)
    return np.asarray(names.replace_strict(first, range(len(first)), return_dtype=pl.Int64), dtype=np.int64)


def _keys(names: pl.Series) -> Keys:
    """A number a name, that depends on the name alone."""
    digests = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _rules(persons: list[str], policy: IdentityPolicy, known: Known) -> Rules:
    """What was said of persons, as numbers; about those who are not here nothing can be broken."""
    number = {person: at for at, person in enumerate(persons)}
    apart = {(number[one], number[other]) for one, other in known.apart if one in number and other in number}
    twice = {number[person] for person in {*policy.allowed_same_frame, *known.allowed_twice} if person in number}
    return Rules(frozenset(apart), frozenset(twice))
