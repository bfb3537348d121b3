"""What a remote file is, from real files of many kinds, with the bytes counted."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from framecurate_assets.web.headers import Header, UnknownHeaderError, read_header
from framecurate_assets.web.remote_bytes import MAX_REQUESTS, RemoteBytes
from framecurate_tests.video.clips import numbered_pictures, write_clip

MOST_BYTES = 1_000_000


@dataclass
class Server:
    """A file that gives pieces of itself and counts them."""

    content: bytes
    given_at_most: int | None = None
    """Where there are no ranges: bytes from the start that can be had."""
    requests: list[tuple[int, int]] = field(default_factory=list)

    def read(self, offset: int, length: int) -> bytes:
        assert offset >= 0
        assert length > 0
        piece = self.content[: self.given_at_most][offset : offset + length]
        self.requests.append((offset, len(piece)))
        return piece

    @property
    def bytes_sent(self) -> int:
        return sum(length for _, length in self.requests)

    def header(self, knows_size: bool = True) -> Header:
        try:
            return read_header(self.read, len(self.content) if knows_size else None)
        finally:
            assert self.bytes_sent <= MOST_BYTES
            assert len(self.requests) <= 2 * MAX_REQUESTS


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


HANDLER = box(b"hdlr", bytes(8) + b"soun" + bytes(9_000))


def parts(mp4: bytes) -> dict[bytes, bytes]:
    """The boxes of the top level, by kind, without their heads."""
    found, offset = {}, 0
    while offset < len(mp4):
        size = int.from_bytes(mp4[offset : offset + 4], "big")
        found[mp4[offset + 4 : offset + 8]] = mp4[offset + 8 : offset + size]
        offset += size
    return found


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One second of 256x144 in many containers."""
    place = tmp_path_factory.mktemp("headers")
    faststart = {"movflags": "faststart"}
    fragments = {"movflags": "frag_keyframe+empty_moov"}
    clips = {
        "end.mp4": write_clip(place / "end.mp4", numbered_pictures(30), sound=True),
        "start.mp4": write_clip(place / "start.mp4", numbered_pictures(30), container_options=faststart),
        "fragments.mp4": write_clip(place / "fragments.mp4", numbered_pictures(30), container_options=fragments),
        "turned.mp4": write_clip(place / "turned.mp4", numbered_pictures(30), display=(90, False, False)),
        "film.mov": write_clip(place / "film.mov", numbered_pictures(30)),
        "film.3gp": write_clip(place / "film.3gp", numbered_pictures(30), codec="mpeg4"),
        "film.mkv": write_clip(place / "film.mkv", numbered_pictures(30)),
        "film.webm": write_clip(place / "film.webm", numbered_pictures(30), codec="libvpx"),
        "film.ts": write_clip(place / "film.ts", numbered_pictures(30)),
        "film.m2ts": write_clip(
            place / "film.m2ts", numbered_pictures(30), container_options={"mpegts_m2ts_mode": "1"}
        ),
        "film.avi": write_clip(place / "film.avi", numbered_pictures(30), codec="mpeg4"),
        "film.flv": write_clip(place / "film.flv", numbered_pictures(30)),
        "film.mpg": write_clip(place / "film.mpg", numbered_pictures(30), codec="mpeg2video"),
        "film.wmv": write_clip(place / "film.wmv", numbered_pictures(30), codec="wmv2", container="asf"),
    }
    return {name: path.read_bytes() for name, path in clips.items()}


