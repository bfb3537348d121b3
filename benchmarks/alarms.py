"""How many mistakes of a clustering the alarms tell, and how many alarms are false.

    python -m benchmarks.alarms [--descriptors FILE] [--crops FOLDER]

The true people of two labelled sets, in which one mistake at a time is made: a person gets all faces of one of the two
people who look most alike, or five of them; or a person is cut in two, by source, and where there is none where their
pictures fall apart most. The weights of the alarms were chosen on these sets: expect less elsewhere. Then how long it
takes over made-up descriptors of many people.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.cluster.hierarchy import fcluster, ward

from benchmarks.identity import SEED_DISTANCE, SHARED, Labels, from_crops, from_descriptors
from framecurate_assets.alarms.find import find_alarms
from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.stable_ids import person_id
from framecurate_assets.lake.tables import FACE_CANDIDATES, SAME_FRAME_TWICE

FEWEST_FACES = 4
"""Of people with fewer, neither halves nor parts mean anything."""

STRANGERS = 5
"""Faces of somebody else in the smaller mistake."""


@dataclass(frozen=True)
class Set:
    """Faces of known people in their tracks."""

    name: str
    descriptors: FloatArray
    people: Labels
    tracks: Labels
    sources: Labels

    def lake(self, people: Labels) -> tuple[pl.DataFrame, pl.DataFrame]:
        """IDENTITY_CLUSTERS and FACE_CANDIDATES, as far as alarms read them, if the faces are these people's."""
        faces = [str(number) for number in range(len(people))]
        persons = [person_id(person) for person in people.tolist()]
        tracks = [f"video/0/{track}" for track in self.tracks.tolist()]
        clusters = pl.DataFrame(
            {"face_id": faces, "person_id": persons, "model_person_id": persons, "track_id": tracks}
        )
        embedding = pl.Series(self.descriptors.tolist(), dtype=FACE_CANDIDATES.schema["embedding"])
        return clusters, pl.DataFrame({"face_id": faces, "frame_id": faces, "embedding": embedding})

    def alarms(self, people: Labels) -> pl.DataFrame:
        """What is told if the faces are taken to be these people's."""
        return find_alarms(*self.lake(people), SAME_FRAME_TWICE.empty(), (), (), SEED_DISTANCE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descriptors", type=Path, default=SHARED / "identities.npz")
    parser.add_argument("--crops", type=Path, default=SHARED / "faces")
    arguments = parser.parse_args()
    print("| faces | mistake | made | told | right side of the suggested split | false alarms in the truth |")
    print("| --- | --- | --- | --- | --- | --- |")
    for faces in sets(arguments.descriptors, arguments.crops):
        truth = faces.alarms(faces.people)
        false = {kind: truth.filter(pl.col("kind") == kind).height for kind in ("two_people", "same_person")}
        for mistake, count in (("all faces of a lookalike", None), (f"{STRANGERS} faces of a lookalike", STRANGERS)):
            purities = [purity(faces, made, person) for made, person in merged(faces, count)]
            told = [purity for purity in purities if purity is not None]
            figures = f"{len(purities)} | {len(told) / len(purities):.0%} | {np.mean(told):.0%} | {false['two_people']}"
            print(f"| {faces.name} | {mistake} | {figures} |")
        heard = [is_told(faces, made, person) for made, person in cut(faces)]
        figures = f"{len(heard)} | {np.mean(heard):.0%} | | {false['same_person']}"
        print(f"| {faces.name} | one person as two | {figures} |", flush=True)
    print("\n| faces | people | CPU seconds |\n| --- | --- | --- |")
    for count in (20_000, 200_000):
        made_up = many(count)
        lake = made_up.lake(made_up.people)
        started = time.process_time()
        find_alarms(*lake, SAME_FRAME_TWICE.empty(), (), (), SEED_DISTANCE)
        print(f"| {count} | {len(set(made_up.people.tolist()))} | {time.process_time() - started:.1f} |", flush=True)


def purity(faces: Set, people: Labels, person: int) -> float | None:
    """Of the faces that are suggested to be somebody else's, the share of one person; null: nothing is told."""
    alarms = faces.alarms(people).filter(pl.col("alarm") == f"two_people:{person_id(person)}")
    if alarms.is_empty():
        return None
    suggested = faces.people[[int(face_id) for face_id in alarms["face_ids"][0]]]
    return float(np.unique(suggested, return_counts=True)[1].max() / len(suggested))


def is_told(faces: Set, people: Labels, person: int) -> bool:
    """Whether a person who was cut in two is told to be one with anybody."""
    alarms = faces.alarms(people).filter(pl.col("kind") == "same_person")
    return person_id(person) in {*alarms["person_id"], *alarms["other_id"]}


def merged(faces: Set, count: int | None) -> Iterator[tuple[Labels, int]]:
    """People in which one got faces of one of the two nearest others; and who it is."""
    known = np.array([person for person in np.unique(faces.people) if (faces.people == person).sum() >= FEWEST_FACES])
    centres = np.stack([faces.descriptors[faces.people == person].mean(axis=0) for person in known])
    for person, centre in zip(known.tolist(), centres, strict=True):
        order = np.argsort(np.linalg.norm(centres - centre, axis=1), kind="stable")
        for other in known[order[1:3]].tolist():
            made = faces.people.copy()
            made[np.flatnonzero(faces.people == other)[:count]] = person
            yield made, person


def cut(faces: Set) -> Iterator[tuple[Labels, int]]:
    """People in which one is two; and who it is."""
    for person in np.unique(faces.people).tolist():
        rows = np.flatnonzero(faces.people == person)
        if len(rows) < FEWEST_FACES:
            continue
        sources = faces.sources[rows]
        parts = sources if len(set(sources.tolist())) > 1 else fcluster(ward(faces.descriptors[rows]), 2, "maxclust")
        for part in np.unique(parts).tolist():
            made = faces.people.copy()
            made[rows[parts == part]] = made.max() + 1
            yield made, person


def sets(descriptors: Path, crops: Path) -> Iterator[Set]:
    """All descriptors; all crops, and ten of each person."""
    data = np.load(descriptors)
    every = next(from_descriptors(descriptors))
    yield Set(every.name, every.descriptors, every.people, data["track"], data["source"])
    stills = next(from_crops(crops))
    alone = np.arange(len(stills.people))
    for count in (len(alone), 10):
        rows = np.concatenate([np.flatnonzero(stills.people == person)[:count] for person in np.unique(stills.people)])
        name = f"{len(rows)} crops of {len(set(stills.people.tolist()))} people"
        people = stills.people[rows]
        yield Set(name, stills.descriptors[rows], people, alone[rows], people)


def many(count: int) -> Set:
    """People of 20 faces each on average, in tracks of 3, as far apart as people and as wide."""
    random = np.random.default_rng(0)
    people = np.sort(random.zipf(1.5, count) % (count // 20))
    centres = random.normal(size=(count // 20, 128)) * 0.06
    descriptors = (centres[people] + random.normal(size=(count, 128)) * 0.025).astype(np.float32)
    tracks = np.arange(count) // 3 + people * count
    return Set("made up", descriptors, people, tracks, people)


if __name__ == "__main__":
    main()
