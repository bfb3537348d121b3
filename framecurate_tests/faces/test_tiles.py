from __future__ import annotations

import numpy as np
import pytest

from framecurate_assets.faces.embedded.tiles import TILE_PX, Tile, tiles


def _frame(width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((height, width, 3), 128, dtype=np.uint8)


def _extent(tile: Tile, width: int, height: int) -> tuple[float, float, float, float]:
    """The part of the frame that a tile shows."""
    (x1, y1), (x2, y2) = tile.to_frame(np.array([[0, 0], [TILE_PX, TILE_PX]], dtype=np.float32)).tolist()
    return max(0, x1), max(0, y1), min(width, x2), min(height, y2)


@pytest.mark.parametrize(
    ("width", "height", "smallest_face_px", "count"),
    [
        (512, 512, 60, 1),  # the whole frame is less than ten faces wide: nothing to gain from tiles
        (600, 600, 60, 1),  # exactly ten
        (610, 600, 60, 3),  # a little more
        (1280, 720, 100, 3),  # two squares of the frame's height beside each other
        (1280, 720, 60, 7),
        (1920, 1080, 100, 7),
        (1920, 1080, 60, 11),  # eight of 600 px, two of 1080 px for what is larger than their overlap
        (10, 2000, 100, 26),  # a strip: the tiles are one face wide, not ten pixels
        (1, 1, 100, 1),
    ],
)
def test_as_many_tiles_as_the_smallest_face_needs(width: int, height: int, smallest_face_px: int, count: int) -> None:
    assert len(list(tiles(_frame(width, height), smallest_face_px))) == count


@pytest.mark.parametrize(
    ("width", "height", "smallest_face_px"), [(1920, 1080, 60), (1920, 1080, 100), (721, 1283, 40)]
)
def test_every_small_face_lies_whole_in_some_tile(width: int, height: int, smallest_face_px: int) -> None:
    extents = np.array([_extent(tile, width, height) for tile in tiles(_frame(width, height), smallest_face_px)][1:])
    chance = np.random.default_rng(0)
    side = 1.8 * smallest_face_px
    corners = chance.uniform(0, [width - side, height - side], size=(2000, 2))
    inside = (corners[:, None] >= extents[None, :, :2] - 1e-3) & (
        corners[:, None] + side <= extents[None, :, 2:] + 1e-3
    )
    assert np.all(np.any(np.all(inside, axis=2), axis=1))


def test_points_come_back_to_where_they_were_in_the_frame() -> None:
    frame = _frame(1920, 1080)
    frame[700:712, 1500:1512] = 255
    seen = 0
    for tile in tiles(frame, 60):
        rows, columns = np.nonzero(tile.picture[:, :, 0] > 200)
        if len(rows):
            seen += 1
            middle = np.array([columns.mean() + 0.5, rows.mean() + 0.5], dtype=np.float32)
            assert np.abs(tile.to_frame(middle) - [1506, 706]).max() < 4
    assert seen >= 1


def test_only_edges_with_more_frame_beyond_them_cut_a_face() -> None:
    whole, *parts = tiles(_frame(1280, 720), 100)
    beyond = np.array([[[-5, -5], [TILE_PX + 5, TILE_PX + 5]]], dtype=np.float32)
    assert whole.holds_whole(beyond).all()  # the frame itself ends there
    left, right = parts
    over_the_right_edge = np.array([[[100, 50], [TILE_PX + 5, 100]]], dtype=np.float32)
    assert not left.holds_whole(over_the_right_edge).any()
    assert right.holds_whole(over_the_right_edge).all()
