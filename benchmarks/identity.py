"""How well faces are grouped into people, beside what others use, on the same descriptors.

    python -m benchmarks.identity [--descriptors FILE] [--crops FOLDER]

`--descriptors` is an .npz of labelled descriptors (arrays descriptors, person, track, source, frame, quality);
`--crops` holds one folder of aligned 112x112 face pictures per person. Thresholds were chosen with both of these
sets in view, those of average linkage too: the figures are a best case. Everything is deterministic. A face that is
nobody's counts as a person of its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.cluster import DBSCAN, AgglomerativeClustering

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.faces.embedded.descriptor import Descriptor
from framecurate_assets.identity.cluster import cluster_faces
from framecurate_assets.identity.clustering import Clustering
from framecurate_assets.identity.scores import bcubed, pairwise, people_merged, people_split
from framecurate_assets.pictures.files import read_picture
from framecurate_assets.policy import IdentityPolicy

SEED_DISTANCE = 0.52
"""The embedded engine's distance for these descriptors."""

DBSCAN_EPS, DBSCAN_MIN_SAMPLES = 0.4, 3
"""As commonly used with face descriptors of other networks."""

LINKAGE_THRESHOLD = 0.06
"""The best cosine threshold for average linkage on dlib's descriptors: for other networks it is far higher."""

ENOUGH_FACES = 5
"""Good faces of a person from which the product promises to know them."""

MARGIN = 0.1
"""How much nearer, as a share, a face has to be to its person than to the next one to be selected."""

YAW_PER_ASYMMETRY = 82.0
"""Degrees of yaw per offset of the nose along the eye line, in eye distances."""

SHARED = Path(__file__).parents[2] / "shared"
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LabelledFaces:
    """Faces of known people, as candidates of a lake."""

    name: str
    descriptors: FloatArray
    people: Labels
    videos: list[str]
    times: FloatArray
    """Seconds from the start of the video."""
    quality: FloatArray
    """Score of the detector, 0..1."""
    frontality: FloatArray
    """0..1."""
    sharpness: FloatArray
    """Variance of the Laplacian of the crop at 512x512, about."""

    def of_people_with(self, least: int) -> LabelledFaces:
        """The same without people of whom there are fewer faces."""
        kept = np.flatnonzero(np.bincount(self.people)[self.people] >= least)
        return LabelledFaces(
            f"{self.name}, people with >= {least} faces",
            self.descriptors[kept],
            self.people[kept],
            [self.videos[row] for row in kept.tolist()],
            self.times[kept],
            self.quality[kept],
            self.frontality[kept],
            self.sharpness[kept],
        )

    def candidates(self) -> pl.DataFrame:
        """The columns of FACE_CANDIDATES that clustering reads; boxes never overlap, so position says nothing."""
        left = np.arange(len(self.people)) * 200.0
        faces = pl.DataFrame(
            {
                "video_id": self.videos,
                "pts_s": self.times.astype(np.float64),
                "shot": np.zeros(len(left), dtype=np.int32),
                "x1": left,
                "y1": np.zeros(len(left)),
                "x2": left + 100,
                "y2": np.full(len(left), 100.0),
                "composite": self.quality,
                "det_score": self.quality,
                "frontality": self.frontality,
                "sharpness": self.sharpness,
                "embedding": self.descriptors.tolist(),
                "engine": ["dlib"] * len(left),
            }
        ).with_columns(frame_id=pl.format("{}@{}", "video_id", (pl.col("pts_s") * 1000).round().cast(pl.Int64)))
        number = pl.int_range(pl.len()).over("frame_id")
        return faces.with_columns(face_id=pl.format("{}#{}", "frame_id", number))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descriptors", type=Path, default=SHARED / "identities.npz")
    parser.add_argument("--crops", type=Path, default=SHARED / "faces")
    arguments = parser.parse_args()
    methods: dict[str, Callable[[LabelledFaces], Labels]] = {
        "framecurate": ours,
        f"DBSCAN, cosine {DBSCAN_EPS}, min {DBSCAN_MIN_SAMPLES}": dbscan,
        f"average linkage, cosine {LINKAGE_THRESHOLD}": average_linkage,
    }
    print("| faces | method | pairwise F | BCubed F | precision | recall | groups | people split | people merged |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    notes = []
    for every in (*from_descriptors(arguments.descriptors), *from_crops(arguments.crops)):
        for faces in (every, every.of_people_with(ENOUGH_FACES)):
            if faces is not every and len(faces.people) == len(every.people):
                continue
            for name, method in methods.items():
                labels, truth = method(faces).tolist(), faces.people.tolist()
                score = bcubed(labels, truth)
                figures = (pairwise(labels, truth).f, score.f, score.precision, score.recall)
                counts = (len(set(labels)), people_split(labels, truth), people_merged(labels, truth))
                cells = [faces.name, name, *(f"{figure:.3f}" for figure in figures), *map(str, counts)]
                print(f"| {' | '.join(cells)} |", flush=True)
            notes.append(f"{faces.name}: {trusted(faces)}")
    print("\nframecurate:", *notes, sep="\n- ")


def clustered(faces: LabelledFaces) -> Clustering:
    """All faces may found a person, as in a lake whose candidates passed the strict preset."""
    policy = IdentityPolicy(founder_sharpness=0, founder_frontality=0, founder_confidence=0)
    return cluster_faces(faces.candidates(), policy, SEED_DISTANCE)


def trusted(faces: LabelledFaces) -> str:
    """What holds of the faces that selection trusts: core faces, clearly nearer to their person than to the next."""
    clustering = clustered(faces)
    truth = faces.candidates().select("face_id", truth=pl.Series(faces.people))
    found = clustering.faces.join(truth, on="face_id")
    margin = 1 - pl.col("distance") / pl.col("rival_distance")
    chosen = found.filter(pl.col("group").is_not_null() & pl.col("is_core") & (margin.fill_null(1) >= MARGIN))
    lost = set(truth["truth"]) - set(chosen["truth"])
    facts = clustering.facts
    return (
        f"{facts['unassigned']} faces are nobody's; of the {chosen.height} that selection would trust "
        f"{people_merged(chosen['group'].to_list(), chosen['truth'].to_list())} people share a group with another, and "
        f"{len(lost)} people have none; threshold {facts['seed_threshold']} from {facts['threshold_from']}, "
        f"interval {facts.get('threshold_interval', 'unknown')}, on {facts['labels_same_person']} tracks and "
        f"{facts['labels_different_people']} pairs of people in one frame"
    )


def ours(faces: LabelledFaces) -> Labels:
    """Tracks, whispers, fragments, leftovers and strays."""
    groups = clustered(faces).faces.select("face_id", "group")
    joined = faces.candidates().join(groups, on="face_id", maintain_order="left")
    alone = -1 - pl.int_range(pl.len())
    return np.asarray(joined.select(pl.col("group").fill_null(alone))["group"].to_numpy(), dtype=np.int64)


def dbscan(faces: LabelledFaces) -> Labels:
    """Faces that DBSCAN calls noise are people of their own."""
    labels = DBSCAN(eps=DBSCAN_EPS, min_samples=DBSCAN_MIN_SAMPLES, metric="cosine").fit_predict(faces.descriptors)
    noise = labels < 0
    labels[noise] = labels.max() + 1 + np.arange(noise.sum())
    return np.asarray(labels, dtype=np.int64)


def average_linkage(faces: LabelledFaces) -> Labels:
    model = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=LINKAGE_THRESHOLD
    )
    return np.asarray(model.fit_predict(faces.descriptors), dtype=np.int64)


