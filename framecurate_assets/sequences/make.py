"""The sequence of every person: from what is known, and around other moments from the videos."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import closing
from functools import partial

import polars as pl

from framecurate_assets.compute.compute import Compute, WorkerDiedError
from framecurate_assets.compute.side_by_side import breaking_off, in_order_of_completion, threads_for
from framecurate_assets.errors import MACHINE_ERRORS, FramecurateError
from framecurate_assets.lake.deaths import DeadlyVideoError, marked
from framecurate_assets.lake.files import write_bytes
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.tables import TEMPORAL_SEQUENCES
from framecurate_assets.sequences.anchors import Anchor
from framecurate_assets.sequences.follow import Step
from framecurate_assets.sequences.look import Video
from framecurate_assets.sequences.settle import Settled, Try, settle

STAGE = TEMPORAL_SEQUENCES.name

Look = Callable[[Video, Sequence[Anchor]], Mapping[str, tuple[Step, ...] | str]]
"""Looks into one video: the sequence around each anchor, or why there is none, by the anchor's face."""


def make_sequences(
    anchors: Mapping[str, Sequence[Anchor]],
    tries: dict[str, Try],
    videos: Mapping[str, Video],
    look: Look,
    compute: Compute,
    folder: DataFolder,
    track: Callable[[list[str]], Iterable[str]],
    report: Callable[[str, Exception], None],
) -> Settled:
    """Look for a sequence around the anchors of each person until there is one, or none is left.

    Each video is looked into for all people at once; again only for people whose moment in it, or in another video,
    came to nothing. What goes wrong with a video is the reason of all its anchors, and
    stops nothing else. Pictures are written as they are found.

    Args:
        anchors: of each person, in the order in which they are tried; none is empty.
        tries: what is known, by the anchor's face id; what is found out is added.
        videos: every video of an anchor of which nothing is known.
        look: looks into one video.
        compute: who does it.
        folder: where pictures are written.
        track: given the videos of a round, yields them as they are begun.
        report: told of the video and of an error of the program.

    Raises:
        OSError: the machine failed.
    """
    by_face = {anchor.face_id: anchor for of_person in anchors.values() for anchor in of_person}
    order = {person_id: [anchor.face_id for anchor in of_person] for person_id, of_person in anchors.items()}
    while (settled := settle(order, tries)).wanted:
        by_video: dict[str, list[Anchor]] = {}
        for face_id in settled.wanted:
            by_video.setdefault(by_face[face_id].video_id, []).append(by_face[face_id])
        video_ids = sorted(by_video)
        look_into = partial(_look_into, videos=videos, anchors=by_video, look=look, folder=folder, report=report)
        made = in_order_of_completion(look_into, video_ids, threads_for(compute))
        with closing(made), breaking_off(compute):
            for _, (video_id, result_of) in zip(track(video_ids), made, strict=True):
                found = result_of()
                if isinstance(found, Try):
                    found = {face_id: found for face_id, anchor in by_face.items() if anchor.video_id == video_id}
                tries |= found
    return settled


def _look_into(
    video_id: str,
    videos: Mapping[str, Video],
    anchors: Mapping[str, Sequence[Anchor]],
    look: Look,
    folder: DataFolder,
    report: Callable[[str, Exception], None],
) -> dict[str, Try] | Try:
    """What came of each anchor, or why nothing comes of any of this video."""
    try:
        with marked(folder, STAGE, video_id):
            found = look(videos[video_id], anchors[video_id])
    except (DeadlyVideoError, WorkerDiedError) as error:
        return Try(reason=str(error), unexpected=True)
    except FramecurateError as error:
        return Try(reason=str(error).replace(videos[video_id].path.name, "The video"))
    except CancelledError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in MACHINE_ERRORS:
            raise
        report(video_id, error)
        reason = f"The program failed with {type(error).__name__}: the log of the run says more. Please report it."
        return Try(reason=reason, unexpected=True)
    return {anchor.face_id: _stored(anchor, found[anchor.face_id], folder) for anchor in anchors[video_id]}


def _stored(anchor: Anchor, found: tuple[Step, ...] | str, folder: DataFolder) -> Try:
    """The rows of a sequence, with its pictures written."""
    if isinstance(found, str):
        return Try(reason=found)
    rows: list[dict[str, object]] = []
    for position, step in enumerate(found, start=1):
        face_id = step.face.row["face_id"]
        place = folder.sequences(anchor.video_id) / f"{face_id}.jpg"
        rows.append(
            {
                **step.face.row,
                "shot": anchor.shot,
                "person_id": None,
                "position": position,
                "anchor_face_id": anchor.face_id,
                "distance": step.distance,
                "path": folder.relative(place),
                "bytes": write_bytes(place, step.face.crop),
            }
        )
    return Try(TEMPORAL_SEQUENCES.from_rows(rows))


def remove_others(folder: DataFolder, rows: pl.DataFrame) -> None:
    """Remove the pictures of sequences that no row names any more."""
    kept = set(rows["path"])
    for place in sorted(folder.all_sequences.rglob("*"), reverse=True):
        if place.is_dir():
            if not any(place.iterdir()):
                place.rmdir()
        elif folder.relative(place) not in kept:
            place.unlink()
