from __future__ import annotations

from pathlib import Path

import av
import pytest

from framecurate_assets.video.reference import is_reference

from .clips import numbered_pictures, write_clip


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("lengths.mp4", "libx264", {"bf": "3", "preset": "veryfast"}),  # each unit follows its length
        ("start_codes.ts", "libx264", {"bf": "3", "preset": "veryfast"}),  # each unit follows a start code
        ("hevc.mp4", "libx265", {"preset": "ultrafast", "x265-params": "bframes=3:log-level=none"}),
        ("hevc.ts", "libx265", {"preset": "ultrafast", "x265-params": "bframes=3:log-level=none"}),
    ],
)
def test_reference_frames_are_those_that_the_decoder_needs(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    path = write_clip(tmp_path / name, numbered_pictures(60), codec=codec, options=options)
    with av.open(path) as file:
        context = file.streams.video[0].codec_context
        found = {packet.pts for packet in file.demux(video=0) if packet.size and is_reference(packet, context)}
    with av.open(path) as file:
        file.streams.video[0].codec_context.skip_frame = "NONREF"
        needed = {frame.pts for frame in file.decode(video=0)}
    assert found == needed
    assert 15 < len(found) < 60


def test_other_codecs_are_taken_to_need_every_frame(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.avi", numbered_pictures(20), codec="mpeg4", options={"bf": "2"})
    with av.open(path) as file:
        context = file.streams.video[0].codec_context
        assert all(is_reference(packet, context) for packet in file.demux(video=0) if packet.size)
