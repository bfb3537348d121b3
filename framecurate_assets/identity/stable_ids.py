"""Person ids that stay with the person from run to run."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl

PREFIX = "person_"


def person_id(number: int) -> str:
    """`person_0001`; from 10 000 on the number is simply longer."""
    return f"{PREFIX}{number:04d}"


def person_number(identifier: str) -> int:
    """The number in a person id.

    Raises:
        ValueError: it is no person id.
    """
    digits = identifier.removeprefix(PREFIX)
    if digits == identifier or not digits.isdecimal():
        raise ValueError(f"{identifier!r} is no person id")
    return int(digits)


def keep_person_ids(
    labels: pl.DataFrame, previous: pl.DataFrame | None, highest_number: int, taken: Collection[str] = ()
) -> tuple[pl.DataFrame, int]:
    """Name each label: as the person of the last run whose faces it holds, or as somebody new.

    Labels and people are paired so that as many faces as possible keep their person (optimal assignment). A
    label that gets nobody takes the next number that was never given.

    Args:
        labels: face_id and label (integer). New people are numbered in the order of their labels.
        previous: face_id and person_id of the last run; null on the first.
        highest_number: the highest number ever given, 0 on the first run.
        taken: persons of the last run whom no label gets, however many faces they share.

    Returns:
        face_id and person_id in the order of `labels`, and the highest number ever given.
    """
    kept = _paired(labels, previous.filter(~pl.col("person_id").is_in(list(taken)))) if previous is not None else {}
    if previous is not None:
        highest_number = max([highest_number, *(person_number(person) for person in previous["person_id"].unique())])
    names: dict[int, str] = {}
    for label in labels["label"].unique().sort().to_list():
        if label in kept:
            names[label] = kept[label]
        else:
            highest_number += 1
            names[label] = person_id(highest_number)
    named = [names[label] for label in labels["label"].to_list()]
    return labels.select("face_id", pl.Series("person_id", named, dtype=pl.String)), highest_number


def _paired(labels: pl.DataFrame, previous: pl.DataFrame) -> dict[int, str]:
    """For each label that gets one, the person of the last run."""
    # SciPy takes long to load, and most who import this module only ask what an id means.
    from scipy.optimize import linear_sum_assignment

    shared = (
        labels.join(previous.select("face_id", "person_id"), on="face_id")
        .group_by("label", "person_id")
        .len("faces")
        .with_columns(number=pl.col("person_id").map_elements(person_number, return_dtype=pl.Int64))
        .sort("label", "number")
    )
    pairs: dict[int, str] = {}
    for part in shared.with_columns(component=_components(shared)).partition_by("component", maintain_order=True):
        own_labels, people = part["label"].unique().sort(), part["number"].unique().sort()
        faces = np.zeros((len(own_labels), len(people)))
        faces[own_labels.search_sorted(part["label"]), people.search_sorted(part["number"])] = part["faces"]
        for row, column in zip(*linear_sum_assignment(faces, maximize=True), strict=True):
            if faces[row, column] > 0:
                pairs[own_labels[int(row)]] = person_id(people[int(column)])
    return pairs


def _components(shared: pl.DataFrame) -> pl.Series:
    """Number the sets of labels and people that share no face with any other: each is a small problem of its own."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if shared.is_empty():
        return pl.Series("component", [], dtype=pl.Int32)
    label = shared["label"].rank("dense").to_numpy().astype(np.int64) - 1
    person = shared["number"].rank("dense").to_numpy().astype(np.int64) - 1
    nodes = label.max() + 1 + person.max() + 1
    links = coo_matrix((np.ones(len(label)), (label, label.max() + 1 + person)), shape=(nodes, nodes))
    _, components = connected_components(links, directed=False)
    return pl.Series("component", components[label], dtype=pl.Int32)
