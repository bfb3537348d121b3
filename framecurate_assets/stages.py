"""The seven stages of the way from videos to a dataset: what each is made from.

A stored table remembers the fingerprint of all that decided its rows: the rows above it, the part of the
policy that counts for it, and the version of its code. Comparing that with today's fingerprint tells what is
stale, without asking Dagster's history, so a crash or a lost history repeats only what has to be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from framecurate_assets.intake.picture_set import listing
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import content_fingerprint, fingerprint
from framecurate_assets.lake.tables import Table
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source


class Contents(Protocol):
    """Knows the fingerprints of the rows that are stored: a lake, or a look at one."""

    def content(self, table: Table, video_id: str | None = None) -> str | None:
        """As `Lake.content`."""
        ...

    def video_ids(self, table: Table) -> list[str]:
        """As `Lake.video_ids`."""
        ...


@dataclass(frozen=True)
class Stage:
    """One asset: its table, what it reads, and what of the policy decides its rows."""

    table: Table
    upstream: tuple[Table, ...]
    code_version: str
    """Raised by hand whenever the same inputs would give other rows."""
    policy_fingerprint: Callable[[Policy], str]
    beside: tuple[Table, ...] = ()
    """Further tables that it writes whenever it is made, none of them by video."""

    @property
    def name(self) -> str:
        """Name of the asset and its table."""
        return self.table.name

    @property
    def per_video(self) -> bool:
        """Whether it is stored, and materialised, video by video."""
        return self.table in tables.PER_VIDEO_TABLES

    def made_from(self, lake: Contents, policy: Policy, video_id: str | None = None, *, also: str = "") -> str:
        """Fingerprint of all that decides this stage's rows for one video, or for the whole lake.

        Args:
            lake: where the rows above are stored.
            policy: today's policy.
            video_id: the video, for a per-video stage.
            also: what else counts: the source of a video, the face engine.
        """
        inputs: list[str | None] = []
        for table in self.upstream:
            if table not in tables.PER_VIDEO_TABLES:
                inputs.append(lake.content(table))
            elif video_id is not None:
                inputs.append(lake.content(table, video_id))
            else:
                inputs += _contents_of_all(lake, table)
        return fingerprint(self.name, self.code_version, self.policy_fingerprint(policy), also, *inputs)


def source_fingerprint(source: Source) -> str:
    """Changes with whatever of a source decides its row in raw_videos or which part of it is sampled.

    Of a folder of pictures the listing counts: names, sizes and times, so that nothing has to be read.
    """
    values = [None if value is None else str(value) for value in asdict(source).values()]
    return fingerprint(*values, *([listing(Path(source.source))] if source.kind == "images" else []))


def sampling_fingerprint(kind: str | None, policy: Policy) -> str:
    """What decides the frames of a source of some kind beside the sampling policy: of a set, which pictures are."""
    return str(policy.video.min_shorter_side_px) if kind == "images" else ""


def _contents_of_all(lake: Contents, table: Table) -> list[str]:
    """Every video that has rows in a table, with the fingerprint of its rows.

    Videos without rows do not count: refusing one more video changes no person.
    """
    without_rows = content_fingerprint(table.empty())
    contents = {video_id: lake.content(table, video_id) for video_id in lake.video_ids(table)}
    return [part for key, content in contents.items() if content not in (None, without_rows) for part in (key, content)]


RAW_VIDEOS = Stage(
    tables.RAW_VIDEOS,
    (),
    "1",
    lambda policy: policy.video.fingerprint,
)
SAMPLED_FRAMES = Stage(
    tables.SAMPLED_FRAMES,
    (tables.RAW_VIDEOS,),
    "2",
    lambda policy: policy.sampling.fingerprint,
)
DETECTED_FACES = Stage(
    tables.DETECTED_FACES,
    (tables.SAMPLED_FRAMES,),
    "1",
    lambda policy: policy.detection.fingerprint,
)
FACE_CANDIDATES = Stage(
    tables.FACE_CANDIDATES,
    (tables.DETECTED_FACES,),
    "1",
    lambda policy: fingerprint(policy.candidates.fingerprint, str(policy.budget.candidates_bytes)),
)
IDENTITY_CLUSTERS = Stage(
    tables.IDENTITY_CLUSTERS,
    (tables.FACE_CANDIDATES,),
    "2",
    lambda policy: policy.identity.fingerprint,
    beside=(
        tables.PERSON_REGISTRY,
        tables.PERSON_EXEMPLARS,
        tables.IDENTITY_EVENTS,
        tables.CORRECTIONS,
        tables.SAME_FRAME_TWICE,
        tables.IDENTITY_ALARMS,
    ),
)
TEMPORAL_SEQUENCES = Stage(
    tables.TEMPORAL_SEQUENCES,
    (tables.RAW_VIDEOS, tables.SAMPLED_FRAMES, tables.FACE_CANDIDATES, tables.IDENTITY_CLUSTERS),
    "1",
    lambda policy: fingerprint(
        policy.detection.fingerprint,
        policy.candidates.fingerprint,
        str(policy.identity.distance),
        str(policy.identity.min_faces),
        *[str(getattr(policy.selection, name)) for name in ("temporal", "temporal_step_s", "min_margin")],
    ),
    beside=(tables.MISSING_SEQUENCES,),
)
PERSON_SELECTIONS = Stage(
    tables.PERSON_SELECTIONS,
    (
        tables.RAW_VIDEOS,
        tables.FACE_CANDIDATES,
        tables.IDENTITY_CLUSTERS,
        tables.PERSON_REGISTRY,
        tables.TEMPORAL_SEQUENCES,
    ),
    "3",
    # The dataset card shows the whole policy.
    lambda policy: policy.fingerprint,
    beside=(tables.SELECTION_VERDICTS, tables.SELECTION_COVERAGE),
)

PER_VIDEO = (RAW_VIDEOS, SAMPLED_FRAMES, DETECTED_FACES, FACE_CANDIDATES)
"""Made video by video, in this order."""

WHOLE_LAKE = (IDENTITY_CLUSTERS, TEMPORAL_SEQUENCES, PERSON_SELECTIONS)
"""Made once over all videos, in this order."""

STAGES = (*PER_VIDEO, *WHOLE_LAKE)
"""All of them, in the order of the way of the data."""
