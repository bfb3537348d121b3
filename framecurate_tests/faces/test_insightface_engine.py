"""The insightface engine, through insightface's own loading code, on tiny models that know where a face is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.engine import FaceEngine, Faces
from framecurate_assets.faces.insightface_engine import InsightFaceEngine
from framecurate_assets.faces.model_packs import write_record
from framecurate_tests.faces import tiny_pack

RED, YELLOW, MAGENTA, PALE = (255, 0, 0), (255, 255, 0), (255, 0, 255), (165, 0, 0)

SIDE = 64
"""Side of a face in a 1280x720 frame: one cell of the detector's coarsest grid at its usual input of 640."""


@pytest.fixture(scope="module")
def models_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    tiny_pack.write_pack(root / "tiny")
    return root


@pytest.fixture(scope="module")
def engine(models_root: Path) -> InsightFaceEngine:
    return InsightFaceEngine(models_root, "tiny", smallest_face_px=60, min_confidence=0.5)


def _frame(width: int = 1280, height: int = 720) -> RGBImage:
    return np.zeros((height, width, 3), dtype=np.uint8)


def _face(frame: RGBImage, column: int, row: int, colour: tuple[int, int, int] = RED, side: int = SIDE) -> RGBImage:
    """Paint a face into a cell of the grid, and return the part of the frame that it covers."""
    square = frame[row * side : (row + 1) * side, column * side : (column + 1) * side]
    square[:] = colour
    return square


def test_is_an_engine_and_finds_a_face_where_it_is(engine: FaceEngine) -> None:
    frame = _frame()
    _face(frame, column=7, row=4)
    (faces,) = engine.find([frame])
    np.testing.assert_allclose(faces.boxes, [[448 - 16, 256 - 16, 512 + 16, 320 + 16]], atol=0.1)
    np.testing.assert_allclose(faces.landmarks[0], [448, 256] + tiny_pack.LANDMARKS * SIDE, atol=0.1)
    assert faces.det_scores[0] > 0.99
    np.testing.assert_allclose(faces.angles, [[0, 0, 0]], atol=0.5)


def test_colours_reach_the_models_as_red_green_blue(engine: FaceEngine) -> None:
    frame = _frame()
    _face(frame, column=7, row=4)
    (faces,) = engine.find([frame[:, :, ::-1]])
    assert len(faces) == 0


@pytest.mark.parametrize(
    ("rows", "columns", "colour", "yaw", "pitch", "roll"),
    [
        (slice(None), slice(32, 64), YELLOW, 20, 0, 0),  # nose moved to the image's right
        (slice(None), slice(0, 32), YELLOW, -20, 0, 0),  # the same picture mirrored
        (slice(0, 32), slice(None), YELLOW, 0, 20, 0),  # nose moved up
        (slice(32, 64), slice(None), YELLOW, 0, -20, 0),  # the same picture upside down
        (slice(None), slice(32, 64), MAGENTA, 0, 0, 20),  # crown moved to the image's right
        (slice(None), slice(0, 32), MAGENTA, 0, 0, -20),  # the same picture mirrored
    ],
)
def test_angles_have_the_signs_of_the_table(
    engine: FaceEngine,
    rows: slice,
    columns: slice,
    colour: tuple[int, int, int],
    yaw: float,
    pitch: float,
    roll: float,
) -> None:
    frame = _frame()
    _face(frame, column=3, row=2)[rows, columns] = colour
    (faces,) = engine.find([frame])
    np.testing.assert_allclose(faces.angles, [[yaw, pitch, roll]], atol=1.5)


