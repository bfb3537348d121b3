"""A data folder with the small lake in it, copied by who changes it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_tests.end_to_end.in_process import Terminal
from framecurate_tests.why.small_lake import POLICY, build


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    folder = DataFolder(tmp_path)
    (folder.policy_file).write_text(yaml.safe_dump(POLICY.model_dump(mode="json")), encoding="utf-8")
    return build(folder)


@pytest.fixture
def framecurate(lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Commands on the small lake."""
    return Terminal(monkeypatch, capsys, lake.folder.root)
