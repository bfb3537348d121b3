"""raw_videos: the files, and one row a video that says what it is or why it was refused."""

from datetime import UTC, datetime

import dagster as dg
import polars as pl

from framecurate_assets.assets import describe
from framecurate_assets.assets.failures import failures_in_words
from framecurate_assets.assets.partitions import videos
from framecurate_assets.assets.per_video import Setback, VideoResult, VideoRun
from framecurate_assets.errors import FramecurateError
from framecurate_assets.intake.attempts import ASKED_UNDER, attempt_row, resting_hosts
from framecurate_assets.intake.from_web import Fetched
from framecurate_assets.intake.intake import Intake
from framecurate_assets.intake.take_in import over_budget, take_in
from framecurate_assets.lake import tables
from framecurate_assets.lake.budget import candidate_bytes_by_video
from framecurate_assets.lake.lake import Lake
from framecurate_assets.lake.retention import pruned_paths
from framecurate_assets.lake.sealed import refuse_erased
from framecurate_assets.policy import Policy
from framecurate_assets.resources import Progress, Workspace
from framecurate_assets.sources.listings import all_sources
from framecurate_assets.sources.source import Source
from framecurate_assets.stages import RAW_VIDEOS, source_fingerprint
from framecurate_assets.timing import Stopwatch
from framecurate_assets.web.download import discard_part
from framecurate_assets.web.manners import HostGate
from framecurate_assets.web.site import check_settings

FETCHED_UP_TO = "framecurate.max_download_height_px"
"""Metadata key of a stored row: the limit under which the format that was fetched had been chosen."""


@dg.asset(
    partitions_def=videos,
    kinds={"python", "parquet"},
    description="The video file, and one row that says what it is or why it was refused.\n\n"
    "A video is ready when it can be decoded and its shorter side is 720 px or more; what cannot be known is refused.",
    **describe.asset_options(RAW_VIDEOS),
)
@failures_in_words()
def raw_videos(context: dg.AssetExecutionContext, workspace: Workspace, progress: dg.ResourceParam[Progress]) -> None:
    """Fetch or link each video, probe it, and write its row."""
    run = VideoRun.begin(context, workspace, progress, RAW_VIDEOS)
    policy = workspace.read_policy()
    folder, lake = workspace.folder, workspace.lake
    sources = {source.video_id: source for source in all_sources(folder).sources}
    fingerprints = {video_id: source_fingerprint(source) for video_id, source in sources.items()}
    asks_sites = any(source.kind == "url" for source in sources.values())
    if asks_sites:
        # What is wrong with them is no fault of any video.
        check_settings(policy.download)
    spent = candidate_bytes_by_video(lake)
    gate = _gate(lake, policy)

    def make(video_id: str) -> VideoResult:
        refuse_erased(lake, video_id)
        if video_id not in sources:
            raise FramecurateError(f"No entry of {folder.sources_file} is {video_id}", "Add it: framecurate add")
        source, watch = sources[video_id], Stopwatch()
        others = sum(spent.values()) - spent.get(video_id, 0)
        if others >= policy.budget.candidates_bytes:
            intake = over_budget(others, policy.budget.candidates_bytes)
        else:
            with watch.measure("fetch and probe"):
                intake = take_in(source, folder.videos, policy, gate, _fetched(source, lake, policy))
            _remember_attempt(source, intake, lake, policy)
        if intake.status == "failed" and _was_pruned(video_id, lake):
            # What was made of a file that was pruned is not lost because its site does not give it again.
            return VideoResult(tables.RAW_VIDEOS.empty(), {"reason": intake.reason}, leaves_former_rows=True)
        row = _row(source, intake, lake)
        metadata = {"status": row["status"], "reason": row["reason"] or "", "source": source.source}
        if intake.file:
            metadata["video_file"] = describe.folder(intake.file)
        facts = {FETCHED_UP_TO: str(policy.video.max_download_height_px)}
        return VideoResult(tables.RAW_VIDEOS.from_rows([row]), metadata, facts=facts, seconds=watch.seconds)

    run.materialise(
        make,
        lambda video_id: RAW_VIDEOS.made_from(lake, policy, video_id, also=fingerprints.get(video_id, "")),
        lambda video_id, setback: _row_of_failure(video_id, setback, sources.get(video_id)),
        # The network is waited for, not computed: several at a time cost no more than one. Files keep their order.
        threads=policy.download.parallel if asks_sites else 1,
    )


