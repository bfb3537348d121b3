"""What came in: videos, image sets, lists, and how fetching went."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.tables.table import TIMESTAMP, Table, column

RAW_VIDEOS = Table(
    "raw_videos",
    "video_id",
    (
        column("video_id", pl.String, "`<extractor>-<id>` for URLs, `file-<12 hex of the content hash>` for files."),
        column("source", pl.String, "The URL or path that the video came from."),
        column("kind", pl.String, "url, file or images."),
        column("title", pl.String, "As the site or the file name gives it."),
        column("uploader", pl.String, "As the site gives it."),
        column("licence", pl.String, "As the source list or the site gives it."),
        column("label", pl.String, "As the source list gives it: an emotion, a name."),
        column("status", pl.String, "ready, rejected, failed or over_budget."),
        column("reason", pl.String, "Why it is not ready, in one sentence."),
        column("path", pl.String, "The video file, or an image set's packed pictures; null when there is none."),
        column("bytes", pl.Int64, "Size of the file."),
        column("sha256", pl.String, "Hash of the file's content."),
        column("container", pl.String, "Container format."),
        column("codec", pl.String, "Video codec."),
        column("width", pl.Int32, "Pixels, upright: after rotation is applied."),
        column("height", pl.Int32, "Pixels, upright: after rotation is applied."),
        column("rotation_deg", pl.Int32, "Clockwise turn that makes the stored picture upright: 0, 90, 180 or 270."),
        column("fps", pl.Float64, "Average frames a second."),
        column("frame_count", pl.Int64, "As the container says; null where it does not. Of an image set its pictures."),
        column("duration_s", pl.Float64, "Seconds."),
        column("clip_start_s", pl.Float64, "Nothing before this second is sampled; null: from the start."),
        column("clip_end_s", pl.Float64, "Nothing after this second is sampled; null: to the end."),
        column("ingested_at", TIMESTAMP, "When this content was first taken in."),
    ),
)


VIDEO_SETBACKS = Table(
    "video_setbacks",
    "video_id",
    (
        column("video_id", pl.String, "A video that was ready and went no further."),
        column("stage", pl.String, "The asset that met the setback."),
        column("status", pl.String, "failed or over_budget."),
        column("reason", pl.String, "Why, in one sentence."),
        column("unexpected", pl.Boolean, "Whether the cause is an error of the program and not the video."),
    ),
)
"""What befell a ready video further down, at most one row a video. Not an asset: each per-video asset writes
it beside its own table; the view `videos` lays it over `raw_videos`."""


FETCH_ATTEMPTS = Table(
    "fetch_attempts",
    "video_id",
    (
        column("video_id", pl.String, "A video that comes from a URL."),
        column("source", pl.String, "The URL."),
        column("host", pl.String, "The host that the URL names."),
        column("outcome", pl.String, "ok (fetched, or refused for what it is), passing, paused or permanent."),
        column("attempts", pl.Int32, "Tries so far, those not counted in which the host was left alone."),
        column("last_attempt_at", TIMESTAMP, "When it was last tried; null: not yet, its host rests."),
        column("next_attempt_at", TIMESTAMP, "When it is worth another try; null: never by itself."),
        column(
            "bytes_fetched", pl.Int64, "Bytes that the last try brought over the network, headers of files included."
        ),
        column("reason", pl.String, "What went wrong, in one sentence; null: nothing."),
    ),
)
"""How the tries to fetch went. Not an asset: `raw_videos` writes it beside its own table."""


LISTED_VIDEOS = Table(
    "listed_videos",
    "video_id",
    (
        column("list", pl.String, "URL of a playlist, channel or feed in the sources."),
        column("video_id", pl.String, "A video that it names."),
        column("source", pl.String, "URL of the video."),
        column("position", pl.Int32, "Place in the list, from 1, when it was first seen."),
        column("first_seen_at", TIMESTAMP, "When the list first named it."),
    ),
)
"""What playlists, channels and feeds named so far, within the limit of each. One file a list."""


PRUNED_FILES = Table(
    "pruned_files",
    "path",
    (
        column("video_id", pl.String, "The video that the file was of."),
        column("path", pl.String, "A video or frame that a table names and that the policy did not keep."),
        column("bytes", pl.Int64, "Size that it had."),
        column("pruned_at", TIMESTAMP, "When it was removed."),
    ),
)
"""Files that `retention` removed: their rows stay, and they are made again if something needs them."""
