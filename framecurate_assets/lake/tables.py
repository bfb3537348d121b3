"""The tables of the lake: names, types, units and meaning of every column.

Times are seconds or UTC timestamps; boxes are x1, y1, x2, y2 in pixels of the upright frame; angles are
degrees (yaw > 0 looks to the image's right, pitch > 0 looks up, roll > 0 is clockwise); scores are 0..1
unless said. Paths are relative to the data folder, so that it can be moved as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

FLOATS = pl.List(pl.Float32())
TIMESTAMP = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    dtype: pl.DataType
    """The Polars type; what Parquet and DuckDB see follows from it."""
    description: str


@dataclass(frozen=True)
class Table:
    """One table of the lake: what the asset of the same name writes."""

    name: str
    key: str
    """The column that identifies a row, and that rows are sorted by where time gives no order."""
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, in the order in which they are stored."""
        return {column.name: column.dtype for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """The table without rows."""
        return pl.DataFrame(schema=self.schema)

    def from_rows(self, rows: list[dict[str, object]]) -> pl.DataFrame:
        """Rows as dictionaries with exactly this table's columns -> the table.

        Raises:
            ValueError: a row has a column too many or too few.
        """
        for row in rows:
            if row.keys() != self.schema.keys():
                difference = sorted(row.keys() ^ self.schema.keys())
                raise ValueError(f"a row of {self.name} has other columns than the table: {', '.join(difference)}")
        return pl.DataFrame(rows, schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with this table's columns in this table's order and types; others are dropped.

        Raises:
            polars.exceptions.ColumnNotFoundError: a column is missing.
            polars.exceptions.InvalidOperationError: a value does not fit its type.
        """
        return frame.select([pl.col(name).cast(dtype) for name, dtype in self.schema.items()])


def _column(name: str, dtype: pl.DataType | type[pl.DataType], description: str) -> Column:
    return Column(name, dtype() if isinstance(dtype, type) else dtype, description)


RAW_VIDEOS = Table(
    "raw_videos",
    "video_id",
    (
        _column("video_id", pl.String, "`<extractor>-<id>` for URLs, `file-<12 hex of the content hash>` for files."),
        _column("source", pl.String, "The URL or path that the video came from."),
        _column("kind", pl.String, "url, file or images."),
        _column("title", pl.String, "As the site or the file name gives it."),
        _column("uploader", pl.String, "As the site gives it."),
        _column("licence", pl.String, "As the source list or the site gives it."),
        _column("label", pl.String, "As the source list gives it: an emotion, a name."),
        _column("status", pl.String, "ready, rejected, failed or over_budget."),
        _column("reason", pl.String, "Why it is not ready, in one sentence."),
        _column("path", pl.String, "The video file, or an image set's packed pictures; null when there is none."),
        _column("bytes", pl.Int64, "Size of the file."),
        _column("sha256", pl.String, "Hash of the file's content."),
        _column("container", pl.String, "Container format."),
        _column("codec", pl.String, "Video codec."),
        _column("width", pl.Int32, "Pixels, upright: after rotation is applied."),
        _column("height", pl.Int32, "Pixels, upright: after rotation is applied."),
        _column("rotation_deg", pl.Int32, "Clockwise turn that makes the stored picture upright: 0, 90, 180 or 270."),
        _column("fps", pl.Float64, "Average frames a second."),
        _column(
            "frame_count", pl.Int64, "As the container says; null where it does not. Of an image set its pictures."
        ),
        _column("duration_s", pl.Float64, "Seconds."),
        _column("clip_start_s", pl.Float64, "Nothing before this second is sampled; null: from the start."),
        _column("clip_end_s", pl.Float64, "Nothing after this second is sampled; null: to the end."),
        _column("ingested_at", TIMESTAMP, "When this content was first taken in."),
    ),
)

SAMPLED_FRAMES = Table(
    "sampled_frames",
    "frame_id",
    (
        _column("frame_id", pl.String, "`<video_id>@<pts_ms>`."),
        _column("video_id", pl.String, "The video."),
        _column("section", pl.String, "front, middle or end: the third of the video."),
        _column(
            "pts_s",
            pl.Float64,
            "Seconds from the start of the video; of an image set the picture's number in `pictures`.",
        ),
        _column("is_keyframe", pl.Boolean, "Whether it decodes without any other frame."),
        _column("shot", pl.Int32, "0, 1, … within the video."),
        _column("width", pl.Int32, "Pixels."),
        _column("height", pl.Int32, "Pixels."),
        _column("path", pl.String, "The JPEG, upright, full size."),
        _column("bytes", pl.Int64, "Size of the JPEG."),
        _column("sharpness", pl.Float64, "Variance of the Laplacian of the grey frame scaled to 512 px height."),
        _column("brightness", pl.Float64, "Mean grey value, 0..255."),
        _column("contrast", pl.Float64, "Standard deviation of the grey values, 0..127.5."),
        _column("edge_strength", pl.Float64, "Mean Sobel gradient magnitude of the same grey picture."),
        _column("entropy", pl.Float64, "Shannon entropy of the grey histogram, bits, 0..8."),
        _column("phash", pl.UInt64, "Perceptual hash: signs of the 8x8 lowest DCT coefficients."),
    ),
)

DETECTED_FACES = Table(
    "detected_faces",
    "face_id",
    (
        _column("face_id", pl.String, "`<frame_id>#<n>`, n counted by x1."),
        _column("frame_id", pl.String, "The frame."),
        _column("video_id", pl.String, "The video."),
        _column("pts_s", pl.Float64, "Presentation time of the frame, seconds."),
        _column("shot", pl.Int32, "Shot of the frame."),
        _column("x1", pl.Float32, "Left edge of the box, px."),
        _column("y1", pl.Float32, "Top edge of the box, px."),
        _column("x2", pl.Float32, "Right edge of the box, px."),
        _column("y2", pl.Float32, "Bottom edge of the box, px."),
        _column("face_px", pl.Float32, "Shorter side of the box, px."),
        _column("face_ratio", pl.Float32, "Area of the box over area of the frame."),
        _column("det_score", pl.Float32, "Detector score."),
        _column(
            "landmarks",
            FLOATS,
            "10 floats: x, y of left eye, right eye, nose tip, left, right mouth corner, as seen in the image, px.",
        ),
        _column("yaw", pl.Float32, "Degrees; > 0 looks to the image's right."),
        _column("pitch", pl.Float32, "Degrees; > 0 looks up."),
        _column("roll", pl.Float32, "Degrees; > 0 is clockwise."),
        _column("sharpness", pl.Float32, "Variance of the 64-bit Laplacian of the grey crop, shrunk to 128x128."),
        _column("frontality", pl.Float32, "max(0, 1 - (1.5|yaw| + |pitch| + 0.5|roll|) / 270)."),
        _column(
            "composite",
            pl.Float32,
            "0.30 min(sharpness/500, 1) + 0.35 frontality + 0.25 det_score + 0.10 min(5 face_ratio, 1).",
        ),
        _column("emotion", pl.String, "neutral, happy, sad, angry, fear, surprise or disgust: the highest score."),
        _column("emotion_scores", FLOATS, "7 scores in that order; they sum to 1."),
        _column("background_hash", pl.UInt64, "Perceptual hash of the frame around the face."),
        _column("embedding", FLOATS, "The engine's descriptor; null where it was not needed."),
        _column("engine", pl.String, "The engine that wrote this row."),
    ),
)

FACE_CANDIDATES = Table(
    "face_candidates",
    "face_id",
    (
        *DETECTED_FACES.columns,
        _column("path", pl.String, "The 512x512 crop, JPEG quality 95."),
        _column("bytes", pl.Int64, "Size of the crop."),
    ),
)

FACE_VERDICTS = Table(
    "face_verdicts",
    "face_id",
    (
        _column("face_id", pl.String, "A detected face."),
        _column("video_id", pl.String, "The video."),
        _column(
            "reasons", pl.List(pl.String()), "All reasons for which the policy refused it; empty: it is a candidate."
        ),
    ),
)
"""What the policy said of each detected face. Not an asset: `face_candidates` writes it beside its own table,
so that `face_rejections` shows the policy as it was when the candidates were made."""

VIDEO_SETBACKS = Table(
    "video_setbacks",
    "video_id",
    (
        _column("video_id", pl.String, "A video that was ready and went no further."),
        _column("stage", pl.String, "The asset that met the setback."),
        _column("status", pl.String, "failed or over_budget."),
        _column("reason", pl.String, "Why, in one sentence."),
        _column("unexpected", pl.Boolean, "Whether the cause is an error of the program and not the video."),
    ),
)
"""What befell a ready video further down, at most one row a video. Not an asset: each per-video asset writes
it beside its own table; the view `videos` lays it over `raw_videos`."""

FETCH_ATTEMPTS = Table(
    "fetch_attempts",
    "video_id",
    (
        _column("video_id", pl.String, "A video that comes from a URL."),
        _column("source", pl.String, "The URL."),
        _column("host", pl.String, "The host that the URL names."),
        _column("outcome", pl.String, "ok (fetched, or refused for what it is), passing, paused or permanent."),
        _column("attempts", pl.Int32, "Tries so far, those not counted in which the host was left alone."),
        _column("last_attempt_at", TIMESTAMP, "When it was last tried; null: not yet, its host rests."),
        _column("next_attempt_at", TIMESTAMP, "When it is worth another try; null: never by itself."),
        _column(
            "bytes_fetched", pl.Int64, "Bytes that the last try brought over the network, headers of files included."
        ),
        _column("reason", pl.String, "What went wrong, in one sentence; null: nothing."),
    ),
)
"""How the tries to fetch went. Not an asset: `raw_videos` writes it beside its own table."""

PICTURES = Table(
    "pictures",
    "picture",
    (
        _column("video_id", pl.String, "An image set."),
        _column("picture", pl.String, "Name of the picture within the folder that was given."),
        _column("number", pl.Int32, "Second under which its frame is kept: it stays with the name."),
        _column("frame_id", pl.String, "The frame; null where it was refused."),
        _column("reason", pl.String, "Why it is not among the frames, in one sentence; null where it is."),
    ),
)
"""Every picture of the image sets, as a frame or refused. Not an asset: `sampled_frames` writes it."""

PRUNED_FILES = Table(
    "pruned_files",
    "path",
    (
        _column("video_id", pl.String, "The video that the file was of."),
        _column("path", pl.String, "A video or frame that a table names and that the policy did not keep."),
        _column("bytes", pl.Int64, "Size that it had."),
        _column("pruned_at", TIMESTAMP, "When it was removed."),
    ),
)
"""Files that `retention` removed: their rows stay, and they are made again if something needs them."""

LISTED_VIDEOS = Table(
    "listed_videos",
    "video_id",
    (
        _column("list", pl.String, "URL of a playlist, channel or feed in the sources."),
        _column("video_id", pl.String, "A video that it names."),
        _column("source", pl.String, "URL of the video."),
        _column("position", pl.Int32, "Place in the list, from 1, when it was first seen."),
        _column("first_seen_at", TIMESTAMP, "When the list first named it."),
    ),
)
"""What playlists, channels and feeds named so far, within the limit of each. One file a list."""

SEALED_VIDEOS = Table(
    "sealed_videos",
    "video_id",
    (
        _column("video_id", pl.String, "A video of which the frames that show an erased person are gone."),
        _column("sealed_at", TIMESTAMP, "When."),
        _column("frames_erased", pl.Int32, "Frames that went, all times together."),
        _column("faces_erased", pl.Int32, "Detected faces that went with them, those of other people too."),
    ),
)
"""Videos whose file was erased because it shows an erased person: never fetched or sampled again."""

FORGOTTEN = Table(
    "forgotten",
    "digest",
    (
        _column(
            "digest", pl.String, "SHA-256 of 'framecurate:' and the id, 64 hex digits: the id itself is forgotten."
        ),
        _column("kind", pl.String, "video, frame, face or person."),
        _column("forgotten_at", TIMESTAMP, "When."),
    ),
)
"""What was erased on request, so that it is not taken in again and a check can prove that nothing of it is left."""

IDENTITY_CLUSTERS = Table(
    "identity_clusters",
    "face_id",
    (
        _column("face_id", pl.String, "A face candidate."),
        _column("person_id", pl.String, "`person_<number>`: stays with the person from run to run."),
        _column("track_id", pl.String, "The run of frames in one shot in which the person was followed."),
        _column("similarity", pl.Float32, "Cosine similarity to the centre of the person's faces, -1..1."),
        _column("is_core", pl.Boolean, "Within the seed threshold of the person's other faces; false: joined later."),
    ),
)

PERSON_SELECTIONS = Table(
    "person_selections",
    "path",
    (
        _column("person_id", pl.String, "The person."),
        _column("face_id", pl.String, "The face candidate."),
        _column("kind", pl.String, "high_quality or temporal_sequence."),
        _column("rank", pl.Int32, "1 is the best; in a temporal sequence 1 is the earliest."),
        _column("score", pl.Float32, "Composite of the face."),
        _column("video_id", pl.String, "The video."),
        _column("pts_s", pl.Float64, "Presentation time of the frame, seconds."),
        _column("path", pl.String, "The picture in the dataset folder."),
        _column("bytes", pl.Int64, "Size of the picture."),
        _column("emotion", pl.String, "Emotion of the face."),
        _column("source", pl.String, "The URL or path of the video."),
    ),
)

ASSET_TABLES = (
    RAW_VIDEOS,
    SAMPLED_FRAMES,
    DETECTED_FACES,
    FACE_CANDIDATES,
    IDENTITY_CLUSTERS,
    PERSON_SELECTIONS,
)
"""One table an asset, in the order of the way of the data."""

PER_VIDEO_TABLES = (
    RAW_VIDEOS,
    SAMPLED_FRAMES,
    DETECTED_FACES,
    FACE_CANDIDATES,
    FACE_VERDICTS,
    VIDEO_SETBACKS,
    FETCH_ATTEMPTS,
    PICTURES,
    PRUNED_FILES,
    LISTED_VIDEOS,
    SEALED_VIDEOS,
)
"""Stored as one file a video (`listed_videos`: a list); the others as one file."""

TABLES = (*PER_VIDEO_TABLES, IDENTITY_CLUSTERS, PERSON_SELECTIONS, FORGOTTEN)
"""Every table that the lake stores."""
