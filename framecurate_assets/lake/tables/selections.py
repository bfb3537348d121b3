"""What goes into the dataset, and what does not."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.tables.faces import DETECTED_FACES
from framecurate_assets.lake.tables.table import Table, column

TEMPORAL_SEQUENCES = Table(
    "temporal_sequences",
    "face_id",
    (
        column("person_id", pl.String, "The person."),
        column("position", pl.Int32, "1 is the earliest."),
        column("anchor_face_id", pl.String, "The face candidate around which frames were decoded."),
        column("distance", pl.Float32, "Euclidean distance of the descriptor to the anchor's."),
        column("face_id", pl.String, "`<frame_id>#s<n>`, n counted by x1: those of sampled frames have no s."),
        column("frame_id", pl.String, "`<video_id>@<pts_ms>`; the frame need not be a sampled one."),
        *DETECTED_FACES.columns[2:],
        column("path", pl.String, "The 512x512 crop, JPEG quality 95."),
        column("bytes", pl.Int64, "Size of the crop."),
    ),
)

MISSING_SEQUENCES = Table(
    "missing_sequences",
    "person_id",
    (
        column("person_id", pl.String, "A person without a temporal sequence."),
        column("anchor_face_id", pl.String, "The face that was tried last, or would be; null: none is sure."),
        column("reason", pl.String, "Why there is none, in one sentence."),
    ),
)
"""Not an asset: `temporal_sequences` writes it beside its own table."""

PERSON_SELECTIONS = Table(
    "person_selections",
    "path",
    (
        column("person_id", pl.String, "The person."),
        column("face_id", pl.String, "The face candidate, or the face of a temporal sequence."),
        column("kind", pl.String, "high_quality or temporal_sequence."),
        column("rank", pl.Int32, "1 is the best; in a temporal sequence 1 is the earliest."),
        column("score", pl.Float32, "Composite of the face."),
        column("video_id", pl.String, "The video."),
        column("pts_s", pl.Float64, "Presentation time of the frame, seconds."),
        column("path", pl.String, "The picture in the dataset folder."),
        column("bytes", pl.Int64, "Size of the picture."),
        column("emotion", pl.String, "Emotion of the face."),
        column("source", pl.String, "The URL or path of the video."),
        column("split", pl.String, "train or validation."),
        column("phash", pl.UInt64, "Perceptual hash of the picture."),
    ),
)

SELECTION_VERDICTS = Table(
    "selection_verdicts",
    "face_id",
    (
        column("face_id", pl.String, "A face candidate that has a person and was not chosen as high_quality."),
        column("person_id", pl.String, "The person."),
        column("reason", pl.String, "The rule that left it out: docs/selection.md says what each word means."),
        column("rival_id", pl.String, "The chosen face that stands for it or gained more; null where there is none."),
        column("value", pl.Float64, "What was measured."),
        column("threshold", pl.Float64, "What it was measured against."),
    ),
)
"""Why not. Not an asset: `person_selections` writes it beside its own table."""

SELECTION_COVERAGE = Table(
    "selection_coverage",
    "person_id",
    (
        column("person_id", pl.String, "The person."),
        column("pose", pl.String, "front, left, right, up or down."),
        column("expression", pl.String, "The emotion."),
        column("candidates", pl.Int64, "Face candidates of that kind."),
        column("chosen", pl.Int64, "Of these, chosen as high_quality. 0 with 0 candidates: what is missing."),
    ),
)
"""What of each person is there and what is missing. Written by `person_selections`."""
