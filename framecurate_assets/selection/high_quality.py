"""The best pictures of a person, as different from each other as their quality allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.pictures.hashing import hamming_distances
from framecurate_assets.policy import SelectionPolicy
from framecurate_assets.selection.times import MICROSECONDS, microseconds, microseconds_of

UNSEEN_VIDEO_GAIN = 0.10
"""For a picture from a video that none was chosen from yet."""

TIME_GAIN = 0.05
"""For one that is far in time from the chosen ones of its video: in full from `FAR_SECONDS` on."""

POSE_GAIN = 0.05
"""For another pose of the head: in full from `FAR_DEGREES` on."""

EMOTION_GAIN = 0.05
"""For an emotion that none of the chosen shows."""

FAR_SECONDS = 10.0
FAR_DEGREES = 30.0

Refusal = Literal["near_duplicate", "too_close_in_time", "enough_pictures"]


@dataclass(frozen=True)
class HighQuality:
    """Which faces of one person are worth keeping; faces are row numbers."""

    chosen: list[int]
    """In the order of rank: the best first."""

    refused: dict[int, tuple[Refusal, int | None]]
    """Every other face: why not, and the chosen face that stands for it, where there is one."""


def choose_high_quality(faces: pl.DataFrame, policy: SelectionPolicy) -> HighQuality:
    """Choose up to `policy.high_quality` faces of one person.

    The first is the face with the best composite. Each further one is the face with the greatest

        gain = composite
             + 0.10 if its video is not among the chosen
             + 0.05 min(1, seconds to the nearest chosen face of its video / 10), 1 for an unseen video
             + 0.05 min(1, degrees to the nearest chosen pose / 30)
             + 0.05 if its emotion is not among the chosen

    among those that differ from every chosen face in at least `min_hash_distance` bits and are at least
    `min_gap_s` from every chosen face of their video. So the best pictures win wherever quality differs by more
    than a quarter, and variety decides between pictures that are about as good. There are fewer than asked for
    where only duplicates are left. This is maximal marginal relevance; source: J. Carbonell, J. Goldstein,
    "The use of MMR, diversity-based reranking", SIGIR 1998.

    Args:
        faces: columns face_id, video_id, pts_s, composite, yaw, pitch, emotion, phash; one person; ties go to the
            earlier row.
        policy: how many, and how different.
    """
    composite = faces["composite"].to_numpy().astype(np.float64)
    times = microseconds(faces["pts_s"])
    videos = faces["video_id"].to_physical().rank("dense").to_numpy()
    poses = faces.select("yaw", "pitch").to_numpy().astype(np.float64)
    emotions = faces["emotion"].fill_null("").rank("dense").to_numpy()
    hashes = faces["phash"].to_numpy()

    unseen_video = np.ones(faces.height, dtype=bool)
    unseen_emotion = np.ones(faces.height, dtype=bool)
    seconds = np.full(faces.height, np.inf)
    degrees = np.full(faces.height, np.inf)
    duplicate_of = np.full(faces.height, -1)
    close_to = np.full(faces.height, -1)
    left = np.ones(faces.height, dtype=bool)
    chosen: list[int] = []
    while left.any() and len(chosen) < policy.high_quality:
        # Nothing is chosen yet in the first turn: every face gains the same, and the best composite wins.
        gain = composite + UNSEEN_VIDEO_GAIN * unseen_video + EMOTION_GAIN * unseen_emotion
        gain += TIME_GAIN * np.minimum(1, seconds / FAR_SECONDS) + POSE_GAIN * np.minimum(1, degrees / FAR_DEGREES)
        best = int(np.argmax(np.where(left, gain, -np.inf)))
        chosen.append(best)
        left[best] = False

        same_video = videos == videos[best]
        apart = np.abs(times - times[best])
        unseen_video &= ~same_video
        unseen_emotion &= emotions != emotions[best]
        seconds = np.where(same_video, np.minimum(seconds, apart / MICROSECONDS), seconds)
        degrees = np.minimum(degrees, np.linalg.norm(poses - poses[best], axis=1))
        duplicate = left & (hamming_distances(hashes, hashes[best : best + 1])[:, 0] < policy.min_hash_distance)
        close = left & same_video & (apart < microseconds_of(policy.min_gap_s))
        duplicate_of[duplicate] = best
        close_to[close & ~duplicate] = best
        left &= ~(duplicate | close)
    return HighQuality(chosen, _refusals(chosen, duplicate_of, close_to))


def _refusals(
    chosen: list[int], duplicate_of: npt.NDArray[np.int64], close_to: npt.NDArray[np.int64]
) -> dict[int, tuple[Refusal, int | None]]:
    refused: dict[int, tuple[Refusal, int | None]] = {}
    for row, (twin, neighbour) in enumerate(zip(duplicate_of.tolist(), close_to.tolist(), strict=True)):
        if row in chosen:
            continue
        if twin >= 0:
            refused[row] = ("near_duplicate", twin)
        elif neighbour >= 0:
            refused[row] = ("too_close_in_time", neighbour)
        else:
            refused[row] = ("enough_pictures", None)
    return refused
