"""What a byte budget buys: people served, gain and distance to the bound, beside two simple ways to fill it.

    python -m benchmarks.budget

A simulated lake, the same in every run: 300 videos and 495 people, who are each in 1 + Poisson(3) videos, there in
1 + Poisson(2) shots, and in each of these in 1 + Poisson(4.8) samples 2 s apart, as far as 2.2 GB of crops go. A crop
has 25 to 100 kB, more where it is sharp. Within a shot the composite, the pose and the hash drift from sample to
sample (3 of 10 samples look the same as the one before), the expression changes in one of five, light and background
stay. One face in 14 joined its person later, one in 20 is about as near to somebody else. Nine of ten people have a
sequence of five more frames.

First come keeps what comes until the budget is full, in the order of videos; best first the best composite. "Ten
each" is the same with at most ten faces a person. Neither knows duplicates, doubtful faces or metadata, which all
count in their favour. The gain is that of the best frames, ten of each person at most; the gap is that of everything,
sequences included, to what no selection could exceed.
"""

from __future__ import annotations

import time

import numpy as np
import polars as pl

from framecurate_assets.lake.tables import FACE_CANDIDATES, IDENTITY_CLUSTERS, TEMPORAL_SEQUENCES
from framecurate_assets.policy import Policy
from framecurate_assets.selection.choosing import Choosing
from framecurate_assets.selection.pool import Pool, Rules
from framecurate_assets.selection.select import Selection, select

VIDEOS, PEOPLE, CANDIDATE_BYTES = 300, 495, 2_200_000_000
BUDGETS = (1_000_000_000, 400_000_000, 200_000_000, 100_000_000, 50_000_000)
THRESHOLD = 0.52
EMOTIONS = ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")
SAMPLE_S = 2.0


