"""From a set of pictures to those that are frames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framecurate_assets.pictures.sheets import Tile, shrink
from framecurate_assets.tasks.frames import FramesFolder, Sampled, sampled_frames, write_frame
from framecurate_assets.timing import Stopwatch
from framecurate_assets.video.pictures import sample_pictures

SHEET_PICTURES = 90
"""Pictures on a contact sheet."""


@dataclass(frozen=True)
class SampledSet:
    """The pictures of an image set."""

    frames: Sampled | None
    """Those that are frames; None where none is."""
    pictures: list[dict[str, object]]
    """PICTURES: what became of each."""
    seconds: dict[str, float]


@dataclass(frozen=True)
class SamplePictures:
    """Takes the pictures that are good enough out of an image set, and says of each other one why it is not."""

    path: Path
    numbers: dict[str, int]
    """Of each picture's name."""
    min_shorter_side_px: int
    folder: FramesFolder

    def __call__(self) -> SampledSet:
        """Read, measure and write the pictures.

        Raises:
            UnreadableVideoError: the set as a whole cannot be read.
        """
        watch = Stopwatch()
        frames: list[dict[str, Any]] = []
        pictures: list[dict[str, object]] = []
        tiles: list[Tile] = []
        for picture in watch.each("decode", sample_pictures(self.path, self.numbers, self.min_shorter_side_px)):
            row = {"video_id": self.folder.video_id, "picture": picture.name, "number": picture.number}
            if isinstance(picture.outcome, str):
                pictures.append(row | {"frame_id": None, "reason": picture.outcome})
                continue
            frames.append(write_frame(picture.outcome, self.folder, watch))
            pictures.append(row | {"frame_id": frames[-1]["frame_id"], "reason": None})
            if len(tiles) < SHEET_PICTURES:
                tiles.append(Tile(shrink(picture.outcome.image), str(picture.number)))
        # Two pictures of a folder need not be of one place and time: nobody is followed from one to the next.
        shots = [int(row["pts_s"]) for row in frames]
        sampled = sampled_frames(frames, shots, tiles, watch.seconds) if frames else None
        return SampledSet(sampled, pictures, watch.seconds)
