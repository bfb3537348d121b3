"""The checks as Dagster knows them: one step an asset, which runs all checks of that asset."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import dagster as dg

# Not exported by Dagster, and the only way to tie an evaluation to the materialisation of its partition, without
# which the UI shows the partition's check as missing.
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)

from framecurate_assets.assets.describe import picture
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.partitions import videos
from framecurate_assets.checks.read import Check, read_checks
from framecurate_assets.checks.run import Finding, run_checks
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.resources import Workspace

SHOWN_ROWS = 20
"""Wrong rows that an evaluation shows; it always tells how many there are."""


def load_asset_checks() -> list[dg.AssetChecksDefinition]:
    """All checks, ready for `Definitions`."""
    return [_checks_of(asset, list(checks)) for asset, checks in groupby(read_checks(), key=lambda check: check.asset)]


def _checks_of(asset: str, checks: Sequence[Check]) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(
            check.name,
            asset=asset,
            description=check.description,
            blocking=check.blocking,
            partitions_def=videos if check.per_video else None,
        )
        for check in checks
    ]

    @dg.multi_asset_check(name=f"{asset}_checks", specs=specs, can_subset=True)
    def checks_of_asset(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> Iterator[Any]:
        with failures_in_words():
            policy = workspace.read_policy()
        context_of_step = context.op_execution_context
        is_of_videos = context_of_step.has_partition_key or context_of_step.has_partition_key_range
        video_ids = list(context_of_step.partition_keys) if is_of_videos else []
        selected = {key.name for key in context_of_step.selected_asset_check_keys}
        chosen = [check for check in checks if check.name in selected]
        for check, findings in run_checks(chosen, workspace.folder, policy, video_ids):
            if check.per_video:
                yield from _evaluations_by_video(context.instance, check, findings)
                # What a step of many partitions must give besides its evaluations: Dagster takes a single result
                # for all of them, and would store it for none.
                yield dg.Output(None, output_name=f"{check.asset}_{check.name}")
            else:
                yield _result(check, findings[0], workspace.folder)

    return checks_of_asset


def _result(check: Check, finding: Finding, folder: DataFolder) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=finding.passed,
        asset_key=check.asset,
        check_name=check.name,
        severity=_severity(finding),
        metadata={"wrong_rows": len(finding.rows), **_picture(check, finding, folder), **_table(finding.rows)},
    )


def _picture(check: Check, finding: Finding, folder: DataFolder) -> dict[str, Any]:
    """The contact sheet of what is wrong, where the asset made one."""
    sheet = folder.sheet(check.name)
    if finding.passed or not check.pictured or not sheet.exists():
        return {}
    return {"picture": picture(sheet.read_bytes())}


def _evaluations_by_video(
    instance: dg.DagsterInstance, check: Check, findings: Sequence[Finding]
) -> Iterator[dg.AssetCheckEvaluation]:
    materialisations = _latest_materialisations(instance, check.asset, [str(finding.video_id) for finding in findings])
    for finding in findings:
        yield dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(check.asset),
            check_name=check.name,
            passed=finding.passed,
            partition=finding.video_id,
            severity=_severity(finding),
            blocking=False,
            target_materialization_data=materialisations.get(str(finding.video_id)),
            metadata=_table(finding.rows),
        )


def _latest_materialisations(
    instance: dg.DagsterInstance, asset: str, video_ids: Sequence[str]
) -> dict[str | None, AssetCheckEvaluationTargetMaterializationData]:
    if not video_ids:
        return {}
    wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=list(video_ids))
    newest_first = instance.fetch_materializations(wanted, limit=2 * len(video_ids)).records
    return {
        record.partition_key: AssetCheckEvaluationTargetMaterializationData(
            storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
        )
        for record in reversed(newest_first)
    }


def _severity(finding: Finding) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.ERROR if finding.is_error else dg.AssetCheckSeverity.WARN


def _table(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not rows:
        return {}
    records = [dg.TableRecord({name: _cell(value) for name, value in row.items()}) for row in rows[:SHOWN_ROWS]]
    schema = dg.TableSchema([dg.TableColumn(name) for name in rows[0]])
    return {"rows": dg.MetadataValue.table(records, schema)}


def _cell(value: Any) -> str | int | float | bool:
    return value if isinstance(value, str | int | float | bool) else "" if value is None else str(value)