def main() -> None:
    faces = simulate()
    sequences = with_sequences(faces)
    candidates = f"{faces.height} candidates, {int(faces['bytes'].sum()) / 1e9:.2f} GB"
    print(f"{faces['video_id'].n_unique()} videos, {faces['person_id'].n_unique()} people, {candidates}\n")
    print("| budget, MB | way | bytes over | people | with 3 | with 10 | 10, % | sequences | gain | gap, % | CPU s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for budget in BUDGETS:
        policy = Policy.model_validate({"budget": {"dataset_bytes": budget}})
        started = time.process_time()
        selection = select(faces, policy, "simulated", threshold=THRESHOLD, sequences=sequences)
        row(budget, "framecurate", *ours(selection, faces, policy), f"{time.process_time() - started:.1f}")
        come = faces.sort("video_id", "pts_s", "face_id")
        best = faces.sort("composite", "face_id", descending=[True, False])
        for name, order in (("first come", come), ("best first", best)):
            ten = order.filter(pl.int_range(pl.len()).over("person_id") < policy.selection.high_quality)
            for each, rows in (("", order), (", ten each", ten)):
                row(budget, name + each, *theirs(rows.filter(pl.col("bytes").cum_sum() <= budget), policy))


def row(budget: int, *cells: str) -> None:
    print(f"| {budget / 1e6:.0f} | {' | '.join(cells)} |", flush=True)


def ours(selection: Selection, faces: pl.DataFrame, policy: Policy) -> tuple[str, ...]:
    pictures = selection.pictures.select("face_id", "person_id", "kind", "rank").sort("person_id", "rank")
    sequences = pictures.filter(pl.col("kind") == "temporal_sequence")["person_id"].n_unique()
    best = pictures.filter(pl.col("kind") == "high_quality").select("face_id")
    kept = best.join(faces, on="face_id", maintain_order="left")
    over = max(0, selection.size - policy.budget.dataset_bytes)
    return str(over), *served(kept), str(sequences), gain(kept, policy), f"{100 * selection.facts['gap']:.2f}"


def theirs(kept: pl.DataFrame, policy: Policy) -> tuple[str, ...]:
    return "0", *served(kept), "0", gain(kept, policy), "-", "-"


def gain(kept: pl.DataFrame, policy: Policy) -> str:
    """Of the first ten pictures of each person."""
    ten = kept.filter(pl.int_range(pl.len()).over("person_id") < policy.selection.high_quality)
    pool = Pool.of(ten.sort("person_id", maintain_order=True))
    rules = Rules.of(policy.selection.model_copy(update={"min_hash_distance": 0, "min_gap_s": 0.0}), threshold=0.0)
    choosing = Choosing(pool, rules, 0.0, np.ones(len(pool.person), dtype=bool))
    while (rows := choosing.best(choosing.left)).size:
        choosing.take(rows)
    return f"{choosing.gain:.0f}"


def served(pictures: pl.DataFrame) -> tuple[str, ...]:
    counts = pictures["person_id"].value_counts()["count"]
    with_ten = int((counts >= 10).sum())
    return str(len(counts)), str(int((counts >= 3).sum())), str(with_ten), f"{100 * with_ten / PEOPLE:.1f}"


def simulate() -> pl.DataFrame:
    """The columns that `select` takes."""
    rng = np.random.default_rng(4)
    rows: list[dict[str, object]] = []
    spent, person = 0, 0
    while spent < CANDIDATE_BYTES:
        # Everybody once, and those who are left over until the bytes are spent.
        name = f"person_{person % PEOPLE + 1:04d}"
        for video in rng.choice(VIDEOS, 1 + rng.poisson(3 if person < PEOPLE else 0), replace=False).tolist():
            for _ in range(1 + rng.poisson(2)):
                shot = one_shot(rng, name, video, len(rows))
                rows += shot
                spent += sum(int(str(face["bytes"])) for face in shot)
        person += 1
    frame = pl.DataFrame(rows).with_columns(over=pl.col("bytes").cum_sum() > CANDIDATE_BYTES).filter(~pl.col("over"))
    return complete(frame.drop("over"), {**FACE_CANDIDATES.schema, **IDENTITY_CLUSTERS.schema})


def one_shot(rng: np.random.Generator, person: str, video: int, number: int) -> list[dict[str, object]]:
    """The samples of a person in one shot."""
    count = 1 + int(rng.poisson(4.8))
    start, quality = float(rng.uniform(0, 1200)), float(rng.uniform(0.62, 0.92))
    yaw, pitch, light = rng.normal(0, 12), rng.normal(0, 8), float(rng.uniform(50, 200))
    background, phash = (int(value) for value in rng.integers(0, 2**63, 2, dtype=np.int64))
    emotion = str(rng.choice(EMOTIONS))
    rows: list[dict[str, object]] = []
    for sample in range(count):
        yaw, pitch = float(np.clip(yaw + rng.normal(0, 5), -29, 29)), float(np.clip(pitch + rng.normal(0, 3), -24, 24))
        quality = float(np.clip(quality + rng.normal(0, 0.03), 0.55, 0.97))
        emotion = str(rng.choice(EMOTIONS)) if rng.random() < 0.2 else emotion
        changed = 2 if rng.random() < 0.3 else 8
        for bit in rng.choice(63, changed if sample else 0, replace=False).tolist():
            phash ^= 1 << bit
        size = int(np.clip(rng.normal(62_000 + 80_000 * (quality - 0.77), 14_000), 25_000, 100_000))
        seconds = round(start + SAMPLE_S * sample, 3)
        frame = f"v{video:03d}@{round(seconds * 1000)}"
        rows.append(
            {
                "face_id": f"{frame}#{number + sample}",
                "frame_id": frame,
                "video_id": f"v{video:03d}",
                "person_id": person,
                "pts_s": seconds,
                "shot": number,
                "yaw": yaw,
                "pitch": pitch,
                "composite": quality,
                "emotion": emotion,
                "background_hash": background,
                "brightness": light,
                "phash": phash,
                "bytes": size,
                "is_core": bool(rng.random() > 1 / 14),
                "distance": 0.3,
                "rival_distance": 0.31 if rng.random() < 1 / 20 else 0.6,
            }
        )
    return rows


def with_sequences(faces: pl.DataFrame) -> pl.DataFrame:
    """Five frames around the best face of nine people of ten, one of them its own."""
    rng = np.random.default_rng(5)
    best = faces.sort("composite", descending=True).unique("person_id", keep="first").sort("person_id")
    rows = []
    for face in best.filter(pl.Series(rng.random(best.height) < 0.9)).iter_rows(named=True):
        for position in range(1, 6):
            seconds = round(face["pts_s"] + 0.2 * (position - 3), 3)
            frame = f"{face['video_id']}@{round(seconds * 1000)}"
            own = {"face_id": f"{frame}#s{position}", "frame_id": frame, "pts_s": seconds, "position": position}
            rows.append({**face, **own, "anchor_face_id": face["face_id"], "phash": face["phash"] ^ position})
    return complete(pl.DataFrame(rows, infer_schema_length=None), dict(TEMPORAL_SEQUENCES.schema))


def complete(frame: pl.DataFrame, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """With all columns of a schema and what selection reads beside it; what is not simulated is null."""
    more = ("picture", "label", "licence", "uploader", "video_sha256")
    frame = frame.with_columns(
        path=pl.format("faces/{}.jpg", "face_id"),
        source=pl.col("video_id"),
        sha256=pl.col("face_id"),
        engine=pl.lit("simulated"),
        phash=pl.col("phash").cast(pl.UInt64),
        background_hash=pl.col("background_hash").cast(pl.UInt64),
        **{name: pl.lit(None, pl.String()) for name in more},
    )
    missing = {name: pl.lit(None, dtype) for name, dtype in schema.items() if name not in frame.columns}
    return frame.with_columns(**missing).with_columns(pl.col(name).cast(dtype) for name, dtype in schema.items())


if __name__ == "__main__":
    main()
