"""Frames of videos and pictures of image sets."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.tables.table import Table, column

SAMPLED_FRAMES = Table(
    "sampled_frames",
    "frame_id",
    (
        column("frame_id", pl.String, "`<video_id>@<pts_ms>`."),
        column("video_id", pl.String, "The video."),
        column("section", pl.String, "front, middle or end: the third of the video."),
        column(
            "pts_s",
            pl.Float64,
            "Seconds from the start of the video; of an image set the picture's number in `pictures`.",
        ),
        column("is_keyframe", pl.Boolean, "Whether it decodes without any other frame."),
        column("shot", pl.Int32, "0, 1, … within the video."),
        column("width", pl.Int32, "Pixels."),
        column("height", pl.Int32, "Pixels."),
        column("path", pl.String, "The JPEG, upright, full size."),
        column("bytes", pl.Int64, "Size of the JPEG."),
        column("sharpness", pl.Float64, "Variance of the Laplacian of the grey frame scaled to 512 px height."),
        column("brightness", pl.Float64, "Mean grey value, 0..255."),
        column("contrast", pl.Float64, "Standard deviation of the grey values, 0..127.5."),
        column("edge_strength", pl.Float64, "Mean Sobel gradient magnitude of the same grey picture."),
        column("entropy", pl.Float64, "Shannon entropy of the grey histogram, bits, 0..8."),
        column("phash", pl.UInt64, "Perceptual hash: signs of the 8x8 lowest DCT coefficients."),
    ),
)


PICTURES = Table(
    "pictures",
    "picture",
    (
        column("video_id", pl.String, "An image set."),
        column("picture", pl.String, "Name of the picture within the folder that was given."),
        column("number", pl.Int32, "Second under which its frame is kept: it stays with the name."),
        column("frame_id", pl.String, "The frame; null where it was refused."),
        column("reason", pl.String, "Why it is not among the frames, in one sentence; null where it is."),
    ),
)
"""Every picture of the image sets, as a frame or refused. Not an asset: `sampled_frames` writes it."""
