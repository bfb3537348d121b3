"""How many faces change their person when videos come, go, change their names or are looked at in another order.

    python -m benchmarks.id_stability [--descriptors FILE] [--people N]

`--descriptors` is an .npz of labelled descriptors (arrays descriptors, person, source, frame, quality). Beside it, and
where it is missing, a synthetic lake of N people is used. One face in ten is made too poor to found a person.
Everything goes through what `identity_clusters` does, and is deterministic.

Retained are faces that are in the lake before and after a step; of these, `found theirs` were nobody's before and
`changed` had somebody else. `without an event` must be 0: changes that identity_events does not tell of. Returned
are faces that were away, `to another` those that came back as somebody else. `numbered anew` is what systems without
memory do: all faces are clustered again, and people numbered in the order in which they come. The first F is to such a
full run, the last to the truth.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.labelled_lakes import from_descriptors, synthetic
from framecurate_assets.identity.cluster import cluster_faces
from framecurate_assets.identity.scores import bcubed
from framecurate_assets.people.people import People
from framecurate_assets.people.work_out import work_out_people
from framecurate_assets.policy import IdentityPolicy

SEED_DISTANCE = 0.52
"""The embedded engine's distance for these descriptors."""

SHARED = Path(__file__).parents[2] / "shared"
NOW = datetime(2025, 1, 1, tzinfo=UTC)
POLICY = IdentityPolicy()
ONE_BY_ONE = 100
"""Videos that are added one at a time."""

Owners = dict[str, str | None]
"""Faces and their persons."""


@dataclass
class Lake:
    """What two ways of numbering people remember of a lake, and who its faces really are."""

    truth: dict[str, int]
    people: People = field(default_factory=People)
    numbered_anew: Owners = field(default_factory=dict)
    ever: Owners = field(default_factory=dict)
    """The last person of each face that was ever in the lake."""

    def run(self, candidates: pl.DataFrame, policy: IdentityPolicy) -> None:
        """Work out who is who, as a run over the whole lake does."""
        self.people, _ = work_out_people(candidates, self.people, (), policy, SEED_DISTANCE, NOW)
        groups = cluster_faces(candidates, policy, SEED_DISTANCE).faces.select("face_id", "group")
        order = groups["group"].drop_nulls().unique(maintain_order=True)
        names = {group: f"person_{number}" for number, group in enumerate(order)}
        self.numbered_anew = {face: names.get(group) for face, group in groups.iter_rows()}
        self.ever |= self.owners

    @property
    def owners(self) -> Owners:
        """Whose each face is now."""
        return dict(self.people.clusters.select("face_id", "person_id").iter_rows())


