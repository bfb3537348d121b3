"""What assets and checks are given: the data folder with its lake, the policy of the run, and its progress."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol, Self

import dagster as dg
from pydantic import Field

from framecurate_assets.compute.compute import Compute
from framecurate_assets.compute.here import compute_here
from framecurate_assets.dagster_runs import alive
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import Policy, read_policy


class Workspace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The data folder of a run, and the policy that holds in it."""

    data_folder: str = Field(
        default="", description="Absolute path. Empty: the environment variable FRAMECURATE_DATA, or ./data."
    )
    policy: dict[str, Any] = Field(
        default={},
        description="Sections of the policy that differ in this run from data/policy.yaml, for example "
        "`candidates: {preset: moderate}`. docs/policy.md lists every key.",
    )

    @property
    def folder(self) -> DataFolder:
        """Where everything lies."""
        return DataFolder(Path(self.data_folder).resolve()) if self.data_folder else DataFolder.from_environment()

    @property
    def lake(self) -> Lake:
        """The tables."""
        return Lake(self.folder)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Self]:
        """The workspace for the length of a run, which counts as alive meanwhile."""
        with alive(context.instance, context.run.run_id) if context.instance and context.run else nullcontext():
            yield self

    def read_policy(self) -> Policy:
        """`data/policy.yaml` with this run's overrides.

        Raises:
            FramecurateError: the file or an override is not a valid policy.
        """
        return read_policy(self.folder.policy_file, overrides=self.policy)


class Progress(Protocol):
    """Told how far a stage has come, and what it took."""

    def track(self, stage: str, items: Sequence[str]) -> Iterator[str]:
        """Yield the items one by one, showing how many are done."""
        ...

    def took(self, stage: str, video_id: str | None, seconds: Mapping[str, float]) -> None:
        """A stage of a video, or of the whole lake, was made; each of its steps took so long."""
        ...


class SilentProgress:
    """Shows nothing: Dagster's own log and pages say how far a run has come."""

    def track(self, stage: str, items: Sequence[str]) -> Iterator[str]:  # noqa: ARG002
        """Yield the items."""
        yield from items

    def took(self, stage: str, video_id: str | None, seconds: Mapping[str, float]) -> None:
        """Nobody asks: the materialisation's metadata has it."""


@dg.resource(description="Worker processes for decoding and models: one for each core, or FRAMECURATE_WORKERS.")
def compute() -> Iterator[Compute]:
    """The workers of a run: they start with the first work, and end with the run."""
    workers = compute_here()
    try:
        yield workers
    finally:
        workers.close()
