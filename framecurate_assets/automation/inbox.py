"""The sensor `inbox`: what is dropped into the inbox is ingested, and stays where it is."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import dagster as dg

from framecurate_assets.automation.jobs import videos_to_candidates
from framecurate_assets.automation.requests import NOTHING_DUE, at_it, request_runs
from framecurate_assets.automation.settings import loaded_settings, todays_policy
from framecurate_assets.freshness.inputs import todays_inputs
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.forgotten import forgotten_among
from framecurate_assets.lake.lake import Lake
from framecurate_assets.policy import Policy
from framecurate_assets.sources.inbox import Before, Look, look_into
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.sources.source_list import add_sources
from framecurate_assets.stages import RAW_VIDEOS

READ_S = 20.0
"""Seconds of a tick in which files are read: Dagster gives a tick 60."""

SETTLED_S = 3_600.0
"""Seconds for which a video that was requested, or is up to date, is not looked at again while its file rests: what
cannot be read must not be tried without end, and an inbox of thousands costs nothing."""

NAMES = 5
"""Names that a message gives of many."""


@dg.sensor(
    name="inbox",
    job=videos_to_candidates,
    minimum_interval_seconds=loaded_settings().inbox_interval_s,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Takes in the videos and folders of pictures that were dropped into `inbox/`, once they rest.\n\n"
    "They are put on the list of sources; nothing is moved or removed. The same content is taken in once.",
)
def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Put what is new on the list, and request runs for what is due of the inbox."""
    folder = DataFolder.from_environment()
    policy = todays_policy(folder)
    lake, now = Lake(folder), time.time()
    former = _Memory(**json.loads(context.cursor or "{}"))
    before = Before(former.seen, policy.automation.inbox_rest_s, now, time.monotonic() + READ_S)
    look = look_into(folder.inbox, before)
    forgotten = forgotten_among(lake, "video", look.video_ids)
    add_sources(folder.sources_file, [source for source in look.new if source.video_id not in forgotten])

    new = {source.video_id for source in look.new}
    settled = {key: at for key, at in former.settled.items() if key in look.video_ids - new and now < at + SETTLED_S}
    unsettled = look.video_ids - set(settled)
    requests = _requests(context.instance, lake, policy, look.video_ids, unsettled, str(former.turn))
    if requests is NOTHING_DUE or not isinstance(requests, dg.SkipReason):
        settled |= dict.fromkeys(unsettled, now)
    if isinstance(requests, dg.SkipReason):
        memory = _Memory(look.seen, settled, former.turn)
        reason = " ".join([str(requests.skip_message), *_remarks(look, len(forgotten))])
        return dg.SensorResult(skip_reason=reason, cursor=json.dumps(asdict(memory)))
    memory = _Memory(look.seen, settled, former.turn + 1)
    return dg.SensorResult(run_requests=requests, cursor=json.dumps(asdict(memory)))


@dataclass(frozen=True)
class _Memory:
    """What the cursor holds from tick to tick."""

    seen: dict[str, str] = field(default_factory=dict)
    """Of `look_into`."""
    settled: dict[str, float] = field(default_factory=dict)
    """Videos that were requested or up to date, and when that was found, in seconds since the epoch."""
    turn: int = 0
    """How often runs were requested."""


def _requests(
    instance: dg.DagsterInstance, lake: Lake, policy: Policy, present: set[str], unsettled: set[str], occasion: str
) -> list[dg.RunRequest] | dg.SkipReason:
    if not present:
        return dg.SkipReason("The inbox holds no video.")
    if not unsettled:
        return NOTHING_DUE
    busy = at_it(instance)
    if busy:
        return dg.SkipReason(busy)
    sources = [source for source in all_sources(lake.folder).sources if source.video_id in unsettled]
    passable = set(lake.video_ids(RAW_VIDEOS.table)) & present
    return request_runs(instance, todays_inputs(lake, policy, sources, by_hand=False), passable, occasion)


def _remarks(look: Look, forgotten: int) -> list[str]:
    """What of the inbox is not on the list, and why."""
    remarks = {
        "still changing": look.growing,
        "not read yet": look.unread,
        "left out, neither a video nor in a folder of pictures": look.left_out,
    }
    texts = [f"{len(names)} {what}: {_some(names)}." for what, names in remarks.items() if names]
    return [*texts, f"{forgotten} left out, since they were forgotten."] if forgotten else texts


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMES]) + (", …" if len(names) > NAMES else "")