def _gate(lake: Lake, policy: Policy) -> HostGate:
    """The manners of this run, with the rest that hosts asked for in earlier ones."""
    gate = HostGate(policy.download)
    for host, seconds in resting_hosts(lake.read_all(tables.FETCH_ATTEMPTS), datetime.now(UTC)).items():
        gate.pause(host, seconds)
    return gate


def _fetched(source: Source, lake: Lake, policy: Policy) -> Fetched | None:
    """What an earlier run fetched of a URL, if today's policy would choose the same format and it is still there."""
    former = lake.read_all(tables.RAW_VIDEOS, [source.video_id]).filter(pl.col("status") == "ready")
    chosen = lake.facts(tables.RAW_VIDEOS, source.video_id).get(FETCHED_UP_TO)
    if source.kind != "url" or former.is_empty() or chosen != str(policy.video.max_download_height_px):
        return None
    row = former.row(0, named=True)
    file = lake.folder.absolute(row["path"])
    if not file.is_file():
        return None
    return Fetched(file, row["sha256"], row["title"], row["uploader"], row["licence"])


def _was_pruned(video_id: str, lake: Lake) -> bool:
    """Whether a video was ready, and its file was removed since the policy did not keep it."""
    former = set(lake.read_all(tables.RAW_VIDEOS, [video_id])["path"])
    return not former.isdisjoint(pruned_paths(lake, video_id))


def _remember_attempt(source: Source, intake: Intake, lake: Lake, policy: Policy) -> None:
    if source.kind != "url":
        return
    former = lake.read_all(tables.FETCH_ATTEMPTS, [source.video_id])
    row = attempt_row(source, intake, former, datetime.now(UTC), policy.download)
    if row["next_attempt_at"] is None:
        discard_part(lake.folder.videos, source.video_id)
    facts = {ASKED_UNDER: policy.download.fingerprint}
    lake.write(tables.FETCH_ATTEMPTS, tables.FETCH_ATTEMPTS.from_rows([row]), source.video_id, facts=facts)


def _row_of_failure(video_id: str, setback: Setback, source: Source | None) -> pl.DataFrame:
    """The row of a video of which no more is known than its source, if that, and that it failed."""
    row = {
        **dict.fromkeys(tables.RAW_VIDEOS.schema),
        "video_id": video_id,
        "source": source.source if source else None,
        "kind": source.kind if source else None,
        "status": setback.status,
        "reason": setback.reason,
        "ingested_at": datetime.now(UTC),
    }
    return tables.RAW_VIDEOS.from_rows([row])


def _row(source: Source, intake: Intake, lake: Lake) -> dict[str, object]:
    facts = intake.facts
    row: dict[str, object] = {
        "video_id": source.video_id,
        "source": source.source,
        "kind": source.kind,
        "title": intake.title,
        "uploader": intake.uploader,
        "licence": source.licence or intake.licence,
        "label": source.label,
        "status": intake.status,
        "reason": intake.reason,
        "path": lake.folder.relative(intake.file) if intake.file else None,
        "bytes": intake.bytes,
        "sha256": intake.sha256,
        "container": facts.container if facts else None,
        "codec": facts.codec if facts else None,
        "width": facts.width if facts else None,
        "height": facts.height if facts else None,
        "rotation_deg": facts.rotation_deg if facts else None,
        "fps": facts.fps if facts else None,
        "frame_count": facts.frame_count if facts else None,
        "duration_s": facts.duration_s if facts else None,
        "clip_start_s": source.clip_start_s,
        "clip_end_s": source.clip_end_s,
    }
    return {**row, "ingested_at": _ingested_at(row, lake.read_all(tables.RAW_VIDEOS, [source.video_id]))}


def _ingested_at(row: dict[str, object], former: pl.DataFrame) -> datetime:
    """The time of the first intake with this outcome, so that doing it again changes nothing."""
    same = former.filter(
        pl.col("sha256").eq_missing(pl.lit(row["sha256"])) & pl.col("status").eq(pl.lit(row["status"]))
    )
    return same["ingested_at"][0] if same.height else datetime.now(UTC)
