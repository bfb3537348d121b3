"""Which face engine is used, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.engine import FaceEngine
from framecurate_assets.faces.known_engines import EMBEDDED_NAME, SAME_PERSON_DISTANCES, EngineKind
from framecurate_assets.faces.model_packs import MODEL_LICENCES, installed_model_pack, installed_model_packs
from framecurate_assets.policy import DetectionPolicy, IdentityPolicy


@dataclass(frozen=True)
class EngineChoice:
    """An engine that can be opened."""

    kind: EngineKind
    name: str
    """With the versions of its models: what is written into every row."""
    why: str


def choose_engine(policy: DetectionPolicy, models_root: Path, pinned: str | None) -> EngineChoice:
    """The engine for a lake: the policy's, and always the one that the lake was begun with.

    Args:
        policy: `auto` takes insightface if its weights are here, else embedded; in a lake that has faces it
            takes the engine that wrote them.
        models_root: the folder of fetched weights.
        pinned: name of the engine that wrote the lake's faces; None where there are none.

    Raises:
        FramecurateError: the weights that the policy asks for are not here, or the lake belongs to another
            engine: descriptors of two engines cannot be compared.
    """
    choice = _wanted(policy, models_root, pinned)
    if pinned is not None and pinned != choice.name:
        raise FramecurateError(
            f"The faces in this data folder were described by {pinned}, and now {choice.name} would be used "
            f"({choice.why}): descriptors of two engines cannot be compared",
            "Use another data folder for it (--data), or remove lake/detected_faces to describe all faces again",
        )
    return choice


def open_engine(choice: EngineChoice, policy: DetectionPolicy, models_root: Path) -> FaceEngine:
    """Load the models of an engine.

    Raises:
        FramecurateError: weights are missing or altered.
    """
    # Each import loads a large library that the other engine does not need.
    if choice.kind == "insightface":
        from framecurate_assets.faces.insightface_engine import InsightFaceEngine

        return InsightFaceEngine(models_root, policy.insightface_model, policy.smallest_face_px, policy.min_confidence)
    from framecurate_assets.faces.embedded.cache import cache_folder
    from framecurate_assets.faces.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(policy.smallest_face_px, policy.min_confidence, cache_folder())


def engine_kind(name: str) -> EngineKind:
    """The kind of an engine by its name.

    Raises:
        ValueError: no engine of ours has that name.
    """
    for kind in MODEL_LICENCES:
        if name.startswith(f"{kind}-"):
            return "insightface" if kind == "insightface" else "embedded"
    raise ValueError(f"no face engine is called {name!r}")


def seed_distance(policy: IdentityPolicy, engine_name: str | None) -> float:
    """Euclidean distance up to which two descriptors are one person's: the policy's, else the engine's own.

    The same from run to run, unlike what clustering makes of it by calibration and for the number of faces.

    Args:
        policy: may name one.
        engine_name: the engine that described the faces; None where there is none, and so nothing to compare.
    """
    if policy.distance is not None:
        return policy.distance
    return 0.0 if engine_name is None else same_person_distance(engine_name)


def same_person_distance(name: str) -> float:
    """The engine's own threshold between two descriptors, for a policy that names none."""
    return SAME_PERSON_DISTANCES[engine_kind(name)]


def describe_engines(models_root: Path) -> list[dict[str, str]]:
    """Each engine, whether its weights are here, and their licence."""
    packs = [pack.name for pack in installed_model_packs(models_root)]
    return [
        {"engine": "embedded", "here": "yes, in the installed packages", "licence": MODEL_LICENCES["embedded"]},
        {
            "engine": "insightface",
            "here": ", ".join(packs) if packs else "no: framecurate models fetch",
            "licence": MODEL_LICENCES["insightface"],
        },
    ]


def _wanted(policy: DetectionPolicy, models_root: Path, pinned: str | None) -> EngineChoice:
    if policy.engine == "embedded":
        return _embedded("as the policy says")
    if policy.engine == "insightface":
        return _insightface(policy, models_root, "as the policy says")
    if pinned is not None and engine_kind(pinned) == "embedded":
        return _embedded("this data folder was begun with it")
    if any(pack.name == policy.insightface_model for pack in installed_model_packs(models_root)):
        return _insightface(policy, models_root, "its weights are here")
    return _embedded(f"insightface's {policy.insightface_model} weights are not here")


def _embedded(why: str) -> EngineChoice:
    return EngineChoice("embedded", EMBEDDED_NAME, why)


def _insightface(policy: DetectionPolicy, models_root: Path, why: str) -> EngineChoice:
    pack = installed_model_pack(models_root, policy.insightface_model)
    return EngineChoice("insightface", pack.engine_name, why)