def test_faces_come_from_left_to_right_in_frames_of_any_size(engine: FaceEngine) -> None:
    wide, tall, none = _frame(), _frame(720, 1280), _frame(640, 360)
    for column, row in ((12, 1), (2, 8), (7, 4)):
        _face(wide, column, row)
    _face(tall, 3, 15)
    found = engine.find([wide, none, tall])
    assert [len(faces) for faces in found] == [3, 0, 1]
    np.testing.assert_allclose(found[0].boxes[:, 0], [112, 432, 752], atol=0.1)
    np.testing.assert_allclose(found[2].boxes, [[176, 944, 272, 1040]], atol=0.1)


def test_boxes_end_where_the_frame_ends(engine: FaceEngine) -> None:
    frame = _frame()
    _face(frame, 0, 0)
    _face(frame, 19, 10)
    (faces,) = engine.find([frame])
    np.testing.assert_allclose(faces.boxes, [[0, 0, 80, 80], [1200, 624, 1280, 720]], atol=0.1)


def test_a_score_below_the_least_confidence_is_no_face(models_root: Path) -> None:
    frame = _frame()
    _face(frame, 4, 4, RED)
    _face(frame, 9, 4, PALE)
    scores = {}
    for least in (0.5, 0.95):
        (faces,) = InsightFaceEngine(models_root, "tiny", 60, least).find([frame])
        scores[least] = faces.det_scores.tolist()
    assert len(scores[0.5]) == 2
    assert 0.5 < scores[0.5][1] < 0.95
    assert len(scores[0.95]) == 1


@pytest.mark.parametrize(
    ("smallest_face_px", "found"),
    [
        (60, 0),  # the detector sees the frame at 640 pixels: such a face is half a cell
        (20, 1),  # at 1280 it fills a cell
    ],
)
def test_smaller_faces_are_looked_for_in_a_larger_picture(models_root: Path, smallest_face_px: int, found: int) -> None:
    frame = _frame()
    _face(frame, 21, 9, side=32)
    (faces,) = InsightFaceEngine(models_root, "tiny", smallest_face_px, 0.5).find([frame])
    assert len(faces) == found


def test_a_face_is_turned_upright_by_its_landmarks_before_it_is_described(engine: InsightFaceEngine) -> None:
    frame = _frame(400, 400)
    frame[:200, :200], frame[:200, 200:] = (255, 0, 0), (0, 255, 0)
    frame[200:, :200], frame[200:, 200:] = (0, 0, 255), (255, 255, 255)
    # The places of the landmarks in an aligned picture of 112 pixels, around its middle.
    upright = np.array([[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]]) - 56
    clockwise = upright @ np.array([[0, 1], [-1, 0]])
    colours = {}
    for name, landmarks in (("upright", upright), ("clockwise", clockwise)):
        faces = Faces(
            boxes=np.array([[100, 100, 300, 300]], dtype=np.float32),
            det_scores=np.ones(1, dtype=np.float32),
            landmarks=(landmarks[None] + 200).astype(np.float32),
            angles=np.zeros((1, 3), dtype=np.float32),
        )
        descriptor = engine.embed(frame, faces)
        assert descriptor.shape == (1, engine.embedding_size)
        assert np.linalg.norm(descriptor[0]) == pytest.approx(1, abs=1e-5)
        # Red, green and blue of upper left, upper right, lower left, lower right.
        colours[name] = np.sign(descriptor[0, :12].reshape(3, 4).T).tolist()
    red, green, blue, white = [1, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, 1, 1]
    assert colours["upright"] == [red, green, blue, white]
    # The head lies on its right ear: its upper left is what the frame shows at the upper right.
    assert colours["clockwise"] == [green, white, red, blue]


def test_no_faces_give_no_descriptors(engine: FaceEngine) -> None:
    (faces,) = engine.find([_frame()])
    assert engine.embed(_frame(), faces).shape == (0, 512)