NAMES = (
    *("end.mp4", "start.mp4", "fragments.mp4", "turned.mp4", "film.mov", "film.3gp", "film.mkv"),
    *("film.webm", "film.ts", "film.m2ts", "film.avi", "film.flv", "film.mpg", "film.wmv"),
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("knows_size", [True, False])
def test_width_height_and_length_are_known_from_the_header(
    files: dict[str, bytes], name: str, knows_size: bool
) -> None:
    header = Server(files[name]).header(knows_size)
    assert (header.width, header.height) == (256, 144)
    assert header.duration_s is None or header.duration_s == pytest.approx(1, abs=0.15)
    assert header.codec


@pytest.mark.parametrize("name", ["end.mp4", "start.mp4", "film.mov", "film.mkv", "film.avi"])
def test_the_length_is_told_where_the_header_has_it(files: dict[str, bytes], name: str) -> None:
    assert Server(files[name]).header().duration_s == pytest.approx(1, abs=0.15)


def test_a_huge_index_at_the_end_of_a_huge_file_costs_some_kilobytes(files: dict[str, bytes]) -> None:
    found = parts(files["end.mp4"])
    # The index of a film: a first track whose tables take megabytes, such as sound, before that of the picture.
    sound = box(b"mdia", box(b"hdlr", bytes(8) + b"soun" + bytes(12)) + box(b"minf", bytes(3_000_000)))
    index = box(b"mvhd", bytes(100)) + box(b"trak", sound) + found[b"moov"]
    file = box(b"ftyp", found[b"ftyp"]) + long_box(b"mdat", bytes(20_000_000)) + box(b"moov", index)
    server = Server(file)
    assert (server.header().width, server.header().height) == (256, 144)
    assert server.bytes_sent < 2 * 20_000
    assert len(server.requests) < 2 * 6


def test_the_first_films_of_quicktime_have_no_ftyp(files: dict[str, bytes]) -> None:
    found = parts(files["film.mov"])
    server = Server(box(b"wide", b"") + box(b"mdat", found[b"mdat"]) + box(b"moov", found[b"moov"]))
    assert server.header().height == 144


def test_a_box_of_no_size_reaches_to_the_end(files: dict[str, bytes]) -> None:
    found = parts(files["end.mp4"])
    file = box(b"ftyp", found[b"ftyp"]) + struct.pack(">I4s", 0, b"moov") + found[b"moov"]
    assert Server(file).header().height == 144
    assert Server(file).header(knows_size=False).height == 144


def test_a_track_that_tells_its_length_in_long_numbers(files: dict[str, bytes]) -> None:
    moov = parts(files["end.mp4"])[b"moov"]
    at = moov.index(b"mdhd")
    short = moov[at + 4 : at + 28]
    rate, ticks = struct.unpack(">II", short[12:20])
    long = b"\x01\0\0\0" + struct.pack(">QQIQ", 0, 0, rate, ticks * 2) + short[20:24]
    # The parents grow by as much.
    moov = moov[: at - 4] + box(b"mdhd", long) + moov[at + 28 :]
    for parent in (b"trak", b"mdia"):
        start = moov.index(parent) - 4
        size = int.from_bytes(moov[start : start + 4], "big") + 12
        moov = moov[:start] + struct.pack(">I", size) + moov[start + 4 :]
    header = Server(box(b"moov", moov)).header()
    assert header.duration_s == pytest.approx(2, abs=0.1)


def test_fragments_may_tell_their_length_in_front(files: dict[str, bytes]) -> None:
    moov = parts(files["fragments.mp4"])[b"moov"]
    rate = struct.unpack(">I", moov[20:24])[0]  # of mvhd, which is the first part
    extent = box(b"mvex", box(b"mehd", bytes(4) + struct.pack(">I", rate * 7)))
    moov = moov.replace(b"mvex", b"free") + extent
    assert Server(box(b"moov", moov)).header().duration_s == pytest.approx(7)
    assert Server(files["fragments.mp4"]).header().duration_s is None


def test_without_ranges_a_header_in_front_is_read_and_one_at_the_end_is_out_of_reach(files: dict[str, bytes]) -> None:
    found = parts(files["end.mp4"])
    long = box(b"ftyp", found[b"ftyp"]) + box(b"mdat", bytes(5_000_000)) + box(b"moov", found[b"moov"])
    for knows_size in (True, False):
        with pytest.raises(UnknownHeaderError, match="the header is at the end, beyond what the server gives"):
            Server(long, given_at_most=1_000_000).header(knows_size)
        assert Server(files["start.mp4"] + bytes(5_000_000), given_at_most=5_000).header(knows_size).height == 144
        assert Server(files["film.mkv"] + bytes(5_000_000), given_at_most=100_000).header(knows_size).height == 144


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"<!doctype html><video src='x.mp4'>", "does not start like a video"),
        (b"%PDF-1.7\n" + bytes(5_000), "does not start like a video"),
        (bytes(100_000), "does not start like a video"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1\nfile:///etc/passwd\n", "does not start like a video"),
        (b"\x1aE\xdf\xa3" + bytes(100_000), "damaged or cut off"),
        (b"FLV\x01\x05\0\0\0\x09" + bytes(100), "."),
    ],
)
def test_what_is_no_video_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(UnknownHeaderError, match=said) as raised:
        Server(content).header()
    assert str(raised.value).startswith("What the video is cannot be known before it is fetched: ")


