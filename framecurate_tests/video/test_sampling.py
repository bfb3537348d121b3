from __future__ import annotations

import gc
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.video.frame import VideoFrame

from framecurate_assets.policy import SamplingPolicy
from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.plan import Mode
from framecurate_assets.video.sampling import SampledFrame, sample_frames

from .clips import MILLISECOND, number_in, numbered_pictures, write_clip

MODES: tuple[Mode, ...] = ("exact", "nearest")

OPEN_GROUPS = {"x264-params": "open-gop=1:bframes=3:scenecut=0:keyint=20:min-keyint=20"}

# Each holds frame n at n / 30 s; the comment says what is special about it.
FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "mp4": (".mp4", {}),  # the index lists every frame
    "fragmented": (".mp4", {"container_options": {"movflags": "frag_keyframe+empty_moov"}}),  # there is no such index
    "starts late": (".mp4", {"pts": range(300, 700)}),  # the first frame is shown at 10 s
    "open groups": (".mp4", {"options": OPEN_GROUPS}),  # frames shown before the key frame they are stored after
    "open groups in ts": (".ts", {"options": OPEN_GROUPS}),
    "hevc": (
        ".mp4",
        {"codec": "libx265", "options": {"preset": "ultrafast", "x265-params": "log-level=none:keyint=20"}},
    ),
    "key frames only": (".mp4", {"options": {"g": "1", "bf": "0"}}),
    "one key frame": (".mp4", {"options": {"g": "9999"}}),
    "intra refresh": (".ts", {"options": {"x264-params": "intra-refresh=1:keyint=50:bframes=0"}}),  # no second key
    "matroska": (".mkv", {}),  # its index lists some key frames; the first decoding times are missing
    "webm": (".webm", {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}}),
    "mpegts": (".ts", {}),  # no index at all; times start at 1.4 s
    "mpegps": (".mpg", {"codec": "mpeg2video", "container": "mpeg", "options": {"bf": "2", "b": "3M"}}),
    "flv": (".flv", {}),
    "avi": (".avi", {"codec": "mpeg4", "options": {"bf": "2", "b": "3M"}}),  # no presentation times are stored
    "wmv": (".wmv", {"codec": "wmv2", "container": "asf", "options": {"b": "3M"}}),  # frames have no duration
}


def sample(path: Path, mode: Mode = "nearest", **clip: float) -> list[SampledFrame]:
    frames = list(sample_frames(path, SamplingPolicy(mode=mode), **clip))
    milliseconds = [round(frame.pts_s * 1000) for frame in frames]
    assert all(before < after for before, after in pairwise(milliseconds))
    return frames


def offsets_s(frames: list[SampledFrame], duration_s: float) -> npt.NDArray[np.float64]:
    """How far each frame is from its target, to the microsecond."""
    targets = (np.arange(90) + 0.5) * duration_s / 90
    return np.abs(np.array([frame.pts_s for frame in frames]) - targets).round(6)


@pytest.mark.parametrize("count", [400, 40, 1])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_pictures_that_belong_to_their_times(tmp_path: Path, name: str, count: int) -> None:
    ending, settings = FORMATS[name]
    path = write_clip(tmp_path / f"clip{ending}", numbered_pictures(count), **settings)
    for mode in MODES:
        frames = sample(path, mode)
        assert len(frames) == min(count, 90)
        assert [number_in(frame.image) for frame in frames] == [round(frame.pts_s * 30) for frame in frames]
        assert frames[0].pts_s < 400 / 30 / 90
        if count == 400:
            sections = [frame.section for frame in frames]
            assert sections == ["front"] * 30 + ["middle"] * 30 + ["end"] * 30


