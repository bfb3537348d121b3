"""How fast videos are fetched, beside plain yt-dlp on the same server, and what a refused one costs.

    python -m benchmarks.download [--megabytes N] [--segments N]

The server is a process of its own on this machine, so what is measured is the cost of the program and not of a
network: plain yt-dlp with its defaults, in this process, and ours by turns, the best of three each. A file of 1280x720
with its header in front, and HLS in segments of 1 MB. The refused video is of 854x480, and as large.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
import yt_dlp
from yt_dlp import YoutubeDL

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.download import download
from framecurate_assets.web.look_up import look_up

HERE = DownloadPolicy(allow_private_hosts=True, keep_free_bytes=0)
HEIGHT_PX = 1080
ROUNDS = 3
TS_PACKET = 188


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=200, help="size of the file")
    parser.add_argument("--segments", type=int, default=100, help="of 1 MB, of the video in HLS")
    arguments = parser.parse_args()
    with TemporaryDirectory() as temporary:
        place = Path(temporary)
        _make_videos(place, arguments.megabytes * 1_000_000, arguments.segments)
        with _server(place) as url:
            print(f"yt-dlp {yt_dlp.version.__version__}\n")
            print("| video | MB | plain yt-dlp, s | framecurate, s | times plain |\n| --- | --- | --- | --- | --- |")
            _compare("one file", f"{url}/large.mp4", place / "fetched")
            _compare(f"HLS, {arguments.segments} segments", f"{url}/master.m3u8", place / "fetched")
            print("\n| refused video of 854x480 | bytes fetched |\n| --- | --- |")
            for name, file in (("header in front", "front.mp4"), ("header at the end", "end.mp4"), ("HLS", "low.m3u8")):
                remote = look_up(f"{url}/{file}", HEIGHT_PX, HERE)
                print(f"| {name} | {remote.bytes_fetched} |")


def _compare(name: str, url: str, folder: Path) -> None:
    best = {"plain": float("inf"), "ours": float("inf")}
    sizes = set()
    for _ in range(ROUNDS):
        for method, fetch in (("plain", _plain), ("ours", _ours)):
            start = time.perf_counter()
            sizes.add(fetch(url, folder).stat().st_size)
            best[method] = min(best[method], time.perf_counter() - start)
            shutil.rmtree(folder)
    if len(sizes) > 1:
        raise SystemExit(f"{name}: files of different sizes were fetched: {sorted(sizes)}")
    ratio = best["ours"] / best["plain"]
    print(f"| {name} | {sizes.pop() / 1e6:.0f} | {best['plain']:.2f} | {best['ours']:.2f} | {ratio:.2f} |")


def _plain(url: str, folder: Path) -> Path:
    silence = {"quiet": True, "noprogress": True, "no_warnings": True}
    with YoutubeDL({"outtmpl": f"{folder}/video.%(ext)s", **silence}) as site:
        return Path(site.extract_info(url)["requested_downloads"][0]["filepath"])


def _ours(url: str, folder: Path) -> Path:
    return download(url, folder, "video", HEIGHT_PX, HERE).path


def _make_videos(place: Path, size: int, segments: int) -> None:
    """Small clips, made as large as asked for by boxes and packets that hold nothing and that players skip."""
    clip = _encode(place / "clip.mp4", 1280, 720, {"movflags": "faststart"})
    low = _encode(place / "low.mp4", 854, 480, {"movflags": "faststart"})
    low_end = _encode(place / "low_end.mp4", 854, 480, {})
    nothing = _free_box(size)
    (place / "large.mp4").write_bytes(clip + nothing)
    (place / "front.mp4").write_bytes(low + nothing)
    start = int.from_bytes(low_end[:4], "big")
    (place / "end.mp4").write_bytes(low_end[:start] + nothing + low_end[start:])
    segment = _encode(place / "segment.ts", 1280, 720, {})
    empty = b"\x47\x1f\xff\x10" + b"\xff" * (TS_PACKET - 4)
    segment += empty * ((1_000_000 - len(segment)) // TS_PACKET)
    names = [f"{number}.ts" for number in range(segments)]
    for name in names:
        (place / name).write_bytes(segment)
    entries = "".join(f"#EXTINF:1.0,\n{name}\n" for name in names)
    (place / "media.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n{entries}#EXT-X-ENDLIST\n")
    for name, resolution in (("master", "1280x720"), ("low", "854x480")):
        variant = f'#EXT-X-STREAM-INF:BANDWIDTH=8000000,RESOLUTION={resolution},CODECS="avc1.64001f"\nmedia.m3u8\n'
        (place / f"{name}.m3u8").write_text(f"#EXTM3U\n{variant}")


def _encode(path: Path, width: int, height: int, options: dict[str, str]) -> bytes:
    picture = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    with av.open(path, "w", options=options) as file:
        stream = file.add_stream("libx264", rate=10, options={"preset": "ultrafast", "crf": "40"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for _ in range(10):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return path.read_bytes()


def _free_box(size: int) -> bytes:
    return size.to_bytes(4, "big") + b"free" + bytes(size - 8)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """The address of a process that serves a folder."""
    port, other_end = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(folder, other_end), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{port.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(folder: Path, port: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(folder))
    port.send(server.server_port)
    server.serve_forever()


def _handler(folder: Path) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with (folder / self.path.lstrip("/")).open("rb") as file:
                size = file.seek(0, 2)
                wanted = self.headers.get("Range")
                first, _, last = (wanted or "bytes=0-").removeprefix("bytes=").partition("-")
                start, end = int(first), min(int(last or size), size - 1)
                self.send_response(206 if wanted else 200)
                self.send_header("Content-Type", "application/x-mpegurl" if self.path.endswith("m3u8") else "video/mp4")
                self.send_header("Content-Length", str(end - start + 1))
                if wanted:
                    self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
                self.end_headers()
                file.seek(start)
                self._send(file, end - start + 1)

        def _send(self, file: Any, left: int) -> None:
            try:
                while left > 0:
                    piece = file.read(min(left, 1 << 18))
                    self.wfile.write(piece)
                    left -= len(piece)
            except (BrokenPipeError, ConnectionResetError):
                """Who refuses a video hangs up."""

        def log_message(self, *_: object) -> None:
            """The table is all that is printed."""

    return Handler


if __name__ == "__main__":
    main()