def test_a_file_of_sound_alone_is_no_video(tmp_path: Path, files: dict[str, bytes]) -> None:
    moov = parts(files["start.mp4"])[b"moov"].replace(b"vide", b"soun")
    with pytest.raises(UnknownHeaderError, match="no video track"):
        Server(box(b"moov", moov)).header()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (box(b"free", b"") * 100_000, "too many parts"),
        (box(b"free", bytes(5_000)) * 500, "too long"),
        (b"".join(struct.pack(">I4s", 16, b"free") + bytes(8) for _ in range(20_000)), "too many parts"),
        (struct.pack(">I4sQ", 1, b"mdat", 2**64 - 1) + bytes(1_000), "no part 'moov'"),
        (struct.pack(">I4sQ", 1, b"mdat", 3) + bytes(1_000), "damaged"),  # ends before it starts
        (struct.pack(">I4s", 4, b"moov") + bytes(1_000), "damaged"),
        (b"".join(struct.pack(">I4s", 10**5 - 8 * n, b"trak" if n else b"moov") for n in range(1_000)), "no part"),
        (box(b"moov", box(b"trak", b"") * 5_000), "no part"),
        (box(b"moov", b"".join(box(b"trak", box(b"mdia", HANDLER)) for _ in range(500))), "too long"),
        (b"\x1aE\xdf\xa3" + random.Random(0).randbytes(5_000_000), "damaged"),
    ],
)
@pytest.mark.parametrize("knows_size", [True, False])
def test_a_hostile_header_ends_after_few_reads(content: bytes, said: str, knows_size: bool) -> None:
    with pytest.raises(UnknownHeaderError, match=said):
        Server(content).header(knows_size)


def test_an_endless_file_ends() -> None:
    sent: list[int] = []

    def read(offset: int, length: int) -> bytes:
        sent.append(length)
        return (box(b"skip", bytes(8_000)) * 2)[offset % 8_008 :][:length]

    with pytest.raises(UnknownHeaderError, match="too long"):
        read_header(read, None)
    assert sum(sent) <= MOST_BYTES


def test_what_the_reader_raises_is_passed_on(files: dict[str, bytes]) -> None:
    for name in ("film.mkv", "film.ts", "end.mp4"):
        start = files[name][: 200 if name == "end.mp4" else 500]

        def read(offset: int, length: int, start: bytes = start) -> bytes:
            if offset >= len(start):
                raise ConnectionError("gone")
            return start[offset : offset + length]

        for size in (10_000_000, None):
            with pytest.raises(ConnectionError, match="gone"):
                read_header(read, size)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_gives_a_header_or_says_that_it_is_unknown(files: dict[str, bytes], name: str) -> None:
    whole = files[name]
    chance = random.Random(name)
    for number in range(60):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 10, 200))):
            # Where the index is, at the start or the end, damage matters most.
            place = chance.choice(
                (chance.randrange(min(3_000, len(whole))), chance.randrange(len(whole)), -1 - chance.randrange(2_000))
            )
            damaged[place] = chance.choice((0, 1, 255, chance.randrange(256)))
        content = bytes(damaged)[: chance.randrange(len(whole)) if number % 3 == 0 else None]
        try:
            header = Server(content).header(knows_size=number % 2 == 0)
        except UnknownHeaderError:
            continue
        assert header.width > 0
        assert header.height > 0


def test_no_file_makes_more_be_read_than_is_allowed() -> None:
    server = Server(bytes(10_000_000))
    file = RemoteBytes(server.read, len(server.content), block=100_000, max_bytes=250_000)
    assert len(file.at(0, 10_000_000)) == 250_000
    assert file.at(5_000_000, 16) == b""
    assert file.is_spent
    assert server.bytes_sent == 250_000


def test_neighbouring_pieces_cost_one_request() -> None:
    server = Server(bytes(range(256)) * 40)
    file = RemoteBytes(server.read, len(server.content), block=4_096, max_bytes=250_000)
    assert [file.at(offset, 16) for offset in range(0, 4_000, 100)] == [
        server.content[offset : offset + 16] for offset in range(0, 4_000, 100)
    ]
    assert server.requests == [(0, 4_096)]
    assert file.at(4_090, 100) == server.content[4_090:4_190]
    assert file.at(10_200, 100) == server.content[10_200:]
    assert [offset for offset, _ in server.requests] == [0, 4_096, 10_200]