def test_exact_gives_the_frame_on_the_screen_at_each_target(tmp_path: Path) -> None:
    # Uneven times: what is on the screen at a second has nothing to do with how many frames came before.
    pts = np.cumsum(np.random.default_rng(5).integers(5, 200, 600)).tolist()
    path = write_clip(tmp_path / "uneven.mp4", numbered_pictures(600), pts=pts, time_base=MILLISECOND)
    times_s = (np.array(pts) - pts[0]) / 1000
    frames = sample(path, "exact", clip_end_s=50.0)
    taken = [number_in(frame.image) for frame in frames]
    assert [round(frame.pts_s, 3) for frame in frames] == times_s[taken].round(3).tolist()
    expected = np.searchsorted(times_s, (np.arange(90) + 0.5) * 50 / 90, side="right") - 1
    assert taken == expected.tolist()


def test_a_frame_that_lasts_is_given_once(tmp_path: Path) -> None:
    pts = [*range(0, 950, 10), *range(1_000, 50_000, 12_000)]  # 95 frames in a second, then 5 in 48
    path = write_clip(tmp_path / "slides.mp4", numbered_pictures(100), pts=pts, time_base=MILLISECOND)
    for mode in MODES:
        assert len({number_in(frame.image) for frame in sample(path, mode)}) == 90


@pytest.mark.parametrize(
    ("options", "tolerance_s"),
    [
        ({"g": "4"}, 0.0),  # groups are closed: the nearest key frame is at most a second away
        # The index tells when a key frame is decoded: here up to three frames before it is shown.
        ({"x264-params": "open-gop=1:bframes=3:scenecut=0:keyint=4:min-keyint=4"}, 1.5),
    ],
)
def test_a_long_video_is_sampled_by_key_frames_alone(
    tmp_path: Path, options: dict[str, str], tolerance_s: float
) -> None:
    # Five minutes at two frames a second, a key frame every two seconds, a target every 3.3.
    path = tmp_path / "long.mp4"
    write_clip(path, numbered_pictures(600), options=options, pts=range(0, 300_000, 500), time_base=MILLISECOND)
    frames = sample(path, "nearest")
    assert [frame.is_keyframe for frame in frames] == [True] * 90
    assert [number_in(frame.image) for frame in frames] == [round(frame.pts_s * 2) for frame in frames]
    assert offsets_s(frames, 300).max() <= 1 + tolerance_s


