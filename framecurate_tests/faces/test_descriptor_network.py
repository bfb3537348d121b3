"""The converted network is kept and trusted only as far as it answers like dlib; dlib itself stands in, and says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.embedded import dlib_resnet
from framecurate_assets.faces.embedded.descriptor import FACE_DESCRIPTOR, Descriptor
from framecurate_assets.faces.embedded.descriptor_network import DescriptorNetwork, open_descriptor_network
from framecurate_assets.faces.embedded.engine import EmbeddedEngine

CHIPS = np.random.default_rng(3).integers(0, 256, (3, 150, 150, 3), dtype=np.uint8)


def _open(cache: Path | None = None) -> DescriptorNetwork:
    return open_descriptor_network(FACE_DESCRIPTOR, cache)


@pytest.fixture
def faces(engine: EmbeddedEngine, six_people: RGBImage) -> RGBImage:
    """Six faces, aligned."""
    (found,) = engine.find([six_people])
    return engine.align(six_people, found)


@pytest.mark.parametrize(
    ("constant", "broken", "reason"),
    [
        ("COLOUR_SCALE", 250.0, "its answer to a known picture is"),  # other numbers
        ("OPSET", 9999, "opset"),  # ONNX Runtime refuses it
    ],
)
def test_where_the_conversion_is_wrong_dlib_describes_and_the_log_says_why(
    faces: RGBImage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    constant: str,
    broken: float,
    reason: str,
) -> None:
    expected = _open()(faces)
    assert not caplog.messages
    monkeypatch.setattr(dlib_resnet, constant, broken)
    described = _open(tmp_path)(faces)
    assert np.abs(described - expected).max() < 1e-3
    (message,) = caplog.messages
    assert message.startswith("Faces are described by dlib itself")
    assert reason in message
    assert caplog.records[0].levelname == "WARNING"
    assert not list(tmp_path.iterdir())


def test_dlib_standing_in_takes_any_number_of_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlib_resnet, "COLOUR_SCALE", 250.0)
    network = _open()
    assert network(CHIPS[:0]).shape == (0, Descriptor.size)
    assert network(CHIPS[:1]).dtype == np.float32


def test_the_network_is_converted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    models = tmp_path / "models"
    first = _open(models)(CHIPS)
    (kept,) = models.iterdir()
    written = kept.stat().st_mtime_ns
    monkeypatch.setattr(dlib_resnet, "COLOUR_SCALE", 250.0)  # whoever converted now would notice
    assert np.array_equal(_open(models)(CHIPS), first)
    assert kept.stat().st_mtime_ns == written
    assert not caplog.messages


def test_what_was_kept_and_is_broken_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first = _open(tmp_path)(CHIPS)
    (kept,) = tmp_path.iterdir()
    sound = kept.read_bytes()
    other_weights = bytearray(sound)
    other_weights[len(sound) // 2 : len(sound) // 2 + 4000] = bytes(4000)
    for broken in (b"", sound[: len(sound) // 2], b"no network", bytes(other_weights)):
        kept.write_bytes(broken)
        assert np.array_equal(_open(tmp_path)(CHIPS), first)
        assert kept.read_bytes() == sound
    assert list(tmp_path.iterdir()) == [kept]
    assert not caplog.messages


def test_a_folder_that_cannot_be_written_to_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert np.isfinite(_open(tmp_path / "file" / "models")(CHIPS)).all()


def test_a_second_engine_adds_no_threads(engine: EmbeddedEngine) -> None:
    engine.describe(CHIPS)  # what the libraries start once is running now
    before = len(list(Path("/proc/self/task").iterdir()))
    second = EmbeddedEngine(60, 0.5)
    assert np.array_equal(second.describe(CHIPS), engine.describe(CHIPS))
    assert len(list(Path("/proc/self/task").iterdir())) == before
