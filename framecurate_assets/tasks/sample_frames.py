"""From a video to its sampled frames: decoded, measured, and written as JPEG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framecurate_assets.arrays import FloatArray
from framecurate_assets.pictures.sheets import Tile, shrink
from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.tasks.frames import FramesFolder, Sampled, sampled_frames, write_frame
from framecurate_assets.timing import Stopwatch, added
from framecurate_assets.video.cuts import find_cuts, shots_between
from framecurate_assets.video.sample_plan import SamplePlan, plan_sample
from framecurate_assets.video.sampling import decode_sample
from framecurate_assets.video.shots import shot_feature, shot_numbers


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
            written.rows.append(write_frame(frame, self.folder, watch))
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
        return sampled_frames(rows, shots, tiles, added([*(part.seconds for part in done), watch.seconds]))