def from_descriptors(path: Path) -> Iterator[LabelledFaces]:
    """All faces, and at most three of each true track; frames are taken for a 25th of a second."""
    data = np.load(path)
    people = len(set(data["person"].tolist()))
    quality = data["quality"][:, 0]
    order = np.lexsort((-quality, data["track"]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.searchsorted(data["track"][order], data["track"][order])
    for name, rows in (("all", np.arange(len(order))), ("at most 3 a track", np.flatnonzero(rank < 3))):
        yield LabelledFaces(
            f"{len(rows)} descriptors of {people} people, {name}",
            data["descriptors"][rows],
            data["person"][rows].astype(np.int64),
            [f"source-{source:04d}" for source in data["source"][rows].tolist()],
            (data["frame"][rows] / 25).astype(np.float32),
            quality[rows],
            np.maximum(0, 1 - 1.5 * YAW_PER_ASYMMETRY * np.abs(data["quality"][rows, 2]) / 270).astype(np.float32),
            data["quality"][rows, 3],
        )


def from_crops(folder: Path) -> Iterator[LabelledFaces]:
    """Independent stills, each a video of its own; and as if they were samples of one video, 2 s apart."""
    describe = Descriptor()
    paths = sorted(folder.glob("*/*.png"))
    descriptors = np.concatenate([describe(*on_grey(path)) for path in paths])
    people = np.unique([path.parent.name for path in paths], return_inverse=True)[1].astype(np.int64)
    count = len(paths)
    name = f"{count} crops of {people.max() + 1} people"
    quality = np.full(count, 0.5, dtype=np.float32)
    stills = [f"still-{number:04d}" for number in range(count)]
    measured = quality, np.ones(count, dtype=np.float32), np.full(count, 200, dtype=np.float32)
    yield LabelledFaces(f"{name}, stills", descriptors, people, stills, np.zeros(count, dtype=np.float32), *measured)
    times = np.arange(count, dtype=np.float32) * 2
    yield LabelledFaces(f"{name}, one sequence", descriptors, people, ["sequence"] * count, times, *measured)


def on_grey(path: Path) -> tuple[RGBImage, FloatArray]:
    """An aligned 112x112 crop in the middle of a grey picture, RGB, and the box of its face.

    The box is where faces lie in such crops: eyes at 46 % and mouth at 82 % of the height.
    """
    frame = np.full((240, 240, 3), 127, dtype=np.uint8)
    frame[64:176, 64:176] = cv2.resize(read_picture(path), (112, 112))
    return frame, np.array([[80, 88, 160, 174]], dtype=np.float32)


if __name__ == "__main__":
    main()
