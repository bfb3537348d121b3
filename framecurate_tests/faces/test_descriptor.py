"""Descriptors: the same numbers as dlib's, from the same weights, and nothing from other weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import dlib
import insightface
import numpy as np
import pytest
import skimage

from framecurate_assets.arrays import FloatArray, RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.embedded.descriptor import FACE_DESCRIPTOR, FIVE_LANDMARKS, Descriptor
from framecurate_assets.faces.embedded.dlib_file import read_network
from framecurate_assets.faces.embedded.dlib_resnet import descriptor_graph
from framecurate_assets.faces.embedded.models import PackagedFile

LABELLED_FACES = Path(__file__).parents[2].parent / "shared" / "faces"


@cache
def _descriptor() -> Descriptor:
    return Descriptor()


@cache
def _network_content() -> bytes:
    return FACE_DESCRIPTOR.locate().read_bytes()


@cache
def _astronaut() -> RGBImage:
    return _picture(Path(skimage.__file__).parent / "data" / "astronaut.png")


@cache
def _six_people() -> RGBImage:
    """The sample picture inside the insightface package."""
    return _picture(Path(insightface.__file__).parent / "data" / "images" / "t1.jpg")


def _picture(path: Path) -> RGBImage:
    stored = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_COLOR)
    assert stored is not None
    return np.ascontiguousarray(stored[:, :, ::-1], dtype=np.uint8)


def _boxes(frame: RGBImage) -> FloatArray:
    found = dlib.get_frontal_face_detector()(frame, 0)
    sides = [(box.left(), box.top(), box.right(), box.bottom()) for box in found]
    return np.array(sorted(sides), dtype=np.float32).reshape(-1, 4)


def _distances(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.norm(a[:, None] - b[None, :], axis=2), dtype=np.float32)


def test_gives_the_numbers_that_dlib_gives() -> None:
    network = dlib.face_recognition_model_v1(str(FACE_DESCRIPTOR.locate()))
    predictor = dlib.shape_predictor(str(FIVE_LANDMARKS.locate()))
    compared = 0
    for frame in (_astronaut(), _six_people()):
        boxes = _boxes(frame)
        for box, ours in zip(boxes, _descriptor()(frame, boxes), strict=True):
            landmarks = predictor(frame, dlib.rectangle(*(int(side) for side in box)))
            theirs = np.array(network.compute_face_descriptor(frame, landmarks))
            np.testing.assert_allclose(ours, theirs, atol=1e-5)
            compared += 1
    assert compared == 7


def test_people_are_far_apart_and_one_person_is_near_in_another_light_and_place() -> None:
    people = _descriptor()(_six_people(), _boxes(_six_people()))
    between = _distances(people, people)[np.triu_indices(len(people), 1)]
    assert len(people) == 6
    assert between.min() > 0.6

    moved = np.zeros((700, 600, 3), dtype=np.uint8)
    moved[150:662, 60:572] = (_astronaut() * 0.6).astype(np.uint8)
    first = _descriptor()(_astronaut(), _boxes(_astronaut()))
    second = _descriptor()(moved, _boxes(_astronaut()) + np.array([60, 150, 60, 150], dtype=np.float32))
    assert _distances(first, second).item() < 0.35
    assert _distances(first, people).min() > 0.6


def test_a_face_has_the_same_bytes_whichever_faces_are_described_with_it() -> None:
    frame, boxes = _six_people(), _boxes(_six_people())
    together = _descriptor()(frame, boxes)
    for some in ([0], [5], [4, 1], [3, 2, 0, 1, 5, 4, 3, 2, 1], [2] * 17):
        np.testing.assert_array_equal(_descriptor()(frame, boxes[some]), together[some])
    np.testing.assert_array_equal(Descriptor()(frame, boxes), together)


def test_no_faces_give_no_descriptors() -> None:
    described = _descriptor()(_astronaut(), np.zeros((0, 4), dtype=np.float32))
    assert described.shape == (0, Descriptor.size)
    assert described.dtype == np.float32


def test_a_frame_may_be_a_view_into_another_array() -> None:
    frame, boxes = _astronaut(), _boxes(_astronaut())
    wide = np.zeros((512, 1024, 3), dtype=np.uint8)
    wide[:, 512:] = frame
    np.testing.assert_array_equal(_descriptor()(wide[:, 512:], boxes), _descriptor()(frame, boxes))


def test_a_face_that_the_frame_cuts_is_described_all_the_same() -> None:
    boxes = _boxes(_astronaut()) - np.array([190, 90, 190, 90], dtype=np.float32)
    described = _descriptor()(_astronaut()[90:, 190:], boxes)
    assert np.isfinite(described).all()


def test_the_file_holds_dlibs_network_of_29_convolutions() -> None:
    layers = read_network(_network_content())
    assert [layer.kind for layer in layers].count("con") == 29
    assert layers[0].weights.tolist() == pytest.approx([122.782, 117.001, 104.298])
    assert layers[-1].weights.shape == (256, 128)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-5], "ends at byte"),  # a download that broke off
        (lambda content: content[: len(content) // 2], "ends at byte"),  # the same inside a tensor
        (lambda content: content + b"0", "left over"),  # another network that begins alike
        (lambda content: b"", "ends at byte"),  # an empty file
        (lambda content: content.replace(b"con_4", b"con_5", 1), "con_5"),  # a newer dlib's layer
        (lambda content: content.replace(b"loss_metric_2", b"loss_metric_3"), "loss_metric_3"),  # another loss
    ],
)
def test_a_damaged_or_different_network_is_refused(damage: Callable[[bytes], bytes], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_network(damage(_network_content()))


def test_layers_in_another_order_are_no_face_network() -> None:
    layers = read_network(_network_content())
    with pytest.raises(ValueError, match="goes on with affine, not con"):
        descriptor_graph([layers[0], *layers[2:]])
    with pytest.raises(ValueError, match="1 layers follow"):
        descriptor_graph([*layers, layers[-1]])


def test_weights_that_are_missing_or_different_name_the_release_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "some_models"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('must not be imported')")
    (package / "weights.dat").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    known = hashlib.sha256(b"weights").hexdigest()

    there = PackagedFile("some_models", "weights.dat", known, "some-models==1.0")
    assert there.locate().read_bytes() == b"weights"
    for asked, message in (
        (replace(there, package="no_such_models"), "no_such_models is not installed"),
        (replace(there, path="other.dat"), "other.dat is missing"),
        (replace(there, sha256="0" * 64), "sha256 differs"),
    ):
        with pytest.raises(FramecurateError, match=message) as refusal:
            asked.locate()
        assert refusal.value.remedy.endswith("some-models==1.0")


@pytest.mark.skipif(not LABELLED_FACES.exists(), reason="needs the labelled crops of ../shared")
def test_tells_labelled_people_apart() -> None:
    described, people = [], []
    for folder in sorted(LABELLED_FACES.iterdir()):
        for path in sorted(folder.iterdir())[::10]:
            frame = np.pad(_picture(path), ((112, 112), (112, 112), (0, 0)), mode="edge")
            # The crops are aligned by eyes and mouth: the face's box is the same in each.
            described.append(_descriptor()(frame, np.array([[120, 128, 216, 224]], dtype=np.float32))[0])
            people.append(folder.name)
    distances = _distances(np.array(described), np.array(described))
    pairs = np.triu_indices(len(people), 1)
    same = np.equal.outer(people, people)[pairs]
    assert np.median(distances[pairs][same]) < 0.55
    assert np.median(distances[pairs][~same]) > 0.75
    assert (distances[pairs][~same] < 0.6).mean() < 0.02
