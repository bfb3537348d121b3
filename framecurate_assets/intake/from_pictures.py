"""Taking in a folder of pictures: packed as they are into one file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from framecurate_assets.intake.intake import Intake, too_small
from framecurate_assets.intake.picture_set import take_in_pictures
from framecurate_assets.policy import VideoPolicy
from framecurate_assets.sources.source import Source
from framecurate_assets.video.probe import VideoFacts


def take_in_picture_set(source: Source, folder: Path, policy: VideoPolicy) -> Intake:
    """Bring a folder's pictures into `folder` as `<video_id>.zip` if one of them is large enough.

    Raises:
        FramecurateError: the folder of pictures is gone, or no picture in it can be read.
    """
    pictures = take_in_pictures(source, folder)
    facts = VideoFacts(
        container="zip",
        codec=pictures.codec,
        width=pictures.width,
        height=pictures.height,
        rotation_deg=0,
        fps=None,
        frame_count=pictures.count,
        duration_s=None,
    )
    intake = Intake("ready", sha256=pictures.sha256, facts=facts, title=Path(source.source).name)
    refusal = too_small(pictures.width, pictures.height, policy)
    if refusal:
        pictures.file.unlink()
        return replace(intake, status="rejected", reason=f"Its largest picture has {refusal}")
    return replace(intake, file=pictures.file, bytes=pictures.bytes)
