"""The part of a video that an earlier try has left, and whether what is on the server now goes on where it ends."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from framecurate_assets.web.look_up import Found
from framecurate_assets.web.site import Site

FILE_NAME = "video"
"""What yt-dlp calls the file, before its ending."""

_NOTE = "part.json"
_MAX_PLAYLIST_BYTES = 4_000_000


@dataclass
class Part:
    """A folder in which a file grows from one try to the next."""

    folder: Path

    identity: str | None
    """Changes when the video on the server does; None where that could not be noticed."""

    _noted_bytes: int = 0

    def prepare(self) -> None:
        """Leave in the folder only what the next try may go on from."""
        note = self._read_note()
        if self.identity is None or note.get("identity") != self.identity or not self._cut_to(note):
            # The folder itself stays: whoever fetches holds a lock on it.
            for leftover in self.folder.iterdir():
                leftover.unlink()
        if self.identity is not None and not self._read_note():
            self._write_note(0, 0)

    def note_fragments(self) -> None:
        """Remember how long the file is with the fragments that are in it; called while none is being added."""
        size = self.bytes_kept
        if self.identity is None or size == self._noted_bytes:
            return
        for state in self.folder.glob(f"{FILE_NAME}.*.ytdl"):
            complete = json.loads(state.read_text())["downloader"]["current_fragment"]["index"]
            self._write_note(complete, size)
        self._noted_bytes = size

    @property
    def bytes_kept(self) -> int:
        """Bytes that need not be fetched again."""
        return sum(path.stat().st_size for path in self._growing())

    def _growing(self) -> list[Path]:
        return [path for path in self.folder.glob(f"{FILE_NAME}.*.part") if "-Frag" not in path.name]

    def _cut_to(self, note: dict[str, Any]) -> bool:
        """Undo what a killed process may have half done since the note; false where that cannot be."""
        for fragment in self.folder.glob("*-Frag*"):
            fragment.unlink()
        for state in self.folder.glob(f"{FILE_NAME}.*.ytdl"):
            part = state.with_suffix(".part")
            if not part.exists() or part.stat().st_size < note["bytes"]:
                return False
            with part.open("r+b") as file:
                file.truncate(note["bytes"])
            state.write_text(json.dumps({"downloader": {"current_fragment": {"index": note["fragments"]}}}))
        return True

    def _read_note(self) -> dict[str, Any]:
        try:
            note = json.loads((self.folder / _NOTE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}

    def _write_note(self, fragments: int, size: int) -> None:
        # Not flushed to disk: a note that a power failure spoils only costs what was fetched.
        unfinished = self.folder / f"{_NOTE}.new"
        unfinished.write_text(json.dumps({"identity": self.identity, "fragments": fragments, "bytes": size}))
        unfinished.replace(self.folder / _NOTE)


def identity_of(site: Site, found: Found) -> str | None:
    """Sixteen hex digits that change when the video behind a format does; None where nobody could tell.

    Used within `Site.faults_of`: it may ask for the playlist of a video's pieces.
    """
    answer = found.answer
    if answer["protocol"] in ("http", "https"):
        if validator(found) is None:
            return None
        facts: list[Any] = [found.headers.get("etag"), found.headers.get("last-modified"), found.remote.bytes]
    elif answer["protocol"] == "m3u8_native":
        listed = site.read_range(answer["url"], 0, _MAX_PLAYLIST_BYTES, answer.get("http_headers") or {})
        playlist = listed.content.decode("utf-8", "replace")
        # yt-dlp loses count of what it skips where these make a fragment depend on those before it.
        if re.search(r"(?m)^#EXT-X-(KEY:METHOD=AES|BYTERANGE)", playlist):
            return None
        facts = [_without_tokens(playlist)]
    else:
        fragments = answer.get("fragments") or []
        facts = [_without_tokens(str(part.get("url") or part.get("path"))) for part in fragments]
    text = json.dumps([answer["format_id"], answer["ext"], *facts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def validator(found: Found) -> str | None:
    """What an `If-Range` header may say, so that a server gives the rest of this file or all of another."""
    etag = found.headers.get("etag", "")
    return etag if etag.startswith('"') else found.headers.get("last-modified")


def _without_tokens(addresses: str) -> str:
    """Addresses without their queries, in which sites put what changes from one request to the next."""
    return re.sub(r"\?\S*", "", addresses)