@pytest.mark.parametrize("broken", [0.0, float("nan")])
def test_a_descriptor_that_says_nothing_is_an_error(models_root: Path, broken: float) -> None:
    folder = models_root / f"broken_{broken}"
    tiny_pack.write_pack(folder)
    onnx.save(tiny_pack.recognition(factor=broken), folder / "w600k_r50.onnx")
    engine = InsightFaceEngine(models_root, folder.name, 60, 0.5)
    frame = _frame()
    _face(frame, 7, 4)
    (faces,) = engine.find([frame])
    with pytest.raises(ValueError, match="descriptor of length"):
        engine.embed(frame, faces)


def test_a_pose_that_is_no_number_never_becomes_a_face(models_root: Path) -> None:
    folder = models_root / "no_pose"
    tiny_pack.write_pack(folder)
    onnx.save(tiny_pack.pose(bias=float("nan")), folder / "1k3d68.onnx")
    frame = _frame()
    _face(frame, 7, 4)
    with pytest.raises((ValueError, np.linalg.LinAlgError)):
        InsightFaceEngine(models_root, "no_pose", 60, 0.5).find([frame])


def test_the_name_pins_the_weights(models_root: Path, tmp_path: Path) -> None:
    tiny_pack.write_pack(tmp_path / "tiny")
    first = InsightFaceEngine(models_root, "tiny", 60, 0.5).name
    assert InsightFaceEngine(tmp_path, "tiny", 100, 0.6).name == first
    assert first.startswith("insightface-tiny-")
    onnx.save(tiny_pack.recognition(factor=2), tmp_path / "tiny" / "w600k_r50.onnx")
    assert InsightFaceEngine(tmp_path, "tiny", 60, 0.5).name != first


def test_a_missing_pack_is_named_and_never_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(FramecurateError) as refusal:
        InsightFaceEngine(tmp_path / "models", "buffalo_l", 100, 0.5)
    assert "insightface's buffalo_l weights are not here. Run `framecurate models fetch`" in str(refusal.value)
    assert "detection.engine: embedded" in refusal.value.remedy
    assert list(tmp_path.iterdir()) == []


def _remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _put(name: str, model: onnx.ModelProto) -> Callable[[Path], None]:
    return lambda folder: onnx.save(model, folder / name)


def _fetched_then_changed(folder: Path) -> None:
    write_record(folder, "https://example.org/tiny.zip")
    onnx.save(tiny_pack.recognition(factor=2), folder / "w600k_r50.onnx")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_remove("1k3d68.onnx"), "no model for landmark_3d_68"),  # as in buffalo_sc: no head pose
        (_remove("w600k_r50.onnx"), "no model for recognition"),  # incomplete
        (_remove("det_10g.onnx"), "no face detector"),  # insightface itself stops here
        (lambda folder: (folder / "det_10g.onnx").write_bytes(b"half a file"), "cannot load"),  # a broken file
        (_put("w600k_r50.onnx", tiny_pack.recognition(size=128)), "are not 512 long"),  # another descriptor
        (_put("det_10g.onnx", tiny_pack.detector(landmarks=False)), "gives no landmarks"),  # boxes only
        (_put("det_10g.onnx", tiny_pack.detector(side=640)), "sees one size only"),  # small faces would be lost
        (_fetched_then_changed, "are not those that were fetched"),  # disk or hand changed a file
    ],
)
def test_a_pack_without_all_that_is_measured_is_refused(
    tmp_path: Path, damage: Callable[[Path], None], message: str
) -> None:
    tiny_pack.write_pack(tmp_path / "tiny")
    damage(tmp_path / "tiny")
    with pytest.raises(FramecurateError, match=message) as refusal:
        InsightFaceEngine(tmp_path, "tiny", 60, 0.5)
    assert "framecurate models fetch" in refusal.value.remedy


@pytest.mark.parametrize("name", ["../tiny", "", "/etc", "tiny/..", ".hidden", "a b"])
def test_a_name_is_never_a_path(models_root: Path, name: str) -> None:
    with pytest.raises(FramecurateError, match="is no name of a model pack"):
        InsightFaceEngine(models_root, name, 60, 0.5)
