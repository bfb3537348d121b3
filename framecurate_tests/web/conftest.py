"""A web site on this machine, and settings that allow it to be asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from framecurate_assets.policy import DownloadPolicy
from framecurate_tests.web.server import Site


@pytest.fixture
def www(tmp_path: Path) -> Path:
    folder = tmp_path / "www"
    folder.mkdir()
    return folder


@pytest.fixture
def site(www: Path) -> Iterator[Site]:
    with Site(www) as site:
        yield site


@pytest.fixture
def settings() -> DownloadPolicy:
    return DownloadPolicy(allow_private_hosts=True, keep_free_bytes=0, timeout_s=5)