@dataclass(frozen=True)
class Change:
    """What a step did."""

    retained: int = 0
    """Faces that were in the lake before and are after."""
    found: int = 0
    """Retained faces that were nobody's and are somebody's now."""
    changed: int = 0
    """Retained faces that were somebody's and are somebody else's or nobody's now."""
    unlogged: int = 0
    """Of both kinds those without an event from the one person to the other."""
    anew: int = 0
    """Retained faces whose number changed where people are numbered anew."""
    returned: int = 0
    """Faces that were away and came back."""
    returned_to_another: int = 0
    """Of these, those that are another person's than when they left."""

    def __add__(self, other: Change) -> Change:
        return Change(*(one + more for one, more in zip(vars(self).values(), vars(other).values(), strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descriptors", type=Path, default=SHARED / "identities.npz")
    parser.add_argument("--people", type=int, default=200)
    arguments = parser.parse_args()
    if arguments.descriptors.exists():
        measure(arguments.descriptors.stem, *from_descriptors(arguments.descriptors))
    measure(f"{arguments.people} synthetic people", *synthetic(arguments.people))


def measure(name: str, candidates: pl.DataFrame, truth: dict[str, int]) -> None:
    """Print a table of all steps."""
    videos = candidates["video_id"].n_unique()
    print(f"\n{candidates.height} faces of {len(set(truth.values()))} people in {videos} videos: {name}\n")
    heads = (
        "faces",
        "retained",
        "found theirs",
        "changed",
        "without an event",
        "numbered anew",
        "returned",
        "to another",
    )
    print(f"| step | {' | '.join(heads)} | F to a full run | F |")
    print(f"| --- {'| --- ' * (len(heads) + 2)}|")
    lake = Lake(truth)
    for step, faces, policy in steps(candidates):
        show(step, apply(lake, faces, policy), lake)
    one_by_one(candidates, truth)


def steps(candidates: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame, IdentityPolicy]]:
    """The lake after each step: name, FACE_CANDIDATES, policy."""
    order = np.random.default_rng(0).permutation(candidates["video_id"].unique().sort().to_list()).tolist()
    count = len(order)
    base, few, half = order[: count * 45 // 100], order[: count // 2], order[: count - 1]
    yield "45 % of the videos", of(candidates, base), POLICY
    yield "the same again", of(candidates, base), POLICY
    yield "5 % more", of(candidates, few), POLICY
    yield "50 % more", of(candidates, half), POLICY
    first = renamed(of(candidates, order[-1:]), "0-")
    here = pl.concat([of(candidates, half), first])
    yield "one that sorts first", here, POLICY
    yield "rows in another order", here.sample(fraction=1, shuffle=True, seed=1), POLICY
    left = pl.concat([of(candidates, half[count // 5 :]), first])
    yield "20 % fewer", left, POLICY
    yield "these 20 % back", here, POLICY
    others = half[: count // 10]
    again = pl.concat(
        [
            of(here, [video for video in here["video_id"].unique() if video not in others]),
            renamed(of(here, others), "r-"),
        ]
    )
    yield "10 % under other ids", again.sort("video_id"), POLICY
    without = again.filter(~pl.col("face_id").is_in(biggest_person(again)))
    yield "a person wholly away", without, POLICY
    yield "that person back", again, POLICY
    yield "another threshold", again, POLICY.model_copy(update={"distance": SEED_DISTANCE * 0.96})
    yield "the threshold as before", again, POLICY


def one_by_one(candidates: pl.DataFrame, truth: dict[str, int]) -> None:
    """Print what happens to a lake that begins empty and gets one video after the other; its last state counts."""
    order = np.random.default_rng(1).permutation(candidates["video_id"].unique().sort().to_list()).tolist()
    order = order[:ONE_BY_ONE]
    lake, total = Lake(truth), Change()
    for count in range(1, len(order) + 1):
        total += apply(lake, of(candidates, order[:count]), POLICY)
    show(f"{len(order)} videos one at a time", total, lake)


def apply(lake: Lake, candidates: pl.DataFrame, policy: IdentityPolicy) -> Change:
    """Run over the faces that are there now, and compare what was before with what is after."""
    before, before_anew, ever, events = lake.owners, lake.numbered_anew, dict(lake.ever), lake.people.events.height
    lake.run(candidates, policy)
    after = lake.owners
    moves = {
        (person, other) if kind == "merged" else (other, person)
        for kind, person, other in lake.people.events.slice(events).select("kind", "person_id", "other_id").iter_rows()
    }
    retained = before.keys() & after.keys()
    moved = [face for face in retained if before[face] != after[face]]
    returned = (ever.keys() & after.keys()) - retained
    return Change(
        len(retained),
        sum(before[face] is None for face in moved),
        sum(before[face] is not None for face in moved),
        sum((before[face], after[face]) not in moves for face in moved),
        sum(before_anew[face] != lake.numbered_anew[face] for face in retained),
        len(returned),
        sum(ever[face] != after[face] for face in returned),
    )


def show(step: str, change: Change, lake: Lake) -> None:
    """Print a row. A face that is nobody's counts as a person of its own."""
    owners = lake.owners
    faces = sorted(owners)
    ours = numbers([owners[face] or face for face in faces])
    full = numbers([lake.numbered_anew[face] or face for face in faces])
    figures = (bcubed(ours, full).f, bcubed(ours, [lake.truth[face] for face in faces]).f)
    anew = f"{change.anew} ({100 * change.anew / max(change.retained, 1):.1f} %)"
    counts = (len(faces), change.retained, change.found, change.changed, change.unlogged, anew)
    cells = (*counts, change.returned, change.returned_to_another, *(f"{figure:.3f}" for figure in figures))
    print(f"| {step} | {' | '.join(map(str, cells))} |", flush=True)


def of(candidates: pl.DataFrame, videos: list[str]) -> pl.DataFrame:
    """The faces of some videos."""
    return candidates.filter(pl.col("video_id").is_in(videos))


def renamed(candidates: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The same content under other video ids."""
    return candidates.with_columns(pl.format(f"{prefix}{{}}", name) for name in ("video_id", "frame_id", "face_id"))


def biggest_person(candidates: pl.DataFrame) -> list[str]:
    """All faces of whom a clustering sees most of."""
    faces = cluster_faces(candidates, POLICY, SEED_DISTANCE).faces
    group = faces["group"].drop_nulls().value_counts(sort=True)["group"][0]
    return faces.filter(pl.col("group") == group)["face_id"].to_list()


def numbers(names: list[str]) -> list[int]:
    """A number for each name."""
    found = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return [found[name] for name in names]


if __name__ == "__main__":
    main()