def test_nearest_is_never_further_from_a_target_than_half_the_spacing(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", numbered_pictures(900), options={"g": "150"})
    frames = sample(path, "nearest")
    assert offsets_s(frames, 30).max() <= round(30 / 90 / 2, 6)
    assert sum(frame.is_keyframe for frame in frames) == 6


def test_a_clip_of_a_video_is_sampled_as_if_it_were_all(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", numbered_pictures(400))
    frames = sample(path, clip_start_s=2.0, clip_end_s=10.0)
    assert len(frames) == 90
    assert frames[0].pts_s >= 2.0
    assert frames[-1].pts_s <= 10.0
    assert {frame.section for frame in frames if frame.pts_s < 2 + 8 / 3 - 0.1} == {"front"}
    # A second and a half has 45 frames and its ends one more.
    assert [number_in(frame.image) for frame in sample(path, clip_start_s=1.0, clip_end_s=2.5)] == list(range(30, 76))
    with pytest.raises(UnreadableVideoError, match="The clip from 20 s has no frame: the video ends at 13"):
        sample(path, clip_start_s=20.0)


def test_what_an_edit_list_hides_is_not_sampled(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "edited.mp4", numbered_pictures(60))
    content = bytearray(path.read_bytes())
    entry = content.index(b"elst") + 12
    # The edit of the whole video becomes one of a second that starts half a second in, between two key frames.
    media_time = int.from_bytes(content[entry + 4 : entry + 8], "big") + 15 * 512
    content[entry : entry + 8] = (1000).to_bytes(4, "big") + media_time.to_bytes(4, "big")
    path.write_bytes(content)
    for mode in MODES:
        frames = sample(path, mode)
        assert [number_in(frame.image) for frame in frames] == list(range(15, 45))
        assert frames[0].pts_s == 0


def test_what_lacks_the_frames_it_is_decoded_from_is_not_sampled(tmp_path: Path) -> None:
    # A broadcast that is tuned into between two key frames: 17 frames have no key frame, nor have those that are
    # stored after the first key frame and shown before it.
    whole = write_clip(tmp_path / "whole.ts", numbered_pictures(100), options=OPEN_GROUPS)
    path = tmp_path / "tuned_in.ts"
    with av.open(whole) as source, av.open(path, "w") as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for number, packet in enumerate(source.demux(stream)):
            if number >= 3 and packet.size:
                packet.stream = copy
                target.mux(packet)
    for mode in MODES:
        numbers = [number_in(frame.image) for frame in sample(path, mode)]
        assert 19 <= numbers[0] <= 20
        assert numbers == list(range(numbers[0], 100))


def test_of_frames_in_one_millisecond_one_is_given(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "fast.mp4", numbered_pictures(60), pts=range(0, 240, 4), time_base=Fraction(1, 10_000))
    for mode in MODES:
        assert len(sample(path, mode)) == 25  # the last of 60 frames is shown at 23.6 ms


def test_avi_with_reordered_h264_gives_each_frame_once_and_in_order(tmp_path: Path) -> None:
    # Such a file says nowhere when a frame is shown: FFmpeg's guess is off by up to three frames.
    path = write_clip(tmp_path / "old.avi", numbered_pictures(60), options={"bf": "3", "preset": "veryfast"})
    numbers = [number_in(frame.image) for frame in sample(path)]
    assert sorted(numbers) == list(range(60))
    assert np.abs(np.array(numbers) - np.arange(60)).max() <= 3


@pytest.mark.parametrize(("width", "height"), [(1281, 721), (320, 181), (2, 900)])
def test_odd_sizes_keep_their_size(tmp_path: Path, width: int, height: int) -> None:
    pictures = [np.full((height, width, 3), value, dtype=np.uint8) for value in (60, 180)]
    path = write_clip(tmp_path / "odd.mkv", pictures, codec="ffv1", pix_fmt="yuv444p")
    frames = sample(path)
    assert [frame.image.shape for frame in frames] == [(height, width, 3)] * 2
    assert [abs(int(frame.image.mean()) - value) <= 2 for frame, value in zip(frames, (60, 180), strict=True)] == [
        True
    ] * 2


@pytest.mark.parametrize(
    ("display", "corners"),
    [
        (None, "RGBW"),
        ((-90, False, False), "BRWG"),  # turned clockwise: what was bottom left comes top left
        ((90, False, False), "GWRB"),
        ((180, False, False), "WBGR"),
        ((0, True, False), "GRWB"),  # mirrored left to right
        ((0, False, True), "BWRG"),
        ((90, True, False), "WGBR"),  # turned, then mirrored
    ],
)
def test_frames_are_given_upright(tmp_path: Path, display: tuple[float, bool, bool] | None, corners: str) -> None:
    stored = np.zeros((160, 240, 3), dtype=np.uint8)
    for rows, columns, colour in (
        (slice(0, 80), slice(0, 120), (220, 20, 20)),
        (slice(0, 80), slice(120, 240), (20, 220, 20)),
        (slice(80, 160), slice(0, 120), (20, 20, 220)),
        (slice(80, 160), slice(120, 240), (220, 220, 220)),
    ):
        stored[rows, columns] = colour
    path = write_clip(tmp_path / "turned.mp4", [stored] * 3, display=display)
    image = sample(path)[0].image
    height, width = image.shape[:2]
    assert (width, height) == ((240, 160) if display is None or display[0] in (0, 180) else (160, 240))
    found = ""
    for y, x in ((0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75)):
        red, green, blue = (int(value) for value in image[int(y * height), int(x * width)])
        found += "W" if min(red, green, blue) > 150 else "RGB"[int(np.argmax([red, green, blue]))]
    assert found == corners


@pytest.mark.parametrize(
    ("colorspace", "luma"),
    [
        (1, (0.2126, 0.7152, 0.0722)),  # BT.709
        (6, (0.299, 0.587, 0.114)),  # BT.601, NTSC
    ],
)
def test_colours_follow_the_matrix_that_the_stream_names(
    tmp_path: Path, colorspace: int, luma: tuple[float, float, float]
) -> None:
    colour = np.array([200.0, 60.0, 30.0])
    y = luma @ colour
    planes = (
        16 + 219 * y / 255,
        128 + 224 * (colour[2] - y) / 2 / (1 - luma[2]) / 255,
        128 + 224 * (colour[0] - y) / 2 / (1 - luma[0]) / 255,
    )
    path = tmp_path / "colour.mp4"
    with av.open(path, "w") as file:
        stream = file.add_stream("libx264", rate=30, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.colorspace = colorspace
        frame = av.VideoFrame(64, 64, "yuv420p")
        for plane, value in zip(frame.planes, planes, strict=True):
            plane.update(bytes([round(value)]) * plane.buffer_size)
        frame.pts, frame.time_base, frame.colorspace = 0, Fraction(1, 30), colorspace
        file.mux(stream.encode(frame))
        file.mux(stream.encode())
    assert np.abs(sample(path)[0].image[32, 32] - colour).max() <= 3


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("cut.mp4", {"container_options": {"movflags": "faststart"}}),  # the index comes first, and promises more
        ("cut.mkv", {}),  # only the length in the header promises more
        ("cut.webm", {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}}),
        ("cut.flv", {}),
        ("cut.avi", {"codec": "mpeg4"}),  # its index is at the end: it is gone
    ],
)
def test_a_file_that_is_cut_off_gives_no_frame_but_the_reason(
    tmp_path: Path, name: str, settings: dict[str, Any]
) -> None:
    path = write_clip(tmp_path / name, numbered_pictures(200), **settings)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    for mode in MODES:
        taken: list[SampledFrame] = []
        with pytest.raises(UnreadableVideoError, match=f"^{name} is cut off") as raised:
            taken.extend(sample_frames(path, SamplingPolicy(mode=mode)))
        assert taken == []
        assert raised.value.remedy


