"""Real faces that installed packages carry, and one engine for all tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.emotion import EmotionModel
from framecurate_assets.pictures.files import read_picture


@pytest.fixture(scope="session")
def engine() -> EmbeddedEngine:
    """Looks for faces of 60 px and more."""
    return EmbeddedEngine(smallest_face_px=60, min_confidence=0.5)


@pytest.fixture(scope="session")
def emotions() -> EmotionModel:
    return EmotionModel()


@pytest.fixture(scope="session")
def astronaut() -> RGBImage:
    """512x512, one smiling woman who looks at the camera."""
    return np.asarray(skimage.data.astronaut(), dtype=np.uint8)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="session")
def six_people() -> RGBImage:
    """1280x886, six people, three of them half turned away, three with their heads tilted."""
    spec = importlib.util.find_spec("insightface")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return read_picture(Path(spec.submodule_search_locations[0]) / "data" / "images" / "t1.jpg")
