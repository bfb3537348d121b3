"""Taking a source in, whatever its kind: what is not good enough is refused with its reason."""

from __future__ import annotations

from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.intake.from_file import take_in_file
from framecurate_assets.intake.from_pictures import take_in_picture_set
from framecurate_assets.intake.from_web import Fetched, judge_again, take_in_url
from framecurate_assets.intake.intake import Intake
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source
from framecurate_assets.web.manners import HostGate


def take_in(source: Source, folder: Path, policy: Policy, gate: HostGate, fetched: Fetched | None = None) -> Intake:
    """Bring a source into `folder` as `<video_id>.<ending>` if it is good enough.

    Nothing that the source causes is raised: it is failed or rejected, with the reason.

    Args:
        source: what to take in.
        folder: where files go.
        policy: what is good enough, and how sites are asked.
        gate: shared by all who fetch at the same time.
        fetched: of a URL, the file of an earlier run, which is not fetched again if it is still what it was.
    """
    try:
        if source.kind == "url":
            again = judge_again(fetched, policy) if fetched else None
            return again or take_in_url(source, folder, policy, gate)
        if source.kind == "images":
            return take_in_picture_set(source, folder, policy.video)
        return take_in_file(source, folder, policy.video)
    except FramecurateError as error:
        return Intake("failed", str(error), title=Path(source.source).stem if source.kind != "url" else None)


def over_budget(spent_bytes: int, allowed_bytes: int) -> Intake:
    """A source that is not even looked at, since nothing is left of the budget."""
    return Intake("over_budget", f"The candidates of other videos take {spent_bytes} of {allowed_bytes} bytes.")
