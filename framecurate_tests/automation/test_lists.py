"""Lists that are due are read by the tick; one that fails stops nothing, and none is read too often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from framecurate_assets.intake.lists import read_due_lists
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import read_policy
from framecurate_assets.sources.listings import all_sources
from framecurate_tests.end_to_end.data_folders import POLICY
from framecurate_tests.web.server import Exchange, Site, status

from .conftest import Automation

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>feed</title>
<item><title>one</title><enclosure url="{site}/one.mp4" type="video/mp4" length="1"/></item>
<item><title>two</title><enclosure url="{site}/two.mp4" type="video/mp4" length="1"/></item>
</channel></rss>"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "site").mkdir()
    with Site(tmp_path / "site") as site:

        def feed(exchange: Exchange) -> None:
            content = FEED.format(site=site.url).encode()
            exchange.start(200, {"Content-Type": "application/rss+xml", "Content-Length": str(len(content))})
            exchange.send(content)

        site.behave("/feed.xml", feed)
        site.behave("/gone.xml", status(404))
        yield site


@pytest.fixture
def lists(automation: Automation, site: Site) -> Automation:
    """With a list that works and one that is gone."""
    automation.folder.policy_file.write_text(POLICY + "download: {allow_private_hosts: true, gap_s: 0}\n")
    with automation.folder.sources_file.open("a") as file:
        file.write(f"- list: {site.url}/gone.xml\n- list: {site.url}/feed.xml\n")
    return automation


def test_what_a_list_names_is_requested_though_another_list_fails(lists: Automation, site: Site) -> None:
    (request,) = lists.schedule().run_requests
    named = [source.video_id for source in all_sources(lists.folder).sources if source.source.startswith(site.url)]
    assert len(named) == 2
    assert set(named) <= set(lists.instance.get_dynamic_partitions("videos"))
    assert request.tags["dagster/asset_partition_range_end"] == named[-1]
    # Of the videos nothing is asked before their run.
    assert set(site.requests) == {"/feed.xml", "/gone.xml"}


def test_a_list_is_read_again_when_it_is_due_whatever_came_of_it(lists: Automation, site: Site) -> None:
    lists.schedule(0)
    lists.schedule(1)
    assert {path: len(asked) for path, asked in site.requests.items()} == {"/feed.xml": 1, "/gone.xml": 1}
    policy = lists.folder.policy_file
    policy.write_text(policy.read_text() + "automation: {list_refresh_s: 0}\n")
    lists.schedule(2)
    assert {path: len(asked) for path, asked in site.requests.items()} == {"/feed.xml": 2, "/gone.xml": 2}


def test_what_went_wrong_with_a_list_is_said(lists: Automation, site: Site) -> None:
    policy = read_policy(lists.folder.policy_file)
    (problem,) = read_due_lists(Lake(lists.folder), policy, all_sources(lists.folder).lists)
    assert problem.startswith(f"{site.url}/gone.xml: ")
    assert "404" in problem
