"""What the policy said of a face: every rule with its value, and the nearest misses of a video."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import polars as pl

from framecurate_assets.faces.judge import judge
from framecurate_assets.faces.rules import KEPT, MISSED, Rule, is_number, threshold_rules, with_shares
from framecurate_assets.lake import tables
from framecurate_assets.policy import CandidatePolicy
from framecurate_assets.stages import FACE_CANDIDATES
from framecurate_assets.why.answer import Step, figure, number_of
from framecurate_assets.why.records import Records

STAGE = FACE_CANDIDATES.name

OTHER_RULES = {
    "composite": "composite was measured",
    "cut": "it lies wholly within the frame",
    "embedding": "it has a descriptor",
}
"""Rules without a threshold, by the word of their reason, and what holds where a face keeps to them."""


def rule_steps(face_id: str, records: Records) -> list[Step]:
    """A step for each rule of today's policy, passed or failed: the value and the threshold."""
    faces = _with_frame_sizes(records)
    face = with_shares(faces).filter(pl.col("face_id") == face_id)
    steps = [_threshold_step(face, rule) for rule in threshold_rules(records.policy.candidates)]
    judged = judge(faces, _without_limit(records.policy.candidates))
    reasons = {_word(reason): reason for reason in _reasons(judged, face_id)}
    for word, holds in OTHER_RULES.items():
        outcome = "failed" if word in reasons else "passed"
        steps.append(Step(STAGE, outcome, reasons.get(word, holds), rule=word))
    return steps + ([] if reasons else _rank_steps(face_id, faces, judged, records))


def verdict(face_id: str, records: Records) -> Step:
    """What was decided when the candidates were last made."""
    verdicts = records.rows(tables.FACE_VERDICTS)
    if face_id not in verdicts["face_id"]:
        return Step(STAGE, "not judged yet", "It was not judged yet: `framecurate run` does that.")
    reasons = _reasons(verdicts, face_id)
    if reasons:
        return Step(STAGE, "refused", f"The policy refused it: {'; '.join(reasons)}.", rule=_word(reasons[0]))
    crops = records.rows(tables.FACE_CANDIDATES).filter(pl.col("face_id") == face_id)["path"].to_list()
    return Step(STAGE, "candidate", f"It passed every rule; its crop is {crops[0]}.")


def refusals(records: Records) -> list[Step]:
    """For each rule that refused faces of the video how many, and which face missed it by least."""
    verdicts = records.rows(tables.FACE_VERDICTS)
    words = [[_word(reason) for reason in reasons] for reasons in verdicts["reasons"]]
    counts, alone = Counter(chain.from_iterable(words)), Counter(of_face[0] for of_face in words if len(of_face) == 1)
    faces = with_shares(_with_frame_sizes(records)).join(verdicts.select("face_id", "reasons"), on="face_id")
    rules = {rule.name: rule for rule in threshold_rules(records.policy.candidates)}
    return [
        _refusal(word, counts[word], alone[word], faces, rules.get(word))
        for word in sorted(counts, key=lambda word: (-counts[word], word))
    ]


def _refusal(word: str, count: int, alone: int, faces: pl.DataFrame, rule: Rule | None) -> Step:
    # What nothing else refused comes first: it would pass if this rule were relaxed.
    faces = faces.filter(pl.col("reasons").list.len() == 1) if alone else faces
    refused = faces.filter(pl.col("reasons").list.eval(pl.element().str.starts_with(word)).list.any())
    said = f"{word} refused {number_of(count, 'face')}, {alone} of them alone"
    missed = refused.filter(is_number(rule.measured) & ~rule.holds) if rule else refused.clear()
    if rule is None or missed.is_empty():
        return Step(STAGE, "refused", f"{said}.", rule=word)
    by_least = missed.select("face_id", value=rule.measured).with_columns(miss=(pl.col("value") - rule.threshold).abs())
    face_id, value, _ = by_least.sort("miss", "face_id").row(0)
    miss = f"the nearest miss is {face_id} with {figure(value)}, {MISSED[rule.comparison]} {rule.threshold:g}"
    return Step(STAGE, "refused", f"{said}; {miss}.", word, value, rule.threshold, subject=face_id)


def _with_frame_sizes(records: Records) -> pl.DataFrame:
    sizes = records.rows(tables.SAMPLED_FRAMES).select("frame_id", "width", "height")
    return records.rows(tables.DETECTED_FACES).join(sizes, on="frame_id", maintain_order="left")


def _threshold_step(face: pl.DataFrame, rule: Rule) -> Step:
    value, is_measured, holds = face.select(
        value=rule.measured, is_measured=is_number(rule.measured), holds=rule.holds.fill_null(value=False)
    ).row(0)
    if not is_measured:
        return Step(STAGE, "failed", f"{rule.name} was not measured", rule.name, threshold=rule.threshold)
    relation = (KEPT if holds else MISSED)[rule.comparison]
    sentence = f"{rule.name} {figure(value)} is {relation} {rule.threshold:g}"
    return Step(STAGE, "passed" if holds else "failed", sentence, rule.name, value, rule.threshold)


def _rank_steps(face_id: str, faces: pl.DataFrame, judged: pl.DataFrame, records: Records) -> list[Step]:
    """The rank among the faces of the video that pass everything else."""
    passing = faces.join(judged.filter(pl.col("reasons").list.len() == 0), on="face_id", how="semi")
    order = passing.sort("composite", "face_id", descending=[True, False])["face_id"].to_list()
    rank, most = order.index(face_id) + 1, records.policy.candidates.max_per_video
    if "images" in records.rows(tables.RAW_VIDEOS)["kind"]:
        sentence = f"rank {rank} of {len(order)} by composite; an image set has no limit"
        return [Step(STAGE, "passed", sentence, "rank", rank)]
    relation = KEPT["<="] if rank <= most else MISSED["<="]
    sentence = f"rank {rank} of {len(order)} of the video by composite is {relation} {most}"
    return [Step(STAGE, "passed" if rank <= most else "failed", sentence, "rank", rank, most)]


def _without_limit(policy: CandidatePolicy) -> CandidatePolicy:
    return policy.model_copy(update={"max_per_video": 2**31})


def _reasons(verdicts: pl.DataFrame, face_id: str) -> list[str]:
    reasons: list[str] = verdicts.filter(pl.col("face_id") == face_id)["reasons"].to_list()[0]
    return reasons


def _word(reason: str) -> str:
    return reason.split()[0].rstrip(":")
