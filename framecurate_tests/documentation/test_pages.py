"""The pages of the documentation say what the code does."""

from pathlib import Path

import pytest

from framecurate_assets.lake.tables import TABLES
from framecurate_assets.policy import PRESETS, Policy

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_documented_as_it_is(table: object) -> None:
    page = (DOCS / "tables.md").read_text(encoding="utf-8")
    section = page.split(f"## {table.name}\n")[1].split("\n## ")[0]  # type: ignore[attr-defined]
    documented = [line for line in section.splitlines() if line.startswith("| `")]
    assert documented == [
        f"| `{column.name}` | {column.dtype} | {column.description.replace('|', chr(92) + '|')} |"
        for column in table.columns  # type: ignore[attr-defined]
    ]


def test_every_key_of_the_policy_is_documented_with_its_default() -> None:
    page = (DOCS / "policy.md").read_text(encoding="utf-8")
    documented = [line.split(" | ")[:2] for line in page.splitlines() if line.startswith("| `")]
    assert documented == [
        [f"| `{section}.{key}`", f"{field.default!r}"]
        for section, part in Policy.model_fields.items()
        for key, field in part.annotation.model_fields.items()  # type: ignore[union-attr]
    ]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_documented(preset: str) -> None:
    keys = ("min_sharpness", "min_frontality", "min_confidence", "max_yaw", "max_pitch")
    row = " | ".join([f"| {preset}", *(f"{PRESETS[preset][key]:g}" for key in keys)]) + " |"
    assert row in (DOCS / "policy.md").read_text(encoding="utf-8")
