"""A check that found somebody shows them."""

from pathlib import Path

import dagster as dg
import pytest

from framecurate_assets.definitions import defs
from framecurate_assets.lake import tables
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.pictures.sheets import sheet_of_tiles
from framecurate_assets.resources import Workspace
from framecurate_tests.checks.healthy_lake import build, write

CHECK = dg.AssetCheckKey(dg.AssetKey("identity_clusters"), "likely_two_people")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return build(DataFolder(tmp_path))


def evaluate(lake: Lake) -> dg.AssetCheckEvaluation:
    """What the check says in Dagster."""
    result = dg.materialize(
        [*defs.assets, *defs.asset_checks],  # type: ignore[misc]
        selection=dg.AssetSelection.checks(CHECK),
        resources={**defs.resources, "workspace": Workspace(data_folder=str(lake.folder.root))},  # type: ignore[dict-item]
    )
    (evaluation,) = result.get_asset_check_evaluations()
    return evaluation


def test_an_alarm_is_a_warning_with_the_pictures_of_those_it_is_about(lake: Lake) -> None:
    row = {**dict.fromkeys(tables.IDENTITY_ALARMS.schema), "alarm": "a", "kind": "two_people", "rank": 1}
    write(lake, tables.IDENTITY_ALARMS, [{**row, "suggestion": "framecurate persons split person_0001 --suggested"}])
    lake.folder.sheets.mkdir()
    lake.folder.sheet("likely_two_people").write_bytes(sheet_of_tiles([]))

    evaluation = evaluate(lake)

    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert str(evaluation.metadata["picture"].value).startswith("![contact sheet](data:image/webp;base64,")
    rows = evaluation.metadata["rows"]
    assert isinstance(rows, dg.TableMetadataValue)
    (shown,) = rows.records
    assert shown.data["suggestion"] == "framecurate persons split person_0001 --suggested"


def test_without_an_alarm_there_is_no_picture(lake: Lake) -> None:
    evaluation = evaluate(lake)
    assert evaluation.passed
    assert "picture" not in evaluation.metadata
