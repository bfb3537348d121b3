"""What became of one source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from framecurate_assets.policy import VideoPolicy
from framecurate_assets.video.probe import VideoFacts

Outcome = Literal["ok", "passing", "paused", "permanent"]


@dataclass(frozen=True)
class Intake:
    """What became of one source."""

    status: str
    """ready, rejected, failed or over_budget."""
    reason: str | None = None
    """Why it is not ready, in one sentence."""
    file: Path | None = None
    """The file in the data folder; None where it was not kept."""
    bytes: int | None = None
    sha256: str | None = None
    """Hash of the file's content, where all of it was read, whatever came of it."""
    facts: VideoFacts | None = None
    """What was probed; None where it could not be."""
    title: str | None = None
    uploader: str | None = None
    licence: str | None = None
    outcome: Outcome = "ok"
    """Of a URL: whether a failure may pass, is the host's wish to be left alone, or stays; ok: it did not fail."""
    was_tried: bool = True
    """Of a URL: whether its host was asked at all."""
    retry_after_s: float | None = None
    """Of a URL: seconds after which the host wants to be asked again, if it said so."""
    bytes_fetched: int = 0
    """Of a URL: bytes that came over the network."""


def too_small(width: int, height: int, policy: VideoPolicy) -> str | None:
    """Why a picture of this size is refused, in pixels; None if it is not."""
    shorter = min(width, height)
    if shorter >= policy.min_shorter_side_px:
        return None
    return f"{width}x{height}: the shorter side has {shorter} px, and {policy.min_shorter_side_px} are asked for."
