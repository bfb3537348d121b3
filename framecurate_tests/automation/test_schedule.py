"""A tick of the schedule requests few runs for what is due, and says why where there are none."""

from __future__ import annotations

import pytest
from dagster._core.errors import ScheduleExecutionError

from framecurate_assets.assets.partitions import INGESTION_TAG
from framecurate_assets.automation.settings import loaded_settings
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.tables import RAW_VIDEOS
from framecurate_assets.policy import AutomationPolicy
from framecurate_assets.sources.source import identify
from framecurate_assets.sources.source_list import add_sources
from framecurate_tests.conftest import Clips
from framecurate_tests.end_to_end.data_folders import POLICY, all_rows, video_id, written

from .conftest import Automation

START, END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


def list_urls(automation: Automation, count: int) -> None:
    """Put URLs on the list; nothing answers at them, and no tick asks."""
    sources = [identify(f"http://127.0.0.1:9/{number}.mp4") for number in range(count)]
    assert len(add_sources(automation.folder.sources_file, sources)) == count


def test_120_sources_are_requested_in_three_runs(automation: Automation) -> None:
    list_urls(automation, 120)
    tick = automation.schedule()
    order = automation.instance.get_dynamic_partitions("videos")
    requested: list[str] = []
    for request in tick.run_requests:
        assert request.tags[INGESTION_TAG] == "true"
        requested += order[order.index(request.tags[START]) : order.index(request.tags[END]) + 1]
    assert len(tick.run_requests) == 3
    assert len(requested) == len(set(requested)) == 120

    def keys(hour: int) -> list[str]:
        return [request.run_key for request in automation.schedule(hour).run_requests]

    # A tick that is made again after a crash asks for the same runs, and the next one for others.
    assert keys(0) == [request.run_key for request in tick.run_requests]
    assert not set(keys(0)) & set(keys(1))


def test_where_everything_is_up_to_date_nothing_is_requested(automation: Automation) -> None:
    tick = automation.schedule()
    assert tick.run_requests == []
    assert tick.skip_message == "Nothing is due: every video is up to date, or its next try is later."


def test_nothing_is_requested_while_a_run_is_at_it(automation: Automation) -> None:
    list_urls(automation, 1)
    run = automation.begin(**{INGESTION_TAG: "true"})
    assert automation.schedule().skip_message == f"Run {run.run_id[:8]} ingests videos already (not_started)."
    automation.instance.delete_run(run.run_id)

    command = automation.begin(**{"framecurate/asset": "raw_videos"})
    assert automation.schedule().skip_message == f"Run {command.run_id[:8]} ingests videos already (not_started)."
    automation.instance.delete_run(command.run_id)

    automation.begin()
    assert len(automation.schedule().run_requests) == 1


def test_a_run_that_failed_is_not_requested_again_while_dagster_tries_it_again(automation: Automation) -> None:
    list_urls(automation, 1)
    run = automation.begin(**{INGESTION_TAG: "true"})
    automation.instance.report_run_failed(run)
    automation.instance.add_run_tags(run.run_id, {"dagster/will_retry": "true"})
    assert automation.schedule().skip_message == f"Run {run.run_id[:8]} failed and is about to be tried again."
    automation.instance.add_run_tags(run.run_id, {"dagster/auto_retry_run_id": "its retry"})
    assert len(automation.schedule().run_requests) == 1


def test_a_spent_budget_ends_ingestion_with_figures(automation: Automation) -> None:
    list_urls(automation, 7)
    spent = sum(row["bytes"] for row in all_rows(automation.folder)["face_candidates"])  # type: ignore[misc]
    # The detected faces are as they were, so judging them again would cost the same: see the next test.
    automation.folder.policy_file.write_text(POLICY + f"budget: {{candidates_bytes: {spent}}}\n")
    for request in automation.schedule().run_requests:
        assert automation.run(request).success
    tick = automation.schedule()
    assert tick.run_requests == []
    assert f"the candidates take {spent} of {spent} bytes, and 7 videos wait" in tick.skip_message


def test_with_a_spent_budget_what_is_there_is_judged_again(automation: Automation, clips: Clips) -> None:
    list_urls(automation, 1)
    automation.folder.policy_file.write_text(POLICY + "budget: {candidates_bytes: 1}\n")
    (request,) = automation.schedule().run_requests
    order = automation.instance.get_dynamic_partitions("videos")
    assert order.index(request.tags[END]) <= order.index(video_id(clips.small))


def test_a_run_leaves_alone_what_is_up_to_date(automation: Automation, clips: Clips) -> None:
    before, rows = written(automation.folder), all_rows(automation.folder)
    next(automation.folder.frames(video_id(clips.astronaut)).iterdir()).unlink()
    Lake(automation.folder).remove(RAW_VIDEOS, video_id(clips.small))
    (request,) = automation.schedule().run_requests
    result = automation.run(request)
    assert result.success

    after = written(automation.folder)
    touched = {name.partition("/")[2] for name in after if after[name] != before[name]}
    assert touched == {f"{video_id(clip)}.parquet" for clip in (clips.astronaut, clips.small)}
    assert all_rows(automation.folder) == rows
    said = {asset: automation.said(asset, clips.group) for asset in ("raw_videos", "sampled_frames")}
    assert said == {"raw_videos": {"unchanged": True}, "sampled_frames": {"unchanged": True}}
    assert "frames_folder" in automation.said("sampled_frames", clips.astronaut)
    assert automation.schedule().run_requests == []


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("candidates: {max_yawn: 3}\n", "candidates.max_yawn: there is no such key. See docs/policy.md"),
        ("automation: {url_schedule: hourly}\n", "'hourly' is not written as cron writes it. Write five fields"),
    ],
)
def test_a_broken_policy_fails_each_tick_in_a_sentence_and_not_the_definitions(
    automation: Automation, policy: str, sentence: str
) -> None:
    automation.folder.policy_file.write_text(policy)
    assert loaded_settings() == AutomationPolicy()
    with pytest.raises(ScheduleExecutionError) as failed:
        automation.schedule()
    assert sentence in str(failed.value.__cause__)


def test_the_policy_says_when(automation: Automation) -> None:
    automation.folder.policy_file.write_text("automation: {url_schedule: '*/5 * * * *'}\n")
    assert loaded_settings().url_schedule == "*/5 * * * *"
