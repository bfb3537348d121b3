"""Faces: found, judged, and good enough."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.tables.table import FLOATS, Table, column

DETECTED_FACES = Table(
    "detected_faces",
    "face_id",
    (
        column("face_id", pl.String, "`<frame_id>#<n>`, n counted by x1."),
        column("frame_id", pl.String, "The frame."),
        column("video_id", pl.String, "The video."),
        column("pts_s", pl.Float64, "Presentation time of the frame, seconds."),
        column("shot", pl.Int32, "Shot of the frame."),
        column("x1", pl.Float32, "Left edge of the box, px."),
        column("y1", pl.Float32, "Top edge of the box, px."),
        column("x2", pl.Float32, "Right edge of the box, px."),
        column("y2", pl.Float32, "Bottom edge of the box, px."),
        column("face_px", pl.Float32, "Shorter side of the box, px."),
        column("face_ratio", pl.Float32, "Area of the box over area of the frame."),
        column("det_score", pl.Float32, "Detector score."),
        column(
            "landmarks",
            FLOATS,
            "10 floats: x, y of left eye, right eye, nose tip, left, right mouth corner, as seen in the image, px.",
        ),
        column("yaw", pl.Float32, "Degrees; > 0 looks to the image's right."),
        column("pitch", pl.Float32, "Degrees; > 0 looks up."),
        column("roll", pl.Float32, "Degrees; > 0 is clockwise."),
        column("sharpness", pl.Float32, "Variance of the 64-bit Laplacian of the grey crop, shrunk to 128x128."),
        column("frontality", pl.Float32, "max(0, 1 - (1.5|yaw| + |pitch| + 0.5|roll|) / 270)."),
        column(
            "composite",
            pl.Float32,
            "0.30 min(sharpness/500, 1) + 0.35 frontality + 0.25 det_score + 0.10 min(5 face_ratio, 1).",
        ),
        column("emotion", pl.String, "neutral, happy, sad, angry, fear, surprise or disgust: the highest score."),
        column("emotion_scores", FLOATS, "7 scores in that order; they sum to 1."),
        column("background_hash", pl.UInt64, "Perceptual hash of the frame around the face."),
        column("embedding", FLOATS, "The engine's descriptor; null where it was not needed."),
        column("engine", pl.String, "The engine that wrote this row."),
    ),
)


FACE_CANDIDATES = Table(
    "face_candidates",
    "face_id",
    (
        *DETECTED_FACES.columns,
        column("path", pl.String, "The 512x512 crop, JPEG quality 95."),
        column("bytes", pl.Int64, "Size of the crop."),
    ),
)


FACE_VERDICTS = Table(
    "face_verdicts",
    "face_id",
    (
        column("face_id", pl.String, "A detected face."),
        column("video_id", pl.String, "The video."),
        column(
            "reasons", pl.List(pl.String()), "All reasons for which the policy refused it; empty: it is a candidate."
        ),
    ),
)
"""What the policy said of each detected face. Not an asset: `face_candidates` writes it beside its own table,
so that `face_rejections` shows the policy as it was when the candidates were made."""
