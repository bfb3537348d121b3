"""Cuts found by looking at every frame of a video, with PySceneDetect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from framecurate_assets.arrays import RGBImage
from framecurate_assets.video.container import OpenVideo, UnreadableVideoError, open_video
from framecurate_assets.video.packets import NO_TIME, tick_s, time_shown

LONGER_SIDE_PX = 256
"""Frames are compared at this size, as PySceneDetect does by default."""

HALF_A_MILLISECOND = 0.0005


def find_cuts(path: Path, clip_start_s: float | None = None, clip_end_s: float | None = None) -> list[float]:
    """When the first frame of each shot but the first is shown, in seconds from the start of the video's first frame.

    Decodes every frame up to the end of the clip. PySceneDetect's adaptive detector compares neighbouring frames and
    holds each difference against those around it, so that a fast camera is no cut; shots shorter than 15 frames are
    part of the one before.

    Args:
        path: the video.
        clip_start_s: cuts before it are left out.
        clip_end_s: cuts after it are left out.

    Raises:
        UnreadableVideoError: the file is no video, or a frame of it cannot be decoded.
    """
    # A large import, which only this needs.
    from scenedetect.common import FrameTimecode, Timecode
    from scenedetect.detectors import AdaptiveDetector

    detector = AdaptiveDetector()
    cuts: list[FrameTimecode] = []
    with open_video(path) as video:
        tick, start = tick_s(video.stream), None
        rate = Fraction(video.stream.guessed_rate or 25)
        for frame in _frames(video):
            start = time_shown(frame) if start is None else start
            time_s = float((time_shown(frame) - start) * tick)
            if clip_end_s is not None and time_s > clip_end_s:
                break
            if time_s >= (clip_start_s or 0.0):
                shown = FrameTimecode(Timecode(time_shown(frame) - start, tick), rate)
                cuts += detector.process_frame(shown, _small(frame))
    return [float(cut.seconds) for cut in cuts]


def shots_between(cuts_s: Sequence[float], pts_s: Sequence[float]) -> list[int]:
    """The shot that is shown at each time: 0, 1, …, one more after every cut; shots in which no time lies count too."""
    # Both are the same ticks on two ways into floats.
    return [int(shot) for shot in np.searchsorted(np.asarray(cuts_s) - HALF_A_MILLISECOND, pts_s, side="right")]


def _frames(video: OpenVideo) -> Iterator[VideoFrame]:
    latest = NO_TIME
    try:
        for frame in video.container.decode(video.stream):
            # avi stores no presentation times: of those that FFmpeg makes up a few run backwards.
            if time_shown(frame) > latest:
                latest = time_shown(frame)
                yield frame
    except av.error.FFmpegError as error:
        raise UnreadableVideoError(
            f"{video.path.name} is damaged: not every frame can be decoded, so its cuts cannot be found",
            "Copy or download it again, or set sampling.shots to sampled",
        ) from error


def _small(frame: VideoFrame) -> RGBImage:
    """The frame as PySceneDetect wants it: shape (height, width, 3), uint8, BGR."""
    scale = min(1.0, LONGER_SIDE_PX / max(frame.width, frame.height))
    # Averaging is what keeps grain from counting as change; FFmpeg's scaler does it on the way to BGR.
    size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
    picture = frame.reformat(width=size[0], height=size[1], format="bgr24", interpolation="AREA").to_ndarray()
    return np.asarray(picture, dtype=np.uint8)
