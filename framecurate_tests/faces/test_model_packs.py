"""Fetching packs from a server that behaves, and from several that do not; and knowing what is installed."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.insightface_engine import InsightFaceEngine
from framecurate_assets.faces.model_pack_download import fetch_model_pack
from framecurate_assets.faces.model_packs import MODEL_LICENCES, RECORD_FILE, installed_model_packs
from framecurate_tests.faces import tiny_pack

Answer = Callable[[BaseHTTPRequestHandler], None]

FILES = ["1k3d68.onnx", "det_10g.onnx", "w600k_r50.onnx"]


class Server:
    """Answers a request for a path with what was put there, and 404 to every other."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        answers, asked = self.answers, self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                answer = answers.get(self.path)
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the test's output clean."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}/"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def pack_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("pack") / "tiny"
    tiny_pack.write_pack(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _send(handler: BaseHTTPRequestHandler, content: bytes, length: int | None) -> None:
    """A body, with the length that it is said to have; without one the end of the connection ends it."""
    handler.send_response(200)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()
    handler.wfile.write(content)


def _whole(content: bytes) -> Answer:
    return partial(_send, content=content, length=len(content))


def _everything_under(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_fetched_pack_is_checked_recorded_and_usable(
    tmp_path: Path, server: Server, pack_files: dict[str, bytes]
) -> None:
    server.answers["/tiny.zip"] = _whole(_zip(pack_files))
    lines: list[str] = []
    folder = fetch_model_pack(tmp_path / "models", "tiny", lines.append, server.address)

    assert folder == tmp_path / "models" / "tiny"
    assert _everything_under(folder) == sorted([*FILES, RECORD_FILE])
    assert list(folder.parent.iterdir()) == [folder]
    (pack,) = installed_model_packs(tmp_path / "models")
    assert (pack.name, pack.origin, pack.folder) == ("tiny", "fetched", folder)
    assert pack.bytes == sum(len(content) for content in pack_files.values())
    assert json.loads((folder / RECORD_FILE).read_text())["sha256"] == dict(pack.hashes)
    engine = InsightFaceEngine(tmp_path / "models", "tiny", 100, 0.5)
    assert len(engine.find([np.zeros((360, 640, 3), dtype=np.uint8)])[0]) == 0


def test_the_licence_is_shown_before_anything_is_fetched(tmp_path: Path, server: Server) -> None:
    asked_when_told: list[tuple[str, int]] = []
    with pytest.raises(FramecurateError):
        fetch_model_pack(
            tmp_path, "tiny", lambda line: asked_when_told.append((line, len(server.asked))), server.address
        )
    assert asked_when_told == [(MODEL_LICENCES["insightface"], 0)]
    assert "non-commercial research" in MODEL_LICENCES["insightface"]


def test_progress_reaches_the_end(tmp_path: Path, server: Server, pack_files: dict[str, bytes]) -> None:
    padded = {**pack_files, "notes.bin": np.random.default_rng(0).bytes(5_000_000)}
    server.answers["/tiny.zip"] = _whole(_zip(padded))
    lines: list[str] = []
    fetch_model_pack(tmp_path, "tiny", lines.append, server.address)
    shares = [int(line.removesuffix(" %")) for line in lines if line.endswith(" %")]
    assert shares == sorted(set(shares))
    assert shares[-1] == 100
    assert len(shares) > 2
    assert "5 MB" in lines[1]


def test_a_pack_wrapped_in_a_folder_is_unwrapped(tmp_path: Path, server: Server, pack_files: dict[str, bytes]) -> None:
    wrapped = {f"tiny/{name}": content for name, content in pack_files.items()}
    server.answers["/tiny.zip"] = _whole(_zip({"tiny/": b"", **wrapped}))
    folder = fetch_model_pack(tmp_path, "tiny", print, server.address)
    assert _everything_under(folder) == sorted([*FILES, RECORD_FILE])


def test_a_server_that_tells_no_length_serves_too(tmp_path: Path, server: Server, pack_files: dict[str, bytes]) -> None:
    server.answers["/tiny.zip"] = partial(_send, content=_zip(pack_files), length=None)
    assert fetch_model_pack(tmp_path, "tiny", print, server.address).is_dir()


def _flipped(content: bytes) -> bytes:
    """The archive with a byte changed in the middle of a compressed file."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def _unusable(files: dict[str, bytes]) -> dict[str, Answer]:
    """Everything that a server may answer instead of a pack."""
    whole = _zip(files)
    no_pose = {name: content for name, content in files.items() if name != "1k3d68.onnx"}
    return {
        "half a transfer": partial(_send, content=whole[: len(whole) // 2], length=len(whole)),
        "half an archive": _whole(whole[: len(whole) // 2]),
        "a web page": _whole(b"<html>Sign in to this network</html>"),
        "nothing": _whole(b""),
        "a flipped byte": _whole(_flipped(whole)),
        "a path upwards": _whole(_zip({**files, "../escaped.onnx": b"x"})),
        "a path from the root": _whole(_zip({**files, "/escaped.onnx": b"x"})),
        "one name twice": _whole(_zip({**files, "other/det_10g.onnx": b"x"})),
        "a broken model": _whole(_zip({**files, "det_10g.onnx": b"x"})),
        "a pack without pose": _whole(_zip(no_pose)),
        "an empty archive": _whole(_zip({})),
        "an error": lambda handler: handler.send_error(503),
    }


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("half a transfer", "could not fetch .*tiny.zip: the transfer broke off"),
        ("half an archive", "is no archive of models"),
        ("a web page", "is no archive of models"),  # what a captive portal answers
        ("nothing", "is no archive of models"),
        ("a flipped byte", "is no archive of models"),
        ("a path upwards", "names a place outside itself, ../escaped.onnx"),
        ("a path from the root", "names a place outside itself, /escaped.onnx"),
        ("one name twice", "two files named det_10g.onnx"),
        ("a broken model", "insightface cannot load .*tiny.zip"),
        ("a pack without pose", "tiny.zip has no model for landmark_3d_68"),
        ("an empty archive", "insightface cannot load .*tiny.zip"),
        ("an error", "could not fetch .*tiny.zip: the server answers 503"),
        ("no such pack", "could not fetch .*tiny.zip: the server answers 404"),
    ],
)
def test_nothing_is_installed_of_what_is_not_a_whole_good_pack(
    tmp_path: Path, server: Server, pack_files: dict[str, bytes], answer: str, message: str
) -> None:
    models_root = tmp_path / "deep" / "models"
    if answer != "no such pack":
        server.answers["/tiny.zip"] = _unusable(pack_files)[answer]
    with pytest.raises(FramecurateError, match=message) as refusal:
        fetch_model_pack(models_root, "tiny", lambda line: None, server.address)
    assert refusal.value.remedy
    assert _everything_under(tmp_path) == ["deep", "deep/models"]
    assert installed_model_packs(models_root) == []


def test_without_a_network_it_says_how_to_place_the_files_by_hand(tmp_path: Path) -> None:
    with pytest.raises(FramecurateError) as refusal:
        fetch_model_pack(tmp_path, "buffalo_l", lambda line: None, "http://127.0.0.1:9/")
    assert refusal.value.problem == "could not fetch http://127.0.0.1:9/buffalo_l.zip: no connection"
    assert str(tmp_path / "buffalo_l") in refusal.value.remedy
    assert "1k3d68, 2d106det, det_10g, genderage, w600k_r50" in refusal.value.remedy


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, server: Server) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(FramecurateError, match=r"could not write .*models"):
        fetch_model_pack(tmp_path / "models", "tiny", lambda line: None, server.address)


def test_a_pack_that_is_there_is_not_fetched_again(
    tmp_path: Path, server: Server, pack_files: dict[str, bytes]
) -> None:
    server.answers["/tiny.zip"] = _whole(_zip(pack_files))
    for _ in range(2):
        fetch_model_pack(tmp_path, "tiny", lambda line: None, server.address)
    assert server.asked == ["/tiny.zip"]


def test_an_incomplete_pack_placed_by_hand_is_fetched_again(
    tmp_path: Path, server: Server, pack_files: dict[str, bytes]
) -> None:
    tiny_pack.write_pack(tmp_path / "tiny")
    (tmp_path / "tiny" / "1k3d68.onnx").unlink()
    server.answers["/tiny.zip"] = _whole(_zip(pack_files))
    fetch_model_pack(tmp_path, "tiny", lambda line: None, server.address)
    assert InsightFaceEngine(tmp_path, "tiny", 100, 0.5).name.startswith("insightface-tiny-")


def test_an_altered_pack_is_fetched_again_and_kept_until_then(
    tmp_path: Path, server: Server, pack_files: dict[str, bytes]
) -> None:
    server.answers["/tiny.zip"] = _whole(_zip(pack_files))
    folder = fetch_model_pack(tmp_path, "tiny", lambda line: None, server.address)
    onnx.save(tiny_pack.recognition(factor=3), folder / "w600k_r50.onnx")
    (pack,) = installed_model_packs(tmp_path)
    assert pack.origin == "altered"

    server.answers["/tiny.zip"] = _whole(b"")
    with pytest.raises(FramecurateError):
        fetch_model_pack(tmp_path, "tiny", lambda line: None, server.address)
    assert _everything_under(folder) == sorted([*FILES, RECORD_FILE])

    server.answers["/tiny.zip"] = _whole(_zip(pack_files))
    fetch_model_pack(tmp_path, "tiny", lambda line: None, server.address)
    (pack,) = installed_model_packs(tmp_path)
    assert pack.origin == "fetched"


def test_what_a_killed_download_left_is_no_pack_and_is_cleared_away(
    tmp_path: Path, server: Server, pack_files: dict[str, bytes]
) -> None:
    tiny_pack.write_pack(tmp_path / ".tiny.0123.unfinished")
    assert installed_model_packs(tmp_path) == []
    server.answers["/tiny.zip"] = _whole(_zip(pack_files))
    fetch_model_pack(tmp_path, "tiny", lambda line: None, server.address)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


@pytest.mark.parametrize(
    ("spoil", "origin"),
    [
        (lambda folder: None, "fetched"),
        (lambda folder: (folder / RECORD_FILE).unlink(), "placed by hand"),  # copied without the record
        (lambda folder: (folder / RECORD_FILE).write_text("{"), "altered"),  # a record that says nothing
        (lambda folder: (folder / RECORD_FILE).write_text("[]"), "altered"),  # the same
        (lambda folder: (folder / "1k3d68.onnx").unlink(), "altered"),  # a file gone
        (lambda folder: (folder / "zz.onnx").write_bytes(b"x"), "altered"),  # a file more
    ],
)
def test_installed_packs_say_where_their_files_come_from(
    tmp_path: Path, server: Server, pack_files: dict[str, bytes], spoil: Callable[[Path], None], origin: str
) -> None:
    server.answers["/tiny.zip"] = _whole(_zip(pack_files))
    spoil(fetch_model_pack(tmp_path, "tiny", lambda line: None, server.address))
    (tmp_path / "notes.txt").write_text("no pack")
    (tmp_path / "empty").mkdir()
    (pack,) = installed_model_packs(tmp_path)
    assert pack.origin == origin


def test_no_folder_of_models_holds_no_packs(tmp_path: Path) -> None:
    assert installed_model_packs(tmp_path / "models") == []


def test_a_name_is_never_part_of_another_address(tmp_path: Path, server: Server) -> None:
    with pytest.raises(FramecurateError, match="is no name of a model pack"):
        fetch_model_pack(tmp_path, "../other", lambda line: None, server.address)
    assert server.asked == []
