"""Reading lists with the real yt-dlp from a real server: feeds, and pages with several videos."""

from __future__ import annotations

import pytest

from framecurate_assets.policy import DownloadPolicy
from framecurate_assets.web.faults import WebError
from framecurate_assets.web.lists import ListedVideo, expand_list
from framecurate_tests.video.clips import numbered_pictures, write_clip
from framecurate_tests.web.server import Site

HERE = DownloadPolicy(allow_private_hosts=True, timeout_s=5, only_hosts=("127.0.0.1",))


def feed(*items: str) -> str:
    entries = "".join(f"<item><title>An episode</title>{item}</item>" for item in items)
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>A feed</title>{entries}</channel></rss>"


def enclosure(url: str, guid: str = "1") -> str:
    return f"<guid>{guid}</guid><enclosure url='{url}' type='video/mp4' length='1'/>"


def listed(*urls: str) -> tuple[ListedVideo, ...]:
    return tuple(ListedVideo(url, position) for position, url in enumerate(urls, start=1))


def test_a_feed_gives_its_videos_in_order_and_none_of_them_is_asked_for(site: Site) -> None:
    urls = [f"{site.url}/{number}.mp4" for number in range(5)]
    (site.folder / "feed.xml").write_text(feed(*(enclosure(url, str(n)) for n, url in enumerate(urls))))
    assert expand_list(f"{site.url}/feed.xml", 50, HERE) == listed(*urls)
    assert set(site.requests) == {"/feed.xml"}


def test_a_list_is_read_to_its_limit(site: Site) -> None:
    urls = [f"{site.url}/{number}.mp4" for number in range(2_000)]
    (site.folder / "feed.xml").write_text(feed(*map(enclosure, urls)))
    assert expand_list(f"{site.url}/feed.xml", 3, HERE) == listed(*urls[:3])


def test_entries_without_an_address_and_duplicates_are_left_out(site: Site) -> None:
    one, other = f"{site.url}/1.mp4", f"{site.url}/2.mp4"
    items = [
        enclosure(one),
        "<description>no video</description>",
        enclosure("file:///etc/passwd"),
        enclosure(one, "again"),
        f"<link>{other}</link>",
    ]
    (site.folder / "feed.xml").write_text(feed(*items))
    assert expand_list(f"{site.url}/feed.xml", 50, HERE) == listed(one, other)


def test_a_feed_of_nothing_names_nothing(site: Site) -> None:
    (site.folder / "feed.xml").write_text(feed())
    assert expand_list(f"{site.url}/feed.xml", 50, HERE) == ()


def test_a_page_with_several_videos_gives_each_file(site: Site) -> None:
    names = ("one", "two", "three")
    videos = "".join(f"<video><source src='/{name}.mp4' type='video/mp4'></video>" for name in names)
    (site.folder / "page.html").write_text(f"<!doctype html><title>Films</title>{videos}")
    found = expand_list(f"{site.url}/page.html", 50, HERE)
    assert found == listed(*(f"{site.url}/{name}.mp4" for name in names))
    assert set(site.requests) == {"/page.html"}


def test_a_list_within_a_list_is_read_too(site: Site) -> None:
    playlist = '<iframe src="https://www.dailymotion.com/widget/jukebox?list[]=/playlist/{}/1"></iframe>'
    (site.folder / "page.html").write_text(f"<!doctype html>{playlist.format('xabc')}{playlist.format('xdef')}")
    # That of a site that may not be asked here: the sentence tells that it was about to be.
    with pytest.raises(WebError, match=r"playlist/xabc asks for dailymotion\.com, which is not in"):
        expand_list(f"{site.url}/page.html", 50, HERE)


def test_the_address_of_one_video_gives_that_one(site: Site) -> None:
    write_clip(site.folder / "clip.mp4", numbered_pictures(5))
    url = f"{site.url}/clip.mp4"
    assert expand_list(url, 50, HERE) == listed(url)


def test_hostile_titles_and_ids_do_no_harm(site: Site) -> None:
    url = f"{site.url}/1.mp4"
    hostile = "<title>../../x\x85%(id)s</title><guid>../../../etc</guid>"
    (site.folder / "feed.xml").write_text(feed(f"{hostile}<enclosure url='{url}'/>"))
    assert expand_list(f"{site.url}/feed.xml", 50, HERE) == listed(url)


def test_a_list_that_is_gone_or_not_allowed_is_said_to_be(site: Site) -> None:
    with pytest.raises(WebError) as gone:
        expand_list(f"{site.url}/feed.xml", 50, HERE)
    assert gone.value.outcome == "permanent"
    (site.folder / "other.xml").write_text(feed(enclosure("http://example.org/1.mp4")))
    with pytest.raises(WebError, match=r"127\.0\.0\.1"):
        expand_list(f"{site.url}/other.xml", 50, DownloadPolicy())
    assert "/other.xml" not in site.requests
