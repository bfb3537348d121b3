"""What is known of the engines without loading a model, or any of the large libraries that run them."""

from __future__ import annotations

from typing import Literal

EngineKind = Literal["embedded", "insightface"]

EMBEDDED_NAME = "embedded-mediapipe0.10.21-dlibresnet1"
"""Name of the embedded engine, with the versions of its models; insightface's depends on the pack."""

SAME_PERSON_DISTANCES: dict[EngineKind, float] = {
    # Chinese whispers found 100 labelled people best between 0.50 and 0.56 (BCubed F 0.98).
    "embedded": 0.52,
    # A cosine similarity of 0.48, at which insightface 2.1 groups the faces of an album, as the distance between
    # two vectors of length 1: the square root of 2 - 2 x 0.48.
    "insightface": 1.02,
}
"""See `FaceEngine.same_person_distance`."""
