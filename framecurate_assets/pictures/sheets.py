"""Contact sheets: many pictures as one, small enough to look at in a browser and to keep in an event log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from framecurate_assets.arrays import RGBImage

MAX_BYTES = 105_000
"""A sheet stays under this size: as text in an event log that makes less than 150 kB."""

WIDTH_PX = 960
"""Width of every sheet; a browser shows it unscaled."""

THUMBNAIL_PX = 192
"""Longer side of a picture that waits for its sheet."""

CAPTION_PX = 14
"""Height of the strip under a tile that holds its caption."""

HEADING_PX = 20
"""Height of the strip above a row that holds its heading."""

GAP_PX = 80
"""Width of the gap between two sides, in which a line and a few words stand."""

BACKGROUND = 250
INK = (40, 40, 40)


@dataclass(frozen=True)
class Tile:
    """One picture of a sheet and the words under it (ASCII; what does not fit is cut off)."""

    picture: RGBImage
    caption: str = ""


@dataclass(frozen=True)
class Row:
    """Tiles that belong together, and the words above them (ASCII)."""

    tiles: Sequence[Tile]
    heading: str = ""


@dataclass(frozen=True)
class Sides:
    """Two groups of tiles side by side, the words between them, and those above them (ASCII)."""

    left: Sequence[Tile]
    right: Sequence[Tile]
    between: str = ""
    heading: str = ""


def shrink(picture: RGBImage) -> RGBImage:
    """A picture no larger than a tile needs, so that many can be held until the sheet is made."""
    # By a whole factor first, which OpenCV averages in a fraction of the time of any other.
    factor = max(1, max(picture.shape[:2]) // THUMBNAIL_PX)
    size = (max(1, picture.shape[1] // factor), max(1, picture.shape[0] // factor))
    coarse = cv2.resize(picture[: size[1] * factor, : size[0] * factor], size, interpolation=cv2.INTER_AREA)
    scale = min(1.0, THUMBNAIL_PX / max(size))
    return np.asarray(cv2.resize(coarse, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def sheet_of_tiles(tiles: Sequence[Tile], columns: int = 10) -> bytes:
    """All tiles in reading order, `columns` a line, as WebP bytes; no tiles give an empty strip."""
    return sheet_of_rows([Row(tiles)], columns)


def sheet_of_rows(rows: Sequence[Row], columns: int = 10) -> bytes:
    """One line a row, with its heading, as WebP bytes; tiles beyond `columns` continue on further lines.

    Tiles are as high as the highest picture needs at their width, but never higher than twice that width.
    """
    tile_width = WIDTH_PX // columns
    tile_height = _tile_height([tile for row in rows for tile in row.tiles], tile_width)
    strips: list[RGBImage] = []
    for row in rows:
        strips += _heading(row.heading)
        for start in range(0, len(row.tiles), columns):
            tiles = row.tiles[start : start + columns]
            strips.append(
                _strip([(index * tile_width, tile) for index, tile in enumerate(tiles)], tile_width, tile_height)
            )
    return _encode(np.vstack(strips) if strips else _blank(CAPTION_PX, WIDTH_PX))


def sheet_of_sides(rows: Sequence[Sides], columns: int = 5) -> bytes:
    """One line a row, with its heading: up to `columns` tiles of either side and a gap between, as WebP bytes."""
    tile_width = (WIDTH_PX - GAP_PX) // (2 * columns)
    tile_height = _tile_height([tile for row in rows for tile in (*row.left, *row.right)], tile_width)
    right = WIDTH_PX - columns * tile_width
    strips: list[RGBImage] = []
    for row in rows:
        strips += _heading(row.heading)
        tiles = [(index * tile_width, tile) for index, tile in enumerate(row.left[:columns])]
        tiles += [(right + index * tile_width, tile) for index, tile in enumerate(row.right[:columns])]
        strip = _strip(tiles, tile_width, tile_height)
        _write_gap(strip[:, columns * tile_width : right], row.between)
        strips.append(strip)
    return _encode(np.vstack(strips) if strips else _blank(CAPTION_PX, WIDTH_PX))


def _tile_height(tiles: Sequence[Tile], tile_width: int) -> int:
    tallest = max((tile.picture.shape[0] / tile.picture.shape[1] for tile in tiles), default=1.0)
    return round(tile_width * min(tallest, 2.0))


def _heading(text: str) -> list[RGBImage]:
    if not text:
        return []
    strip = _blank(HEADING_PX, WIDTH_PX)
    _write(strip, text, 4, HEADING_PX - 6, scale=0.45)
    return [strip]


def _strip(tiles: Sequence[tuple[int, Tile]], tile_width: int, tile_height: int) -> RGBImage:
    """One line of tiles, each with its left edge, px."""
    strip = _blank(tile_height + CAPTION_PX, WIDTH_PX)
    for left, tile in tiles:
        _paste(strip[:tile_height, left : left + tile_width], tile.picture)
        _write(strip[tile_height:, left : left + tile_width], tile.caption, 2, CAPTION_PX - 4, scale=0.32)
    return strip


def _write_gap(gap: RGBImage, text: str) -> None:
    """A line down the middle, broken by the words: one below the other."""
    height, width = gap.shape[:2]
    gap[:, width // 2] = INK
    for line, word in enumerate(words := text.split()):
        bottom = height // 2 + CAPTION_PX * (2 * line - len(words)) // 2 + CAPTION_PX
        length = cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)[0][0]
        left = max(0, (width - length) // 2)
        gap[bottom - CAPTION_PX : bottom + 2, left : left + length] = BACKGROUND
        _write(gap, word, left, bottom - 3, scale=0.4)


def _paste(place: RGBImage, picture: RGBImage) -> None:
    """Put a picture into its place, scaled to fit with a gap of one pixel around it."""
    height, width = place.shape[0] - 2, place.shape[1] - 2
    scale = min(height / picture.shape[0], width / picture.shape[1])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    top, left = 1 + (height - size[1]) // 2, 1 + (width - size[0]) // 2
    place[top : top + size[1], left : left + size[0]] = small


def _write(place: RGBImage, text: str, x: int, y: int, scale: float) -> None:
    # OpenCV draws only into memory that is one piece.
    canvas = np.ascontiguousarray(place)
    cv2.putText(canvas, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, INK, 1, cv2.LINE_AA)
    place[:] = canvas


def _blank(height: int, width: int) -> RGBImage:
    return np.full((height, width, 3), BACKGROUND, dtype=np.uint8)


def _encode(sheet: RGBImage) -> bytes:
    """As WebP, at the best quality that stays under `MAX_BYTES`; scaled down where no quality does."""
    picture = cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)
    while True:
        for quality in (80, 65, 50, 35):
            _, encoded = cv2.imencode(".webp", picture, [int(cv2.IMWRITE_WEBP_QUALITY), quality])
            if len(encoded) <= MAX_BYTES:
                return bytes(encoded)
        picture = cv2.resize(picture, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
