"""How time, memory and agreement with the truth change with the number of faces, beside what others use.

    python -m benchmarks.identity_scale [--descriptors FILE] [--faces N...] [--limit-s SECONDS]

Descriptors are drawn as `benchmarks.crowds` says; each face is a track and a frame of its own, the hardest case. Every
row runs in its own process; memory is the greatest resident size of that process, the descriptors in it. Others get
the thresholds that suit these descriptors best. Measure on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.crowds import draw, measure_spread
from framecurate_assets.arrays import FloatArray
from framecurate_assets.identity.faces import NOBODY, Faces
from framecurate_assets.identity.margins import measure_margins
from framecurate_assets.identity.people import find_people

SEED_DISTANCE = 0.52
FACES = (1_000, 20_000, 200_000, 1_000_000)
LARGEST = {"DBSCAN": 50_000, "HDBSCAN": 20_000, "average linkage": 20_000}
"""Beyond these the others don't fit into memory or time."""

KNOWN_FACES, NEW_FACES = 50_000, 1_000
SHARED = Path(__file__).parents[2] / "shared"
Labels = npt.NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descriptors", type=Path, default=SHARED / "identities.npz")
    parser.add_argument("--faces", type=int, nargs="+", default=FACES)
    parser.add_argument("--limit-s", type=float, default=600.0)
    parser.add_argument("--row", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.row:
        print(json.dumps(measure(arguments.row[0], int(arguments.row[1]), arguments.descriptors)))
        return
    print("| faces | method | seconds | CPU seconds | peak MB | BCubed F |")
    print("| --- | --- | --- | --- | --- | --- |")
    measured = []
    for faces in arguments.faces:
        for method in METHODS:
            if faces > LARGEST.get(method, faces):
                continue
            row = in_own_process(method, faces, arguments.descriptors, arguments.limit_s)
            if row is None:
                print(f"| {faces} | {method} | over {arguments.limit_s:.0f} | | | |", flush=True)
                continue
            figures = f"{row['seconds']:.1f} | {row['cpu']:.1f} | {row['mb']:.0f} | {row['f']:.3f}"
            print(f"| {faces} | {method} | {figures} |", flush=True)
            if method == "framecurate":
                measured.append((faces, row["seconds"], row["mb"]))
    for name, column in (("time", 1), ("memory", 2)):
        for before, after in pairwise(measured):
            exponent = np.log(after[column] / before[column]) / np.log(after[0] / before[0])
            print(f"growth of {name} from {before[0]} to {after[0]}: faces to the power of {exponent:.2f}")
    row = in_own_process("incremental", KNOWN_FACES + NEW_FACES, arguments.descriptors, arguments.limit_s)
    if row:
        times = f"{row['seconds']:.2f} s, {row['cpu']:.2f} s of CPU"
        print(f"{NEW_FACES} new faces into {KNOWN_FACES}: {times}, F against a full run {row['f']:.4f}")


def in_own_process(method: str, faces: int, descriptors: Path, limit_s: float) -> dict[str, float] | None:
    """One row, or null if it takes longer than the limit or does not fit."""
    command = [sys.executable, "-m", "benchmarks.identity_scale", "--descriptors", str(descriptors)]
    try:
        done = subprocess.run(
            [*command, "--row", method, str(faces)], capture_output=True, text=True, timeout=limit_s, check=True
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


def measure(method: str, count: int, path: Path) -> dict[str, float]:
    """Seconds, CPU seconds, peak MB and BCubed F of one method on this many faces."""
    descriptors, truth = draw(measure_spread(path), count)
    if method == "incremental":
        return incremental(descriptors)
    if method == "framecurate":
        # The libraries are loaded once a process, whatever the number of faces.
        import faiss  # noqa: F401
    started, cpu = time.perf_counter(), time.process_time()
    labels = METHODS[method](descriptors)
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6,
        "f": bcubed_f(labels, truth),
    }


def incremental(descriptors: FloatArray) -> dict[str, float]:
    """The last faces join those that a first run has settled; beside a run over all."""
    nobody = np.full(len(descriptors), NOBODY)
    before = find_people(as_faces(descriptors[:KNOWN_FACES], nobody[:KNOWN_FACES]), SEED_DISTANCE)
    settled = np.concatenate([before.labels, nobody[KNOWN_FACES:]])
    faces = as_faces(descriptors, settled)
    started, cpu = time.perf_counter(), time.process_time()
    joined = find_people(faces, SEED_DISTANCE)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    full = find_people(as_faces(descriptors, nobody), SEED_DISTANCE)
    return {"seconds": seconds, "cpu": cpu, "f": bcubed_f(joined.labels, alone(full.labels))}


def ours(descriptors: FloatArray) -> Labels:
    faces = as_faces(descriptors, np.full(len(descriptors), NOBODY))
    people = find_people(faces, SEED_DISTANCE)
    measure_margins(faces, people.voting, people.neighbourhood, people.labels, np.ones(len(descriptors), dtype=bool))
    return people.labels


def dbscan(descriptors: FloatArray) -> Labels:
    from sklearn.cluster import DBSCAN

    labels = DBSCAN(eps=0.4, min_samples=3, n_jobs=os.cpu_count()).fit_predict(descriptors)
    return np.asarray(labels, dtype=np.int64)


def hdbscan(descriptors: FloatArray) -> Labels:
    from sklearn.cluster import HDBSCAN

    return np.asarray(HDBSCAN(min_cluster_size=3, n_jobs=os.cpu_count()).fit_predict(descriptors), dtype=np.int64)


def average_linkage(descriptors: FloatArray) -> Labels:
    from scipy.cluster.hierarchy import fcluster, linkage

    return np.asarray(fcluster(linkage(descriptors, "average"), 0.5, "distance"), dtype=np.int64)


METHODS: dict[str, Callable[[FloatArray], Labels]] = {
    "framecurate": ours,
    "DBSCAN": dbscan,
    "HDBSCAN": hdbscan,
    "average linkage": average_linkage,
}


def as_faces(descriptors: FloatArray, settled: Labels) -> Faces:
    """Each face a track and a frame of its own, all of the same quality."""
    count = len(descriptors)
    keys = np.random.default_rng(1).integers(0, 2**63, count).astype(np.uint64)
    quality, founders = np.full(count, 0.8, dtype=np.float32), np.ones(count, dtype=np.bool_)
    return Faces(descriptors, np.arange(count), np.arange(count), quality, founders, settled, keys)


def alone(labels: Labels) -> Labels:
    """Whoever is nobody's is a person of their own."""
    nobodys = labels < 0
    labels = labels.copy()
    labels[nobodys] = labels.max() + 1 + np.arange(nobodys.sum())
    return labels


def bcubed_f(labels: Labels, truth: Labels) -> float:
    """BCubed F without a table of all groups and people, as `framecurate_assets.identity.scores` makes it."""
    labels = alone(labels)
    people = int(truth.max()) + 1
    pairs, shared = np.unique(labels * people + truth, return_counts=True)
    squares = shared.astype(np.float64) ** 2 / len(labels)
    precision = (squares / np.bincount(labels)[pairs // people]).sum()
    recall = (squares / np.bincount(truth)[pairs % people]).sum()
    return float(2 * precision * recall / (precision + recall))


if __name__ == "__main__":
    main()
