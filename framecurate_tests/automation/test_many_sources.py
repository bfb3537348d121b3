"""A hundred sources of which twenty are broken: none is lost, none is taken in twice, and each says why."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import dagster as dg
import pytest

from framecurate_assets.lake.folder import ENVIRONMENT_VARIABLE
from framecurate_assets.sources.source import identify
from framecurate_assets.sources.source_list import add_sources
from framecurate_tests.end_to_end.data_folders import data_folder, rows_of
from framecurate_tests.web.server import Site

from .broken_sources import POLICY, broken_sources, good_urls, make_files, serve_good
from .conftest import Automation


def test_80_are_ingested_and_20_say_why_not(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_files(tmp_path / "site")
    with Site(tmp_path / "site") as site:
        good, broken = good_urls(site, 80), broken_sources(site)
        serve_good(site, good)
        folder = data_folder(tmp_path / "data", [], POLICY)
        # The broken ones are in the midst of the good ones.
        add_sources(folder.sources_file, [identify(source) for source in (*good[:40], *broken, *good[40:])])
        monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(folder.root))
        automation = Automation(folder, instance)

        requests = automation.schedule().run_requests
        assert len(requests) == 2
        for request in requests:
            assert automation.run(request).success
        assert automation.schedule(1).skip_message.startswith("Nothing is due")
        asked = Counter(len(site.requests[url.removeprefix(site.url)]) for url in good)

    assert len(rows_of(folder, "raw_videos")) == 100
    rows = {str(row["source"]): row for row in rows_of(folder, "raw_videos")}
    assert Counter(rows[url]["status"] for url in good) == {"ready": 80}
    for source, (status, reason) in broken.items():
        assert (source, rows[source]["status"]) == (source, status)
        assert reason in str(rows[source]["reason"])
    # Every video cost the same requests: none was asked for more often than the others.
    assert len(asked) == 1
    assert len(rows_of(folder, "sampled_frames")) == 3 * 80
