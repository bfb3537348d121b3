"""Looking into one video for the sequences around moments of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path

import polars as pl

from framecurate_assets.lake.lake import fingerprint
from framecurate_assets.policy import CandidatePolicy, SelectionPolicy
from framecurate_assets.sequences.anchors import Anchor
from framecurate_assets.sequences.follow import Step, Wish, follow
from framecurate_assets.sequences.seen import Measure, SeenFrame, see
from framecurate_assets.video.footage import HALF_A_MILLISECOND, Footage


@dataclass(frozen=True)
class Video:
    """What has to be known of a video to look into it."""

    video_id: str
    path: Path
    fps: float | None
    clip_start_s: float | None
    clip_end_s: float | None

    samples: pl.DataFrame
    """Columns pts_s and shot of its sampled frames."""


@dataclass(frozen=True)
class Rules:
    """What a sequence is."""

    selection: SelectionPolicy
    """Its `temporal` says how many frames, `temporal_step_s` how far apart."""

    candidates: CandidatePolicy
    """What a face has to pass, as `fit_for_sequences` gives it."""

    threshold: float
    """Seed threshold: Euclidean distance up to which two descriptors found a person together."""

    @property
    def fingerprint(self) -> str:
        """Changes with whatever decides the sequence around an anchor, but for how faces are found."""
        frames, step_s = self.selection.temporal, self.selection.temporal_step_s
        return fingerprint(self.candidates.fingerprint, str(frames), str(step_s), str(self.threshold))


def look_for_sequences(
    video: Video, anchors: Sequence[Anchor], measure: Measure, rules: Rules
) -> dict[str, tuple[Step, ...] | str]:
    """The sequence around each anchor, or why there is none, by the anchor's face.

    All windows are decoded in one go, and once more where a window has to be moved. Each frame is searched for faces
    once, however many anchors it serves.

    Raises:
        UnreadableVideoError: the video cannot be read.
    """
    footage = Footage(video.path)
    seen: dict[int, SeenFrame | None] = {}
    while True:
        found: dict[str, tuple[Step, ...] | str] = {}
        wished: set[int] = set()
        for anchor in anchors:
            outcome = _follow(anchor, video, footage, seen, rules)
            if isinstance(outcome, Wish):
                wished.update(outcome.frames)
            else:
                found[anchor.face_id] = outcome
        if not wished:
            return found
        # What does not come out intact stays None.
        seen.update(dict.fromkeys(wished))
        for number, picture in footage.decode(sorted(wished)):
            seen[number] = see(picture, video.video_id, footage.pts_s(number), measure, rules.candidates)


def _follow(
    anchor: Anchor, video: Video, footage: Footage, seen: Mapping[int, SeenFrame | None], rules: Rules
) -> tuple[Step, ...] | Wish | str:
    policy = rules.selection
    shot = _limits(anchor, video)
    frame_at = partial(_frame_at, anchor=anchor, shot=shot, video=video, footage=footage, policy=policy)
    outcome = follow(anchor, frame_at, seen, policy.temporal, rules.threshold)
    if not isinstance(outcome, str):
        return outcome
    return f"Around {anchor.pts_s:.1f} s the person cannot be followed: {outcome}."


def _limits(anchor: Anchor, video: Video) -> tuple[float, float]:
    """When the samples nearest to the anchor's shot are shown that are in another one, before and after it."""
    before = video.samples.filter(pl.col("shot") < anchor.shot)["pts_s"]
    after = video.samples.filter(pl.col("shot") > anchor.shot)["pts_s"]
    return max(before, default=-inf), min(after, default=inf)


def _frame_at(
    offset: int, anchor: Anchor, shot: tuple[float, float], video: Video, footage: Footage, policy: SelectionPolicy
) -> int | str:
    """The frame shown so many steps from the anchor, or why there is none."""
    time_s = anchor.pts_s + offset * policy.temporal_step_s
    if not shot[0] < time_s < shot[1]:
        return "the shot ends"
    if time_s < (video.clip_start_s or 0.0) or (video.clip_end_s is not None and time_s > video.clip_end_s):
        return "there is no more of the clip"
    number = footage.shown_at(time_s)
    if number is None:
        return "there is no more of the video"
    if offset == 0 and abs(time_s - footage.pts_s(number)) > HALF_A_MILLISECOND:
        return "no frame begins"
    # A frame may be as old as frames of this video usually get, and no older: then time stands still.
    longest_s = 1 / video.fps if video.fps else policy.temporal_step_s
    if time_s - footage.pts_s(number) > longest_s + HALF_A_MILLISECOND:
        return "no new frame is shown for too long"
    return number
