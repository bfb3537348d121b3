"""The asset graph is a contract: what is there, what depends on what, and what stops the way."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster_webserver.webserver import DagsterWebserver
from starlette.applications import Starlette

from framecurate_assets.definitions import defs
from framecurate_assets.lake.folder import ENVIRONMENT_VARIABLE
from framecurate_assets.lake.tables import ASSET_TABLES, Table

UPSTREAM = {
    "raw_videos": [],
    "sampled_frames": ["raw_videos"],
    "detected_faces": ["sampled_frames"],
    "face_candidates": ["detected_faces"],
    "identity_clusters": ["face_candidates"],
    "temporal_sequences": ["identity_clusters", "raw_videos"],
    "person_selections": ["identity_clusters", "temporal_sequences"],
}
PARTITIONED = ["raw_videos", "sampled_frames", "detected_faces", "face_candidates"]

CHECKS = {
    "raw_videos": [
        "all_ready", "files_exist", "min_720p", "nothing_forgotten_is_left", "readable", "refusals_have_reasons",
    ],
    "sampled_frames": [
        "every_video_accounted_for", "files_exist", "frames_are_unique", "nothing_forgotten_is_left",
    ],
    "detected_faces": ["faces_have_frames", "one_engine"],
    "face_candidates": ["every_face_accounted_for", "files_exist", "within_budget"],
    "identity_clusters": [
        "corrections_apply", "every_candidate_accounted_for", "likely_same_person", "likely_two_people",
        "no_person_twice_in_one_frame", "persons_are_registered",
    ],
    "temporal_sequences": [
        "everyone_accounted_for", "files_exist", "one_person_throughout", "sequences_are_sequences",
    ],
    "person_selections": [
        "files_exist", "no_leak_between_splits", "nothing_forgotten_is_left", "pictures_show_their_person",
        "within_budget",
    ],
}  # fmt: skip
BLOCKING = [
    ("detected_faces", "one_engine"),
    ("face_candidates", "within_budget"),
    ("person_selections", "within_budget"),
]
PER_VIDEO_CHECKS = [("raw_videos", "min_720p"), ("raw_videos", "readable")]

JOBS = {
    "videos_to_candidates": ["detected_faces", "face_candidates", "raw_videos", "sampled_frames"],
    "candidates_to_dataset": ["identity_clusters", "person_selections", "temporal_sequences"],
}

QUERY = """
{
  assetNodes {
    assetKey { path }
    dependencyKeys { path }
    isPartitioned
    assetChecksOrError { ... on AssetChecks { checks { name } } }
  }
}
"""

GRAPH = defs.resolve_asset_graph()


def test_the_definitions_load() -> None:
    dg.Definitions.validate_loadable(defs)


def test_assets_and_what_each_is_made_from() -> None:
    nodes = {key.to_user_string(): GRAPH.get(key) for key in GRAPH.get_all_asset_keys()}
    assert {name: sorted(key.to_user_string() for key in node.parent_keys) for name, node in nodes.items()} == UPSTREAM
    assert {node.group_name for node in nodes.values()} == {"framecurate"}
    partitioned = {name for name, node in nodes.items() if node.partitions_def}
    assert partitioned == set(PARTITIONED)
    for name in PARTITIONED:
        assert nodes[name].partitions_def == dg.DynamicPartitionsDefinition(name="videos")
        assert nodes[name].backfill_policy == dg.BackfillPolicy.multi_run(50)


@pytest.mark.parametrize("table", ASSET_TABLES, ids=lambda table: table.name)
def test_every_asset_describes_itself(table: Table) -> None:
    node = GRAPH.get(dg.AssetKey(table.name))
    assert node.description
    assert node.owners == ["team:framecurate"]
    assert {"python", "parquet"} & node.kinds
    assert node.code_version
    schema = node.metadata["dagster/column_schema"]
    columns = schema.schema.columns if isinstance(schema, dg.TableSchemaMetadataValue) else schema.columns
    assert [(column.name, column.description) for column in columns] == [
        (column.name, column.description) for column in table.columns
    ]


def test_checks_and_which_of_them_stop_the_way() -> None:
    found: dict[str, list[str]] = {name: [] for name in UPSTREAM}
    blocking, per_video = [], []
    for key in sorted(GRAPH.asset_check_keys):
        asset = key.asset_key.to_user_string()
        found[asset].append(key.name)
        spec = GRAPH.get_check_spec(key)
        assert spec.description
        blocking += [(asset, key.name)] if spec.blocking else []
        per_video += [(asset, key.name)] if spec.partitions_def else []
    assert found == CHECKS
    assert blocking == BLOCKING
    assert per_video == PER_VIDEO_CHECKS


def test_jobs_and_the_assets_that_each_makes() -> None:
    repository = defs.get_repository_def()
    jobs = {job.name: job for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert {
        name: sorted(key.to_user_string() for key in job.asset_layer.executable_asset_keys)
        for name, job in jobs.items()
    } == JOBS


def test_the_webserver_shows_the_same_lineage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "data"))
    target = ModuleTarget(
        "framecurate_assets.definitions",
        attribute="defs",
        working_directory=str(Path(__file__).parents[2]),
        location_name="framecurate",
    )
    with (
        dg.instance_for_test(temp_dir=str(tmp_path)) as instance,
        WorkspaceProcessContext(instance, target) as context,
    ):
        answer = asyncio.run(_ask(DagsterWebserver(context).create_asgi_app(), QUERY))
    nodes = answer["data"]["assetNodes"]
    shown = {node["assetKey"]["path"][-1]: node for node in nodes}
    assert {name: sorted(key["path"][-1] for key in node["dependencyKeys"]) for name, node in shown.items()} == UPSTREAM
    assert {name for name, node in shown.items() if node["isPartitioned"]} == set(PARTITIONED)
    assert {
        name: sorted(check["name"] for check in node["assetChecksOrError"]["checks"]) for name, node in shown.items()
    } == CHECKS


async def _ask(app: Starlette, query: str) -> Any:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://framecurate") as client:
        return (await client.post("/graphql", json={"query": query})).json()
