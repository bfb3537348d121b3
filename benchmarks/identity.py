"""How well faces are grouped into people, beside what others use, on the same descriptors.

    python -m benchmarks.identity [--descriptors FILE] [--crops FOLDER]

`--descriptors` is an .npz of labelled descriptors (arrays descriptors, person, track, source, frame, quality);
`--crops` holds one folder of aligned 112x112 face pictures per person. Thresholds were chosen with both of these
sets in view, those of average linkage too: the figures are a best case. Everything is deterministic.
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
from framecurate_assets.identity.scores import bcubed, pairwise, people_merged, people_split
from framecurate_assets.pictures.files import read_picture

SEED_DISTANCE = 0.52
"""The embedded engine's distance for these descriptors."""

DBSCAN_EPS, DBSCAN_MIN_SAMPLES = 0.4, 3
"""As commonly used with face descriptors of other networks."""

LINKAGE_THRESHOLD = 0.06
"""The best cosine threshold for average linkage on dlib's descriptors: for other networks it is far higher."""

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
    for faces in (*from_descriptors(arguments.descriptors), *from_crops(arguments.crops)):
        for name, method in methods.items():
            labels, truth = method(faces).tolist(), faces.people.tolist()
            score = bcubed(labels, truth)
            figures = (pairwise(labels, truth).f, score.f, score.precision, score.recall)
            counts = (len(set(labels)), people_split(labels, truth), people_merged(labels, truth))
            cells = [faces.name, name, *(f"{figure:.3f}" for figure in figures), *map(str, counts)]
            print(f"| {' | '.join(cells)} |", flush=True)


def ours(faces: LabelledFaces) -> Labels:
    """Tracks, whispers, fragments and leftovers."""
    candidates = faces.candidates()
    people = cluster_faces(candidates, SEED_DISTANCE).frame.select("face_id", "person_id")
    joined = candidates.join(people, on="face_id", maintain_order="left")
    return np.asarray(joined["person_id"].rank("dense").to_numpy(), dtype=np.int64)


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
    yield LabelledFaces(f"{name}, stills", descriptors, people, stills, np.zeros(count, dtype=np.float32), quality)
    times = np.arange(count, dtype=np.float32) * 2
    yield LabelledFaces(f"{name}, one sequence", descriptors, people, ["sequence"] * count, times, quality)


def on_grey(path: Path) -> tuple[RGBImage, FloatArray]:
    """An aligned 112x112 crop in the middle of a grey picture, RGB, and the box of its face.

    The box is where faces lie in such crops: eyes at 46 % and mouth at 82 % of the height.
    """
    frame = np.full((240, 240, 3), 127, dtype=np.uint8)
    frame[64:176, 64:176] = cv2.resize(read_picture(path), (112, 112))
    return frame, np.array([[80, 88, 160, 174]], dtype=np.float32)


if __name__ == "__main__":
    main()
