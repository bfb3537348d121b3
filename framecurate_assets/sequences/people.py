"""Who gets a sequence, and which moments of which videos may be looked into for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.sealed import is_sealed
from framecurate_assets.policy import Policy
from framecurate_assets.selection.trust import distrusted
from framecurate_assets.sequences.anchors import BOX, Anchor, anchors_of, few_of_each, in_order
from framecurate_assets.sequences.look import Video
from framecurate_assets.sequences.settle import Try
from framecurate_assets.sequences.tries import key_of, known_tries


@dataclass
class People:
    """Whose sequence is looked for, and where."""

    anchors: dict[str, list[Anchor]] = field(default_factory=dict)
    """Of each person, in the order in which they are tried."""

    missing: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """Of each person for whom nothing can be tried the best anchor, if there is one, and why not."""

    videos: dict[str, Video] = field(default_factory=dict)
    """Those that can be looked into."""

    keys: dict[str, str] = field(default_factory=dict)
    """Of each anchor what decides its sequence."""

    tries: dict[str, Try] = field(default_factory=dict)
    """Of each anchor what is known already."""


def people_to_follow(lake: Lake, policy: Policy, threshold: float, settings: str) -> People:
    """Everyone in identity_clusters, in the order of their numbers.

    A video that cannot be looked into any more (its file was removed, it shows a person who was erased, or it is a
    set of pictures) gives no new sequence; one that was made of it before stays.

    Args:
        lake: with its candidates and clusters.
        policy: which faces are trusted; without temporal frames nobody is followed.
        threshold: seed threshold: Euclidean distance up to which two descriptors found a person together.
        settings: fingerprint of how sequences are looked for.
    """
    people = People()
    if policy.selection.temporal == 0:
        return people
    faces = lake.read_all(tables.FACE_CANDIDATES).join(lake.read(tables.IDENTITY_CLUSTERS), on="face_id")
    faces = faces.filter(pl.col("person_id").is_not_null())
    refused = distrusted(faces, policy, threshold, None)
    trusted = faces.join(refused, on="face_id", how="anti")
    ordered = in_order(trusted.select("person_id", "track_id", "composite", "face_id", "video_id", *BOX))
    out_of_reach = _open_videos(lake, set(ordered["video_id"]), people.videos)
    people.keys = _keys(ordered, lake, settings)
    people.tries = known_tries(lake, people.keys)
    chosen = few_of_each(ordered, people.videos.keys(), people.tries)
    described = trusted.select("face_id", "pts_s", "shot", "embedding")
    anchors = anchors_of(chosen.join(described, on="face_id", how="left", maintain_order="left"))
    first = ordered.unique("person_id", keep="first").select("person_id", "face_id", "video_id")
    best = {person_id: (face_id, video_id) for person_id, face_id, video_id in first.iter_rows()}
    doubts = refused.group_by("person_id").agg(pl.col("reason").mode().sort().first())
    doubt = dict(doubts.iter_rows())
    for person_id in sorted(faces["person_id"].unique(), key=lambda name: (len(name), name)):
        if person_id in anchors:
            people.anchors[person_id] = anchors[person_id]
        elif person_id in best:
            face_id, video_id = best[person_id]
            people.missing[person_id] = (face_id, out_of_reach[video_id])
        else:
            why = f"None of its faces is sure enough to be followed: {doubt[person_id]}."
            people.missing[person_id] = (None, why)
    return people


def _keys(faces: pl.DataFrame, lake: Lake, settings: str) -> dict[str, str]:
    """Of each face what decides its sequence."""
    content = dict(lake.read_all(tables.RAW_VIDEOS).select("video_id", "sha256").iter_rows())
    return {
        face_id: key_of(face_id, box, content[video_id], settings)
        for face_id, video_id, *box in faces.select("face_id", "video_id", *BOX).iter_rows()
    }


def _open_videos(lake: Lake, video_ids: set[str], videos: dict[str, Video]) -> Mapping[str, str]:
    """Add the videos that can be looked into to `videos`; returns why each other one cannot."""
    out_of_reach: dict[str, str] = {}
    for video in lake.read_all(tables.RAW_VIDEOS, sorted(video_ids)).iter_rows(named=True):
        video_id, path = video["video_id"], lake.folder.absolute(video["path"])
        if video["kind"] == "images":
            out_of_reach[video_id] = "Its pictures are of a set: nothing lies between them."
        elif is_sealed(lake, video_id):
            out_of_reach[video_id] = "Its video shows somebody who was erased: the file is gone for good."
        elif not path.exists():
            out_of_reach[video_id] = "The file of its video was removed: retention.keep_videos says which are kept."
        else:
            samples = lake.read(tables.SAMPLED_FRAMES, video_id).select("pts_s", "shot")
            clip = video["clip_start_s"], video["clip_end_s"]
            videos[video_id] = Video(video_id, path, video["fps"], *clip, samples)
    return out_of_reach
