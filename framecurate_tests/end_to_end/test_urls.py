"""Videos from the web, from a real server on this machine."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from framecurate_assets.lake.folder import DataFolder
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import bring_up_to_date, data_folder, rows_of


class _Site(SimpleHTTPRequestHandler):
    """Serves a folder and counts what is fetched."""

    def __init__(self, *arguments: Any, fetched: Counter[str], **options: Any) -> None:
        self.fetched = fetched
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        self.fetched[self.path] += 1
        super().do_GET()

    def log_message(self, *arguments: Any) -> None:
        """Silent."""


@pytest.fixture
def site(clips: Clips) -> Iterator[tuple[str, Counter[str]]]:
    fetched: Counter[str] = Counter()
    handler = partial(_Site, fetched=fetched, directory=str(clips.astronaut.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", fetched
    server.shutdown()
    server.server_close()


def test_urls_are_fetched_judged_and_not_fetched_again(
    site: tuple[str, Counter[str]], clips: Clips, tmp_path: Path
) -> None:
    address, fetched = site
    names = (clips.astronaut.name, clips.small.name, "gone.mp4")
    folder = data_folder(tmp_path / "data", [f"{address}/{name}" for name in names])

    bring_up_to_date(folder)

    good, small, gone = (_row(folder, f"{address}/{name}") for name in names)
    assert (good["status"], good["kind"]) == ("ready", "url")
    assert folder.absolute(str(good["path"])).read_bytes() == clips.astronaut.read_bytes()
    assert small["status"] == "rejected"
    assert "480" in str(small["reason"])
    assert gone["status"] == "failed"
    assert "404" in str(gone["reason"])
    assert [path.name for path in folder.videos.iterdir()] == [Path(str(good["path"])).name]
    assert rows_of(folder, "person_selections", video_id=good["video_id"])

    before = dict(fetched)
    bring_up_to_date(folder)
    again = {path: count - before.get(path, 0) for path, count in fetched.items() if count != before.get(path, 0)}
    # What is not there may be there today; what was fetched or refused is not asked for again.
    assert set(again) == {"/gone.mp4"}


def _row(folder: DataFolder, source: str) -> dict[str, object]:
    (row,) = rows_of(folder, "raw_videos", source=source)
    return row
