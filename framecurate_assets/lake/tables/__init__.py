"""The tables of the lake: names, types, units and meaning of every column.

Times are seconds or UTC timestamps; boxes are x1, y1, x2, y2 in pixels of the upright frame; angles are
degrees (yaw > 0 looks to the image's right, pitch > 0 looks up, roll > 0 is clockwise); scores are 0..1
unless said. Paths are relative to the data folder, so that it can be moved as a whole.
"""

from framecurate_assets.lake.tables.erasure import FORGOTTEN, SEALED_VIDEOS
from framecurate_assets.lake.tables.faces import DETECTED_FACES, FACE_CANDIDATES, FACE_VERDICTS
from framecurate_assets.lake.tables.frames import PICTURES, SAMPLED_FRAMES
from framecurate_assets.lake.tables.people import (
    CORRECTIONS,
    IDENTITY_ALARMS,
    IDENTITY_CLUSTERS,
    IDENTITY_EVENTS,
    PERSON_EXEMPLARS,
    PERSON_REGISTRY,
    SAME_FRAME_TWICE,
)
from framecurate_assets.lake.tables.selections import (
    MISSING_SEQUENCES,
    PERSON_SELECTIONS,
    SELECTION_COVERAGE,
    SELECTION_VERDICTS,
    TEMPORAL_SEQUENCES,
)
from framecurate_assets.lake.tables.table import Column, Table
from framecurate_assets.lake.tables.videos import (
    FETCH_ATTEMPTS,
    LISTED_VIDEOS,
    PRUNED_FILES,
    RAW_VIDEOS,
    VIDEO_SETBACKS,
)

ASSET_TABLES = (
    RAW_VIDEOS,
    SAMPLED_FRAMES,
    DETECTED_FACES,
    FACE_CANDIDATES,
    IDENTITY_CLUSTERS,
    TEMPORAL_SEQUENCES,
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

WHOLE_LAKE_TABLES = (
    IDENTITY_CLUSTERS,
    PERSON_REGISTRY,
    PERSON_EXEMPLARS,
    IDENTITY_EVENTS,
    CORRECTIONS,
    SAME_FRAME_TWICE,
    IDENTITY_ALARMS,
    TEMPORAL_SEQUENCES,
    MISSING_SEQUENCES,
    PERSON_SELECTIONS,
    SELECTION_VERDICTS,
    SELECTION_COVERAGE,
    FORGOTTEN,
)
"""Stored as one file."""

TABLES = (*PER_VIDEO_TABLES, *WHOLE_LAKE_TABLES)
"""Every table that the lake stores."""

__all__ = [
    "ASSET_TABLES",
    "CORRECTIONS",
    "DETECTED_FACES",
    "FACE_CANDIDATES",
    "FACE_VERDICTS",
    "FETCH_ATTEMPTS",
    "FORGOTTEN",
    "IDENTITY_ALARMS",
    "IDENTITY_CLUSTERS",
    "IDENTITY_EVENTS",
    "LISTED_VIDEOS",
    "MISSING_SEQUENCES",
    "PERSON_EXEMPLARS",
    "PERSON_REGISTRY",
    "PERSON_SELECTIONS",
    "PER_VIDEO_TABLES",
    "PICTURES",
    "PRUNED_FILES",
    "RAW_VIDEOS",
    "SAME_FRAME_TWICE",
    "SAMPLED_FRAMES",
    "SEALED_VIDEOS",
    "SELECTION_COVERAGE",
    "SELECTION_VERDICTS",
    "TABLES",
    "TEMPORAL_SEQUENCES",
    "VIDEO_SETBACKS",
    "WHOLE_LAKE_TABLES",
    "Column",
    "Table",
]
