from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from framecurate_assets.arrays import RGBImage
from framecurate_assets.faces.embedded.engine import EmbeddedEngine
from framecurate_assets.faces.emotion import EMOTIONS, EmotionModel

MEDIA = Path(__file__).parents[2].parent / "shared" / "media"


def test_order_of_the_scores() -> None:
    assert EMOTIONS == ("neutral", "happy", "sad", "angry", "fear", "surprise", "disgust")


def test_a_smile_is_happy_whatever_its_size(
    engine: EmbeddedEngine, emotions: EmotionModel, astronaut: RGBImage
) -> None:
    for scale in (0.6, 1.0, 4.0):
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        frame = np.asarray(cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=how), dtype=np.uint8)
        (faces,) = engine.find([frame])
        (scores,) = emotions(frame, faces.boxes)
        assert scores.sum() == pytest.approx(1, abs=1e-3)
        assert scores[EMOTIONS.index("happy")] > 0.9


def test_a_face_at_the_frames_edge_is_scored(emotions: EmotionModel, astronaut: RGBImage) -> None:
    frame = np.ascontiguousarray(astronaut[68:300, 178:400])
    boxes = np.array([[0, 0, 96, 110]], dtype=np.float32)
    assert emotions(frame, boxes)[0, EMOTIONS.index("happy")] > 0.5


def test_no_faces_no_scores(emotions: EmotionModel, astronaut: RGBImage) -> None:
    assert emotions(astronaut, np.zeros((0, 4), dtype=np.float32)).shape == (0, 7)


@pytest.mark.skipif(not MEDIA.exists(), reason="the clips of ../shared are not here")
@pytest.mark.parametrize(
    ("clip", "second", "emotion"),
    [
        ("s32", 1.0, "happy"),  # laughs
        ("s18", 2.0, "neutral"),
        ("d0", 0.2, "neutral"),  # before the grimaces
        ("d13", 1.0, "neutral"),  # talks, 460 px: fer's own 10 px margin makes that sad
    ],
)
def test_emotions_of_people_in_clips(
    engine: EmbeddedEngine, emotions: EmotionModel, clip: str, second: float, emotion: str
) -> None:
    with av.open(str(MEDIA / f"{clip}.mp4")) as container:
        frame = next(
            np.asarray(picture.to_ndarray(format="rgb24"), dtype=np.uint8)
            for picture in container.decode(video=0)
            if picture.time is not None and picture.time >= second
        )
    (faces,) = engine.find([frame])
    largest = int(np.argmax(faces.boxes[:, 2] - faces.boxes[:, 0]))
    assert EMOTIONS[int(emotions(frame, faces.boxes)[largest].argmax())] == emotion
