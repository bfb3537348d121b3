"""A real web site on this machine, whose pages behave as badly as a test wants, and which counts all it sends."""

from __future__ import annotations

import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SEND_BUFFER = 32 * 1024
"""Small, so that what is counted as sent has really left, and does not wait in the kernel of a client that is gone."""


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer; behaviours write into it."""

    server: _Server

    def do_GET(self) -> None:
        self.site_path = unquote(urlsplit(self.path).path)
        self.number = self.server.site._count(self.site_path, dict(self.headers.items()))
        behaviour = self.server.site.routes.get(self.site_path, serve_file)
        try:
            behaviour(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.site.hung_up[self.site_path] += 1

    def start(self, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, content: bytes) -> None:
        for start in range(0, len(content), 16 * 1024):
            piece = content[start : start + 16 * 1024]
            self.wfile.write(piece)
            self.server.site.sent[self.site_path] += len(piece)

    def file(self) -> Path:
        return self.server.site.folder / self.site_path.lstrip("/")

    def log_message(self, *args: object) -> None:
        """Keep the test's output clean."""


Behaviour = Callable[[Exchange], None]


class Site:
    """Serves the files of a folder, with ranges, and whatever `behave` says for a path.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.routes: dict[str, Behaviour] = {}
        self.requests: dict[str, list[dict[str, str]]] = defaultdict(list)
        """The headers of each request, by path."""
        self.sent: dict[str, int] = defaultdict(int)
        """Bytes of the bodies that have left, by path."""
        self.hung_up: dict[str, int] = defaultdict(int)
        """How often a client went away before the end, by path."""
        self.asked = threading.Event()
        """Set by each request."""
        self._lock = threading.Lock()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def behave(self, path: str, behaviour: Behaviour) -> str:
        """Answer a path in a certain way. Gives its URL."""
        self.routes[path] = behaviour
        return self.url + path

    @property
    def bytes_sent(self) -> int:
        """Of all bodies together."""
        return sum(self.sent.values())

    def close(self) -> None:
        self._server.is_closing.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _count(self, path: str, headers: dict[str, str]) -> int:
        with self._lock:
            self.requests[path].append(headers)
            self.asked.set()
            return len(self.requests[path])


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, site: Site) -> None:
        self.site = site
        self.is_closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Exchange)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address

    def handle_error(self, *args: object) -> None:
        """Clients that hang up are part of the tests."""


def serve_file(exchange: Exchange, *, ranges: bool = True, heeds_changes: bool = True, kind: str | None = None) -> None:
    """A file of the folder, or a part of it, with what tells one version of it from another."""
    file = exchange.file()
    if not file.is_file():
        exchange.start(404)
        return
    content, facts = file.read_bytes(), file.stat()
    etag, modified = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"', formatdate(facts.st_mtime, usegmt=True)
    headers = {"Content-Type": kind or guess_type(file.name)[0] or "application/octet-stream"}
    headers |= {"ETag": etag, "Last-Modified": modified}
    wanted = exchange.headers.get("Range") if ranges else None
    if heeds_changes and exchange.headers.get("If-Range", etag) not in (etag, modified):
        wanted = None
    if wanted is None:
        exchange.start(200, headers | {"Content-Length": str(len(content))})
        exchange.send(content)
        return
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(content)), len(content) - 1)
    if start >= len(content):
        exchange.start(416, {"Content-Range": f"bytes */{len(content)}", "Content-Length": "0"})
        return
    exchange.start(
        206, headers | {"Content-Range": f"bytes {start}-{end}/{len(content)}", "Content-Length": str(end - start + 1)}
    )
    exchange.send(content[start : end + 1])


def without_ranges(exchange: Exchange) -> None:
    serve_file(exchange, ranges=False)


def heedless_of_changes(exchange: Exchange) -> None:
    """Gives the range that is asked for, of whatever file is there now, and does not know `If-Range`."""
    serve_file(exchange, heeds_changes=False)


def as_type(kind: str) -> Behaviour:
    """The file, under a content type."""
    return lambda exchange: serve_file(exchange, kind=kind)


def page(html: str) -> Behaviour:
    """A page of HTML."""

    def answer(exchange: Exchange) -> None:
        content = html.encode()
        exchange.start(200, {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(content))})
        exchange.send(content)

    return answer


def status(code: int, **headers: str) -> Behaviour:
    """An error; header names are written with underscores."""
    return lambda exchange: exchange.start(code, {name.replace("_", "-"): value for name, value in headers.items()})


def redirect(target: str, code: int = 302) -> Behaviour:
    return status(code, Location=target, Content_Length="0")


def at_first(faulty: Behaviour, times: int = 1, then: Behaviour = serve_file) -> Behaviour:
    """One behaviour for the first requests, another for all later ones."""
    return lambda exchange: (faulty if exchange.number <= times else then)(exchange)


def cut(after: int) -> Behaviour:
    """The file as it should be, but the connection ends after so many bytes of each answer."""

    def answer(exchange: Exchange) -> None:
        send, left = exchange.send, after

        def send_less(content: bytes) -> None:
            send(content[:left])
            exchange.wfile.flush()
            exchange.connection.shutdown(socket.SHUT_RDWR)

        exchange.send = send_less  # type: ignore[method-assign]
        serve_file(exchange)

    return answer


def drip(seconds: float = 0.05) -> Behaviour:
    """The file, one byte at a time."""

    def answer(exchange: Exchange) -> None:
        send = exchange.send

        def send_slowly(content: bytes) -> None:
            for number in range(len(content)):
                send(content[number : number + 1])
                if exchange.server.is_closing.wait(seconds):
                    return

        exchange.send = send_slowly  # type: ignore[method-assign]
        serve_file(exchange)

    return answer


def zeros(size: int, declared: int | None = None, kind: str = "video/mp4") -> Behaviour:
    """So many zeros in chunks, whatever length is declared."""

    def answer(exchange: Exchange) -> None:
        exchange.protocol_version = "HTTP/1.1"
        length = {"Transfer-Encoding": "chunked"} if declared is None else {"Content-Length": str(declared)}
        exchange.start(200, {"Content-Type": kind, "Connection": "close", **length})
        block = bytes(16 * 1024)
        for _ in range(size // len(block)):
            if exchange.server.is_closing.is_set():
                return
            if declared is None:
                exchange.wfile.write(b"4000\r\n")
            exchange.send(block)
            if declared is None:
                exchange.wfile.write(b"\r\n")

    return answer
