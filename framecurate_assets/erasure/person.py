"""Where a person is seen: candidates, and detected faces that the policy refused, which belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake

SAME_FACE_OVERLAP = 0.3
"""Intersection over union of two boxes, in neighbouring samples of one shot, above which both are one face: erring
costs a frame, and missing it leaves the person in the lake."""

NEIGHBOURING_S = 1.0
"""Seconds between two samples up to which an overlap says anything: people walk a face's width in about one."""


@dataclass(frozen=True)
class Appearances:
    """Where one person is seen."""

    faces: pl.DataFrame
    """Columns face_id, frame_id, video_id of detected_faces: the faces that are the person's."""

    alike_elsewhere: dict[str, int]
    """Videos in which nobody was found to be the person, and how many faces there look alike and are no
    candidate: too little to erase them by itself, and enough to look at."""


def find_person(lake: Lake, owners: pl.DataFrame, person_id: str, distance: float) -> Appearances:
    """All faces of a person in the videos in which the person has a candidate.

    Theirs are their candidates; every face that is no other person's candidate and whose descriptor is as near
    to one of theirs as one person's are; and what has no descriptor and overlaps with one of theirs in a neighbouring
    sample, up to a second away.

    Args:
        lake: the tables.
        owners: face_id and person_id of every candidate; null: nobody's.
        person_id: the person.
        distance: Euclidean distance between two descriptors up to which they are one person's.
    """
    is_theirs = (pl.col("person_id") == person_id).fill_null(value=False)
    own_ids = owners.filter(is_theirs).select("face_id")
    other_ids = owners.filter(~is_theirs & pl.col("person_id").is_not_null()).select("face_id")
    own = lake.read_all(tables.FACE_CANDIDATES).join(own_ids, on="face_id", how="semi")
    descriptors = (
        np.stack(own["embedding"].to_list()).astype(np.float32) if own.height else np.zeros((0, 1), np.float32)
    )
    seen_in = set(own["video_id"])
    parts = [tables.DETECTED_FACES.empty()]
    alike: dict[str, int] = {}
    for video_id in lake.video_ids(tables.DETECTED_FACES):
        faces = lake.read(tables.DETECTED_FACES, video_id).join(other_ids, on="face_id", how="anti")
        theirs = _near(faces, descriptors, distance)
        if video_id in seen_in:
            theirs |= faces["face_id"].is_in(own_ids["face_id"].to_list()).to_numpy()
            # A face that was described, and is not near, is somebody else's wherever it is.
            may_be_theirs = theirs | faces["embedding"].is_null().to_numpy()
            frames = lake.read(tables.SAMPLED_FRAMES, video_id)
            parts.append(faces.filter(pl.Series(_with_overlapping(theirs, may_be_theirs, faces, frames))))
        elif theirs.any():
            alike[video_id] = int(theirs.sum())
    return Appearances(pl.concat(parts).select("face_id", "frame_id", "video_id"), alike)


def _near(faces: pl.DataFrame, descriptors: FloatArray, distance: float) -> npt.NDArray[np.bool_]:
    """Shape (n,): whether a face's descriptor is near to one of the person's; a face without one is near to none."""
    near = np.zeros(faces.height, dtype=bool)
    described = faces.with_row_index("row").filter(pl.col("embedding").list.len() == descriptors.shape[1])
    if described.height and len(descriptors):
        own = np.stack(described["embedding"].to_list()).astype(np.float32)
        nearest = np.array([np.linalg.norm(descriptors - descriptor, axis=1).min() for descriptor in own])
        near[described["row"].to_numpy()] = nearest <= distance
    return near


def _with_overlapping(
    theirs: npt.NDArray[np.bool_], may_be_theirs: npt.NDArray[np.bool_], faces: pl.DataFrame, frames: pl.DataFrame
) -> npt.NDArray[np.bool_]:
    """The person's faces, and all that may be theirs and can be reached from them by overlaps from sample to sample."""
    order = dict(zip(frames["frame_id"], frames["pts_s"].rank("ordinal"), strict=True))
    places = np.array([order[frame_id] for frame_id in faces["frame_id"]])
    shots, times = faces["shot"].to_numpy(), faces["pts_s"].to_numpy()
    boxes = faces.select("x1", "y1", "x2", "y2").to_numpy()
    theirs = theirs.copy()
    waiting = np.flatnonzero(theirs).tolist()
    while waiting:
        face = waiting.pop()
        is_neighbour = (
            (shots == shots[face])
            & (np.abs(places - places[face]) == 1)
            & (np.abs(times - times[face]) <= NEIGHBOURING_S)
        )
        joined = is_neighbour & may_be_theirs & ~theirs & (_overlaps(boxes[face], boxes) > SAME_FACE_OVERLAP)
        theirs |= joined
        waiting += np.flatnonzero(joined).tolist()
    return theirs


def _overlaps(box: FloatArray, boxes: FloatArray) -> FloatArray:
    """Shape (n,): intersection over union of one box x1, y1, x2, y2 with each of n, 0..1."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = np.maximum(sides, 0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    union = areas - shared
    return np.asarray(np.divide(shared, union, out=np.zeros(len(boxes), dtype=shared.dtype), where=union > 0))