def test_damage_in_the_middle_is_told_after_the_frames_that_could_be_decoded(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "damaged.mp4", numbered_pictures(80), options={"g": "20", "bf": "0"})
    intact = {frame.pts_s: frame.image for frame in sample(path)}
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 2
    content[start : start + 1500] = bytes(range(250)) * 6
    path.write_bytes(content)
    taken: list[SampledFrame] = []
    with pytest.raises(UnreadableVideoError, match=r"damaged: near 1.3 s sampled frames cannot be decoded"):
        taken.extend(sample_frames(path, SamplingPolicy()))
    assert 20 < len(taken) < 80
    # Nor is a frame given that was decoded from a damaged one.
    assert all(np.array_equal(frame.image, intact[frame.pts_s]) for frame in taken)


def test_time_stamps_that_run_backwards_are_refused(tmp_path: Path) -> None:
    # Two recordings in one file, as some cameras leave them: the second starts at zero again.
    parts = [write_clip(tmp_path / f"{n}.ts", numbered_pictures(40)).read_bytes() for n in range(2)]
    (tmp_path / "joined.ts").write_bytes(b"".join(parts))
    with pytest.raises(UnreadableVideoError, match="run backwards"):
        sample(tmp_path / "joined.ts")


def test_the_shared_clips_give_ninety_frames_each_or_all_they_have() -> None:
    media = Path(__file__).parents[3] / "shared" / "media"
    if not media.exists():
        pytest.skip("../shared/media is not there")
    counts = {path.name: len(sample(path)) for path in sorted(media.glob("*.mp4"))}
    assert counts == {name: 78 if name == "d0.mp4" else 90 for name in counts}


def test_no_frame_stays_in_memory_that_was_given_out(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_pictures(90))
    gc.collect()
    gc.disable()
    try:
        given = sum(1 for _ in sample_frames(clip, SamplingPolicy()))
        held = sum(isinstance(thing, VideoFrame) for thing in gc.get_objects())
    finally:
        gc.enable()
    assert given == 90
    assert held < 10
