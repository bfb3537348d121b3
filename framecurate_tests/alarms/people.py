"""People of a test as a clustering left them: who has which tracks, and who was taken for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.lake.tables import IDENTITY_CLUSTERS, SAME_FRAME_TWICE
from framecurate_tests.identity.people import Face, around, candidates


@dataclass(frozen=True)
class Track:
    """Faces of one track, one a second; `person_id` is whom they were taken for."""

    person_id: str
    descriptors: Sequence[FloatArray]
    video: str
    model_person_id: str | None = None
    """Where people merged it into another person."""
    number: int = 0
    """Among the tracks of the video."""

    @property
    def track_id(self) -> str:
        return f"{self.video}/0/{self.number}"


def tracks_around(
    person_id: str, centre: FloatArray, tracks: int, *, faces: int = 3, within: float = 0.3, seed: int = 0
) -> list[Track]:
    """Tracks of one person, each in a video of its own."""
    descriptors = around(centre, tracks * faces, within, seed)
    return [
        Track(person_id, descriptors[number * faces : (number + 1) * faces], f"{person_id}-{seed}-{number}")
        for number in range(tracks)
    ]


def clustered(tracks: Sequence[Track]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """IDENTITY_CLUSTERS and FACE_CANDIDATES of the tracks."""
    of_face = [(track, time) for track in tracks for time in range(len(track.descriptors))]
    found = candidates(
        [
            Face(track.descriptors[time], track.video, time, x=200.0 * index)
            for index, (track, time) in enumerate(of_face)
        ]
    )
    missing = [pl.lit(None).alias(name) for name in IDENTITY_CLUSTERS.schema if name not in _FILLED]
    clusters = pl.DataFrame(
        {
            "face_id": found["face_id"],
            "person_id": [track.person_id for track, _ in of_face],
            "model_person_id": [track.model_person_id or track.person_id for track, _ in of_face],
            "track_id": [track.track_id for track, _ in of_face],
        }
    )
    return IDENTITY_CLUSTERS.conform(clusters.with_columns(missing)), found


def seen_twice(face_id: str, other_face_id: str, person_id: str, cause: str) -> pl.DataFrame:
    """SAME_FRAME_TWICE with one row."""
    row = {"person_id": person_id, "face_id": face_id, "other_face_id": other_face_id, "cause": cause}
    return SAME_FRAME_TWICE.from_rows([{**dict.fromkeys(SAME_FRAME_TWICE.schema), **row}])


_FILLED = ("face_id", "person_id", "model_person_id", "track_id")
