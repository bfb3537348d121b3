"""Twenty sources of which nothing comes, each for a reason of its own, and good ones beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import Site, as_type, cut, page, redirect, status, zeros

GOOD = "/good.mp4"
"""The file that every good URL gives: 1280x720, three frames."""

MAX_BYTES = 20_000_000

POLICY = f"""
sampling: {{frames_per_section: 1}}
detection: {{smallest_face_px: 300}}
download: {{gap_s: 0, allow_private_hosts: true, max_bytes: {MAX_BYTES}}}
"""
"""As little work a video as can be, and nothing that slows down a site of this machine."""


def make_files(folder: Path) -> None:
    """What the site serves, and what is broken on the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    good = write_clip(folder / GOOD.lstrip("/"), numbered_pictures(3, 1280, 720)).read_bytes()
    write_clip(folder / "480p.mp4", numbered_pictures(3, 854, 480))
    # Its frames come before its index, so half of it says nothing.
    (folder / "truncated.mp4").write_bytes(good[: len(good) // 2])
    (folder / "text.mp4").write_text("no video\n" * 1000)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "local_text.mp4").write_text("no video either")
    (folder / "local_empty.mp4").write_bytes(b"")
    (folder / "local_truncated.mp4").write_bytes(good[: len(good) // 3])


def good_urls(site: Site, count: int) -> list[str]:
    """Addresses of that many videos; each is another video to who asks for them."""
    return [f"{site.url}/good/{number}.mp4" for number in range(count)]


def serve_good(site: Site, urls: Iterable[str]) -> None:
    """Answer at each of them with the good file."""
    content = site.folder / GOOD.lstrip("/")
    for url in urls:
        place = site.folder / url.removeprefix(f"{site.url}/")
        place.parent.mkdir(exist_ok=True)
        place.hardlink_to(content)


def broken_sources(site: Site) -> dict[str, tuple[str, str]]:
    """Source -> the status of its row, and what its reason says."""
    site.behave("/gone.mp4", status(410))
    site.behave("/forbidden.mp4", status(403))
    site.behave("/login.mp4", status(401))
    site.behave("/law.mp4", status(451))
    site.behave("/error.mp4", status(500))
    site.behave("/cut.mp4", cut(1000))
    site.behave("/busy.mp4", status(429, Retry_After="600"))
    site.behave("/page.mp4", page("<html><p>Nothing to see.</p></html>"))
    site.behave("/paper.mp4", as_type("application/pdf"))
    site.behave("/no_video.html", page("<html><p>No video here.</p></html>"))
    site.behave("/circle.mp4", redirect("/circle.mp4"))
    site.behave("/endless.mp4", zeros(40 * MAX_BYTES))
    for name in ("cut.mp4", "paper.mp4"):
        (site.folder / name).hardlink_to(site.folder / GOOD.lstrip("/"))
    disk = str(site.folder)
    return {
        f"{site.url}/nowhere.mp4": ("failed", "404"),
        f"{site.url}/gone.mp4": ("failed", "410"),
        f"{site.url}/forbidden.mp4": ("failed", "403"),
        f"{site.url}/login.mp4": ("failed", "401"),
        f"{site.url}/law.mp4": ("failed", "451"),
        f"{site.url}/error.mp4": ("failed", "500"),
        f"{site.url}/cut.mp4": ("failed", "gives no video"),
        # By another name, so that the others are not left alone with it.
        f"http://localhost:{site.port}/busy.mp4": ("failed", "429"),
        f"{site.url}/page.mp4": ("failed", "Unsupported URL"),
        f"{site.url}/paper.mp4": ("failed", "application/pdf"),
        f"{site.url}/no_video.html": ("failed", "Unsupported URL"),
        f"{site.url}/circle.mp4": ("failed", "redirect"),
        f"{site.url}/endless.mp4": ("rejected", "the file does not start like a video"),
        f"{site.url}/480p.mp4": ("rejected", "854x480: the shorter side has 480 px"),
        f"{site.url}/truncated.mp4": ("rejected", "it may be cut off"),
        f"{site.url}/text.mp4": ("rejected", "the file does not start like a video"),
        f"{site.url}/empty.mp4": ("failed", "gives no video"),
        "http://127.0.0.1:9/refused.mp4": ("failed", "Connection refused"),
        f"{disk}/local_text.mp4": ("failed", "is not a video file"),
        f"{disk}/local_truncated.mp4": ("failed", "is cut off"),
    }
