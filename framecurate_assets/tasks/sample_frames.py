"""From a video to its sampled frames: decoded, measured, and written as JPEG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from framecurate_assets.arrays import FloatArray
from framecurate_assets.lake.tables import SAMPLED_FRAMES
from framecurate_assets.pictures.files import encode_jpeg
from framecurate_assets.pictures.sheets import Tile, sheet_of_tiles, shrink
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.timing import Stopwatch, added
from framecurate_assets.video.cuts import find_cuts, shots_between
from framecurate_assets.video.measure import measure_frame
from framecurate_assets.video.pictures import sample_pictures
from framecurate_assets.video.sample_plan import SamplePlan, plan_sample
from framecurate_assets.video.sampling import SampledFrame, decode_sample
from framecurate_assets.video.shots import shot_feature, shot_numbers

SHEET_PICTURES = 90
"""Frames on a contact sheet."""


@dataclass(frozen=True)
class FramesFolder:
    """Where the frames of a video are written, and where they will lie."""

    video_id: str
    writing: Path
    """The folder that takes the place of the frames folder when all is done."""
    path: str
    """The frames folder, as tables carry it."""


@dataclass(frozen=True)
class Sampled:
    """The sampled frames of a video."""

    rows: pl.DataFrame
    """SAMPLED_FRAMES."""
    sheet: bytes
    """A contact sheet, as WebP."""
    seconds: dict[str, float]
    """What each step took."""


@dataclass(frozen=True)
class WrittenFrames:
    """Some of the frames, in the order in which they are shown."""

    rows: list[dict[str, Any]]
    """SAMPLED_FRAMES without `shot`."""
    shot_features: list[FloatArray]
    follows_forced_key: list[bool]
    tiles: list[Tile]
    """Only a thumbnail is kept of each frame, so that no video is held in memory."""
    seconds: dict[str, float]


@dataclass(frozen=True)
class SampleFrames:
    """Takes the frames out of one video; the pieces are runs of decoding."""

    path: Path
    clip: tuple[float | None, float | None]
    """Seconds from the start of the video; None: to its end."""
    policy: SamplingPolicy
    folder: FramesFolder

    def divide(self, parts: int) -> list[SamplePlan]:
        """What each piece decodes.

        Raises:
            UnreadableVideoError: the file is no video, cut off, or has no frame in the clip.
        """
        return plan_sample(self.path, self.policy, *self.clip).parts(parts)

    def work(self, piece: SamplePlan) -> WrittenFrames:
        """Decode, measure and write some of the frames.

        Raises:
            UnreadableVideoError: some cannot be decoded.
        """
        watch = Stopwatch()
        written = WrittenFrames([], [], [], [], watch.seconds)
        for frame in watch.each("decode", decode_sample(self.path, piece)):
            written.rows.append(_write_frame(frame, self.folder, watch))
            with watch.measure("measure frames"):
                written.shot_features.append(shot_feature(frame.image))
                written.tiles.append(Tile(shrink(frame.image), f"{frame.pts_s:.1f} s"))
            written.follows_forced_key.append(frame.follows_forced_key)
        return written

    def join(self, done: Sequence[WrittenFrames]) -> Sampled:
        """All frames of the video, each with its shot."""
        watch = Stopwatch()
        rows = [row for part in done for row in part.rows]
        if self.policy.shots == "full":
            with watch.measure("find cuts"):
                shots = shots_between(find_cuts(self.path, *self.clip), [row["pts_s"] for row in rows])
        else:
            features = [feature for part in done for feature in part.shot_features]
            shots = shot_numbers(features, [forced for part in done for forced in part.follows_forced_key])
        tiles = [tile for part in done for tile in part.tiles]
        return _sampled(rows, shots, tiles, added([*(part.seconds for part in done), watch.seconds]))


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
            frames.append(_write_frame(picture.outcome, self.folder, watch))
            pictures.append(row | {"frame_id": frames[-1]["frame_id"], "reason": None})
            if len(tiles) < SHEET_PICTURES:
                tiles.append(Tile(shrink(picture.outcome.image), str(picture.number)))
        # Two pictures of a folder need not be of one place and time: nobody is followed from one to the next.
        shots = [int(row["pts_s"]) for row in frames]
        sampled = _sampled(frames, shots, tiles, watch.seconds) if frames else None
        return SampledSet(sampled, pictures, watch.seconds)


def _sampled(
    rows: Sequence[dict[str, Any]], shots: Sequence[int], tiles: Sequence[Tile], seconds: dict[str, float]
) -> Sampled:
    watch = Stopwatch()
    with watch.measure("draw sheet"):
        sheet = sheet_of_tiles(tiles)
    frames = SAMPLED_FRAMES.from_rows([{**row, "shot": shot} for row, shot in zip(rows, shots, strict=True)])
    return Sampled(frames, sheet, added([seconds, watch.seconds]))


def _write_frame(frame: SampledFrame, folder: FramesFolder, watch: Stopwatch) -> dict[str, Any]:
    pts_ms = round(frame.pts_s * 1000)
    height, width = frame.image.shape[:2]
    name = f"{pts_ms}.jpg"
    with watch.measure("measure frames"):
        measured = asdict(measure_frame(frame.image))
    with watch.measure("encode JPEG"):
        size = (folder.writing / name).write_bytes(encode_jpeg(frame.image))
    return {
        "frame_id": f"{folder.video_id}@{pts_ms}",
        "video_id": folder.video_id,
        "section": frame.section,
        "pts_s": frame.pts_s,
        "is_keyframe": frame.is_keyframe,
        "width": width,
        "height": height,
        "path": f"{folder.path}/{name}",
        "bytes": size,
        **measured,
    }
