"""What selection reads of the lake."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.pictures.files import read_grey
from framecurate_assets.pictures.hashing import perceptual_hashes

CROPS_AT_ONCE = 256
"""Crops that are held while they are measured."""


@dataclass(frozen=True)
class Inputs:
    """What `select.select` is given."""

    faces: pl.DataFrame
    """Every face that has a person."""
    sequences: pl.DataFrame
    names: pl.DataFrame
    """Columns person_id and name, of the people who have one."""


def read_inputs(lake: Lake) -> Inputs:
    """Every face that has a person, and the temporal sequences, with their videos' provenance and their crops' looks.

    Raises:
        FramecurateError: identity_clusters is not materialised, or a crop is missing.
    """
    clusters = lake.read(tables.IDENTITY_CLUSTERS).filter(pl.col("person_id").is_not_null())
    faces = lake.read_all(tables.FACE_CANDIDATES).join(clusters, on="face_id", maintain_order="left")
    names = lake.read_if_there(tables.PERSON_REGISTRY).select("person_id", "name").drop_nulls()
    return Inputs(
        _with_looks(lake, _with_provenance(lake, faces)),
        _with_looks(lake, _with_provenance(lake, lake.read_if_there(tables.TEMPORAL_SEQUENCES))),
        names,
    )


def _with_provenance(lake: Lake, faces: pl.DataFrame) -> pl.DataFrame:
    videos = lake.read_all(tables.RAW_VIDEOS).select(
        "video_id", "source", "label", "licence", "uploader", video_sha256="sha256"
    )
    pictures = lake.read_all(tables.PICTURES).select("frame_id", "picture").drop_nulls()
    return faces.join(videos, on="video_id", maintain_order="left").join(
        pictures, on="frame_id", how="left", maintain_order="left"
    )


def _with_looks(lake: Lake, faces: pl.DataFrame) -> pl.DataFrame:
    """The faces with phash, brightness and sha256 of their crops."""
    crops = [lake.folder.absolute(path) for path in faces["path"]]
    hashes, brightness, digests = [np.zeros(0, dtype=np.uint64)], list[float](), list[str]()
    for start in range(0, len(crops), CROPS_AT_ONCE):
        some = crops[start : start + CROPS_AT_ONCE]
        grey = [read_grey(crop) for crop in some]
        hashes.append(perceptual_hashes(grey))
        brightness += [float(picture.mean()) for picture in grey]
        digests += [hashlib.sha256(crop.read_bytes()).hexdigest() for crop in some]
    return faces.with_columns(
        phash=pl.Series(np.concatenate(hashes), dtype=pl.UInt64),
        brightness=pl.Series(brightness, dtype=pl.Float32),
        sha256=pl.Series(digests, dtype=pl.String),
    )
