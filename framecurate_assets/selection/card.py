"""The dataset card: what the folder is, how it was made, and what its users owe to the people in it."""

from __future__ import annotations

import polars as pl
import yaml

from framecurate_assets.lake.tables import FACE_CANDIDATES, IDENTITY_CLUSTERS, PERSON_SELECTIONS, RAW_VIDEOS
from framecurate_assets.policy import Policy
from framecurate_assets.selection.metadata import PROVENANCE

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
"""Hugging Face's size categories, by number of pictures."""

MEANING = {
    **{
        column.name: column.description
        for table in (RAW_VIDEOS, PERSON_SELECTIONS, FACE_CANDIDATES, IDENTITY_CLUSTERS)
        for column in table.columns
    },
    "file_name": "The picture, relative to this folder.",
    "picture": "Name of the picture within the folder that the source is; null: it is a video.",
    "phash": "Perceptual hash of the picture: pictures that look alike differ in few bits.",
    "sha256": "Hash of the picture's bytes.",
}
"""What each column means: as in the lake, except for what only the dataset has."""


def dataset_card(pictures: pl.DataFrame, faces_seen: int, policy: Policy, weights_licence: str) -> bytes:
    """`README.md` with the YAML header that Hugging Face reads.

    Args:
        pictures: the rows of `metadata.parquet`.
        faces_seen: how many face candidates they were chosen from.
        policy: the policy that held.
        weights_licence: licence of the engine's weights, in one sentence.
    """
    header = {
        "pretty_name": "Faces by person",
        "license": "other",
        "tags": ["faces", "framecurate"],
        "size_categories": [_size_category(pictures.height)],
    }
    sections = [
        f"---\n{yaml.safe_dump(header, sort_keys=False)}---",
        "# Faces by person",
        "Pictures of faces from videos, one folder a person, made by framecurate. Every picture is a 512 x 512 crop "
        "around one face; nothing in it was retouched.",
        "## What is in it",
        _contents(pictures, faces_seen),
        "## How it was made",
        _making(pictures, policy, weights_licence),
        "## Licences of the videos",
        _licences(pictures),
        "## The people in it",
        "Faces are personal data, in many places a special kind of it. Using this dataset needs the consent of the "
        "people shown or another lawful ground, and nothing in this folder shows that there is one. Do not use it to "
        "find out who somebody is. A person who wants to be erased: `framecurate forget` with their `person_id` "
        "takes them out of the data folder and makes this folder again; copies of it are for whoever has them to "
        "remove.\n\nPerson ids are numbers given by clustering. Clustering errs: a folder may lack pictures of its "
        "person, or hold one of somebody else, more often among people whose faces the engine tells apart badly.",
        "## Columns of metadata.parquet",
        _columns(),
        "## Policy",
        f"```yaml\n{yaml.safe_dump(policy.deciding, sort_keys=True)}```",
    ]
    return ("\n\n".join(sections) + "\n").encode()


def _contents(pictures: pl.DataFrame, faces_seen: int) -> str:
    best = pictures.filter(pl.col("kind") == "high_quality")
    sequences = pictures.filter(pl.col("kind") == "temporal_sequence")
    rows = {
        "people": pictures["person_id"].n_unique(),
        "high quality pictures": best.height,
        "temporal sequences": sequences["person_id"].n_unique(),
        "pictures in temporal sequences": sequences.height,
        "videos": pictures["video_id"].n_unique(),
        "bytes of pictures": int(pictures["bytes"].sum()),
        "face candidates they were chosen from": faces_seen,
    }
    return _table(("what", "count"), [(name, str(count)) for name, count in rows.items()])


def _making(pictures: pl.DataFrame, policy: Policy, weights_licence: str) -> str:
    selection = policy.selection
    engines = ", ".join(pictures["engine"].unique().sort().to_list()) or "none"
    return "\n".join(
        [
            "- Frames are sampled over the front, middle and end of each video; faces are found, measured and "
            "filtered by the policy below; people are clustered by face descriptors.",
            f"- `high_quality`: up to {selection.high_quality} pictures a person, the best first, no two of them "
            f"with fewer than {selection.min_hash_distance} differing bits of perceptual hash or closer than "
            f"{selection.min_gap_s:g} s in one video, spread over videos, time, pose and emotion.",
            f"- `temporal_sequence`: {selection.temporal} consecutive samples of one shot, in the order of time, at "
            f"most {selection.max_temporal_gap_s:g} s apart; a person without such a run has none.",
            f"- Everything in this folder together takes at most {policy.budget.dataset_bytes} bytes.",
            f"- Engine: {engines}. Licence of its weights: {weights_licence}",
        ]
    )


def _licences(pictures: pl.DataFrame) -> str:
    counts = pictures.group_by("licence").agg(pl.col("video_id").n_unique()).sort("licence", nulls_last=True)
    return _table(
        ("licence", "videos"), [(_cell(licence or "not stated"), str(count)) for licence, count in counts.rows()]
    )


def _columns() -> str:
    return _table(("column", "meaning"), [(f"`{name}`", _cell(MEANING[name])) for name in PROVENANCE])


def _table(head: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    return "\n".join(["| {} | {} |".format(*cells) for cells in (head, ("---", "---"), *rows)])


def _cell(text: str) -> str:
    """Text that cannot break out of a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _size_category(count: int) -> str:
    return next((name for limit, name in SIZES if count < limit), "n>1M")
