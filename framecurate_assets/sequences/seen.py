"""What is seen in a frame that was decoded for a sequence."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.crops import crop_face
from framecurate_assets.faces.judge import judge
from framecurate_assets.lake.tables import DETECTED_FACES
from framecurate_assets.pictures.files import encode_jpeg
from framecurate_assets.policy import PRESETS, CandidatePolicy
from framecurate_assets.video.shots import shot_feature

BOX = ("x1", "y1", "x2", "y2")

Measure = Callable[[RGBImage], pl.DataFrame]
"""A picture, shape (height, width, 3), RGB -> its faces: the measured columns of DETECTED_FACES, sorted by x1."""


@dataclass(frozen=True)
class SeenFace:
    """A face of such a frame that could be described."""

    row: dict[str, Any]
    """The columns of DETECTED_FACES but for the shot."""

    box: FloatArray
    descriptor: FloatArray

    fault: str | None
    """Why it is no picture to keep, in a few words; None where it is one."""

    crop: bytes
    """The 512x512 crop as JPEG; empty where there is a fault."""


@dataclass(frozen=True)
class SeenFrame:
    """A frame that was decoded and searched for faces."""

    pts_s: float
    shot_feature: FloatArray
    faces: tuple[SeenFace, ...]


def fit_for_sequences(policy: CandidatePolicy) -> CandidatePolicy:
    """What a face of a sequence has to pass: what the preset `relaxed` asks for, and else what candidates have to."""
    return policy.model_copy(update={**PRESETS["relaxed"], "preset": "relaxed", "max_per_video": sys.maxsize})


def see(picture: RGBImage, video_id: str, pts_s: float, measure: Measure, policy: CandidatePolicy) -> SeenFrame:
    """Measure the faces of a frame.

    Only faces that pass the preset `relaxed` have a descriptor, so no others count. `face_id` is
    `<video_id>@<pts_ms>#s<n>`, n counted by x1; those of sampled frames have no s.

    Args:
        picture: shape (height, width, 3), RGB, upright.
        video_id: the video.
        pts_s: when it is shown.
        measure: finds the faces.
        policy: as `fit_for_sequences` gives it.
    """
    height, width = picture.shape[:2]
    frame_id = f"{video_id}@{round(pts_s * 1000)}"
    faces = measure(picture).with_columns(
        face_id=pl.format("{}#s{}", pl.lit(frame_id), pl.int_range(pl.len())),
        frame_id=pl.lit(frame_id),
        video_id=pl.lit(video_id),
        pts_s=pl.lit(pts_s),
        shot=pl.lit(0, pl.Int32()),
        width=pl.lit(width),
        height=pl.lit(height),
    )
    faults = judge(faces, policy)["reasons"].list.first()
    described = zip(DETECTED_FACES.conform(faces).iter_rows(named=True), faults, strict=True)
    return SeenFrame(
        pts_s, shot_feature(picture), tuple(_face(row, fault, picture) for row, fault in described if row["embedding"])
    )


def _face(row: dict[str, Any], fault: str | None, picture: RGBImage) -> SeenFace:
    box = np.array([row[side] for side in BOX], dtype=np.float32)
    crop = b"" if fault else encode_jpeg(crop_face(picture, box))
    return SeenFace(row, box, np.array(row["embedding"], dtype=np.float32), fault, crop)
