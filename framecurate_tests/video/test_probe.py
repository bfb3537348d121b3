from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.probe import probe

from .clips import MILLISECOND, numbered_pictures, write_clip, write_silence


def sound_with_cover(path: Path) -> None:
    with av.open(path, "w") as file:
        audio = file.add_stream("aac", rate=44_100)
        cover = file.add_stream("mjpeg", rate=1)
        assert isinstance(cover, av.VideoStream)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24").reformat(format="yuvj420p")
        frame.pts, frame.time_base = 0, Fraction(1)
        file.mux(cover.encode(frame))
        file.mux(cover.encode())
        write_silence(file, audio)


def sound_alone(path: Path) -> None:
    with av.open(path, "w") as file:
        write_silence(file, file.add_stream("aac", rate=44_100))


def without_its_end(path: Path) -> None:
    write_clip(path, numbered_pictures(60))
    path.write_bytes(path.read_bytes()[:-2_000])


def shorter_than_its_index(path: Path) -> None:
    write_clip(path, numbered_pictures(60), container_options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[:-2_000])


def noise_for_frames(path: Path) -> None:
    write_clip(path, numbered_pictures(10), container_options={"movflags": "faststart"})
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    content[start:] = np.random.default_rng(1).integers(0, 256, len(content) - start, dtype=np.uint8).tobytes()
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "is a folder, not a video"),
        (lambda path: path.touch(), "is empty: it has no bytes"),
        (lambda path: path.write_text("not a video at all\n" * 100), "is not a video file"),
        (sound_alone, "holds sound but no video"),
        (sound_with_cover, "holds sound but no video"),
        (without_its_end, "is cut off: the index at the end"),
        (shorter_than_its_index, "is cut off: it has"),
        (noise_for_frames, "No frame of bad.mp4 can be decoded"),
    ],
)
def test_what_is_no_video_is_refused_with_one_sentence_and_the_remedy(
    tmp_path: Path, make: Callable[[Path], Any], problem: str
) -> None:
    path = tmp_path / "bad.mp4"
    make(path)
    with pytest.raises(UnreadableVideoError, match=problem) as raised:
        probe(path)
    assert "bad.mp4" in raised.value.problem
    assert raised.value.remedy
    assert "\n" not in str(raised.value)
    assert str(tmp_path) not in str(raised.value)


def test_facts_of_an_ordinary_clip(tmp_path: Path) -> None:
    facts = probe(write_clip(tmp_path / "clip.mp4", numbered_pictures(45), sound=True))
    assert (facts.container, facts.codec, facts.width, facts.height, facts.rotation_deg) == ("mp4", "h264", 256, 144, 0)
    assert (facts.fps, facts.frame_count, facts.duration_s) == (30.0, 45, 1.5)


@pytest.mark.parametrize(
    ("name", "codec", "container", "frame_count"),
    [
        ("clip.mov", "libx264", "mov", 45),  # of the family "mov,mp4,…" the one that the ending names
        ("clip.mkv", "libx264", "matroska", None),  # does not say how many frames it has
        ("clip.webm", "libvpx-vp9", "webm", None),
        ("clip.ts", "libx264", "mpegts", None),
        ("clip.avi", "mpeg4", "avi", 45),
    ],
)
def test_facts_by_container(tmp_path: Path, name: str, codec: str, container: str, frame_count: int | None) -> None:
    options = {"deadline": "realtime", "cpu-used": "8"} if codec == "libvpx-vp9" else {}
    facts = probe(write_clip(tmp_path / name, numbered_pictures(45), codec=codec, options=options))
    assert (facts.container, facts.frame_count) == (container, frame_count)
    assert facts.duration_s == pytest.approx(1.5, abs=0.01)
    assert facts.fps == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("counter_clockwise", "rotation_deg", "size"),
    [(0, 0, (256, 144)), (-90, 90, (144, 256)), (180, 180, (256, 144)), (90, 270, (144, 256))],
)
def test_size_and_turn_are_those_of_the_upright_picture(
    tmp_path: Path, counter_clockwise: int, rotation_deg: int, size: tuple[int, int]
) -> None:
    path = write_clip(tmp_path / "phone.mp4", numbered_pictures(3), display=(counter_clockwise, False, False))
    facts = probe(path)
    assert (facts.rotation_deg, (facts.width, facts.height)) == (rotation_deg, size)


def test_a_single_frame_is_a_video(tmp_path: Path) -> None:
    facts = probe(write_clip(tmp_path / "one.mp4", numbered_pictures(1)))
    assert facts.frame_count == 1
    assert facts.fps
    assert facts.fps > 0
    assert facts.duration_s
    assert facts.duration_s > 0


def test_the_rate_of_uneven_frames_is_their_average(tmp_path: Path) -> None:
    pts = np.cumsum([10, 90] * 50).tolist()
    facts = probe(write_clip(tmp_path / "uneven.mp4", numbered_pictures(100), pts=pts, time_base=MILLISECOND))
    assert facts.fps == pytest.approx(20.0, rel=0.02)
    assert facts.duration_s == pytest.approx(5.0, rel=0.02)


def test_a_recording_that_was_never_closed_is_as_long_as_its_packets(tmp_path: Path) -> None:
    # "live" leaves out the length and the index that are written when a recording is closed.
    path = write_clip(tmp_path / "live.mkv", numbered_pictures(60), container_options={"live": "1"})
    assert probe(path).duration_s == pytest.approx(2.0, abs=0.01)


def test_a_title_in_a_forgotten_encoding_does_no_harm(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.avi", numbered_pictures(10), codec="mpeg4")
    content = path.read_bytes()
    software = content.index(b"ISFT") + 8
    path.write_bytes(content[:software] + b"caf\xe9" + content[software + 4 :])
    assert probe(path).frame_count == 10
