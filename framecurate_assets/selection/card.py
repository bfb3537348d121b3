"""The dataset card: what the folder is, how it was made, and what its users owe to the people in it."""

from __future__ import annotations

from typing import Any

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
    "person_id": "`person_<number>`: stays with the person from run to run.",
    "file_name": "The picture, relative to this folder.",
    "picture": "Name of the picture within the folder that the source is; null: it is a video.",
    "phash": "Perceptual hash of the picture: pictures that look alike differ in few bits.",
    "sha256": "Hash of the picture's bytes.",
    "brightness": "Mean grey value of the picture, 0..255.",
    "person_name": "As a person named them; null: nobody did.",
    "track_id": "The run of frames in one shot in which the person was followed.",
}
"""What each column means: as in the lake, except for what only the dataset has."""


def dataset_card(
    pictures: pl.DataFrame,
    faces_seen: int,
    coverage: pl.DataFrame,
    facts: dict[str, Any],
    policy: Policy,
    weights_licence: str,
) -> bytes:
    """`README.md` with the YAML header that Hugging Face reads.

    Args:
        pictures: the rows of `metadata.parquet`.
        faces_seen: how many face candidates they were chosen from.
        coverage: `coverage.of_everybody`.
        facts: gain and gain_bound of the selection.
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
        _making(pictures, facts, policy, weights_licence),
        "## Poses and expressions",
        "High quality pictures, and in brackets the candidates of everyone in it. What is 0 is missing.",
        _coverage(coverage),
        "## Training and validation",
        "The column `split`; `metadata/splits.json` names the videos. No video, and no two pictures of two videos that "
        "look the same, are in both. Everyone with several such units has at least one for training; who has one "
        "only is in training, unless somebody else could not be in validation without it.",
        _splits(pictures),
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
        f"```yaml\n{yaml.safe_dump(_published(policy), sort_keys=True)}```",
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


def _splits(pictures: pl.DataFrame) -> str:
    rows = []
    for name in ("train", "validation"):
        of_split = pictures.filter(pl.col("split") == name)
        counts = (of_split.height, of_split["person_id"].n_unique(), of_split["video_id"].n_unique())
        rows.append((name, *map(str, counts)))
    return _table(("split", "pictures", "people", "videos"), rows)


def _coverage(coverage: pl.DataFrame) -> str:
    """A row a pose, a column an expression."""
    cells = coverage.select("pose", "expression", pl.format("{} ({})", "chosen", "candidates").alias("cell"))
    expressions = cells["expression"].unique(maintain_order=True).to_list()
    rows = [(pose, *row["cell"].to_list()) for (pose,), row in cells.group_by("pose", maintain_order=True)]
    return _table(("pose", *expressions), rows) if rows else "There is nobody."


def _making(pictures: pl.DataFrame, facts: dict[str, Any], policy: Policy, weights_licence: str) -> str:
    selection = policy.selection
    engines = ", ".join(pictures["engine"].unique().sort().to_list()) or "none"
    return "\n".join(
        [
            "- Frames are sampled over the front, middle and end of each video; faces are found, measured and "
            "filtered by the policy below; people are clustered by face descriptors.",
            f"- `high_quality`: up to {selection.high_quality} pictures a person, the best first, no two of them "
            f"with fewer than {selection.min_hash_distance} differing bits of perceptual hash or closer than "
            f"{selection.min_gap_s:g} s in one video, and at most {selection.max_shot_share:.0%} from one shot while "
            "there are others; chosen for quality and for variety of video, pose, expression, light, background and "
            "time.",
            f"- `temporal_sequence`: {selection.temporal} frames of one shot, {selection.temporal_step_s:g} s apart, "
            "in the order of time; a person of whom there is no such run has none.",
            f"- Everything in this folder together takes at most {policy.budget.dataset_bytes} bytes. The pictures "
            f"gain {facts['gain']:.2f} of at most {facts['gain_bound']:.2f} that any choice within these bytes could "
            f"(gap {facts['gap']:.1%}).",
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


def _published(policy: Policy) -> dict[str, Any]:
    """The policy, without the places of the photos to which the selection may be limited."""
    values = policy.deciding
    values["selection"]["only_like"] = f"{len(policy.selection.only_like)} photos"
    return values


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(text: str) -> str:
    """Text that cannot break out of a table cell."""
    return " ".join(text.split()).replace("|", "\\|")


def _size_category(count: int) -> str:
    return next((name for limit, name in SIZES if count < limit), "n>1M")
