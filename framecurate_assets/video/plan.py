"""Which frames to take and what to decode for them: plans over times alone, made before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Section = Literal["front", "middle", "end"]
SECTIONS: tuple[Section, ...] = ("front", "middle", "end")

Mode = Literal["nearest", "exact"]


@dataclass(frozen=True)
class Frames:
    """Frames to choose from, as parallel arrays of shape (n,), in the order in which they are shown."""

    pts_s: npt.NDArray[np.float64]
    """Seconds from the start of the video, strictly increasing."""

    is_key: npt.NDArray[np.bool_]
    """Whether the frame decodes without any other."""

    is_reference: npt.NDArray[np.bool_]
    """Whether other frames are decoded from it."""

    def __len__(self) -> int:
        return len(self.pts_s)


@dataclass(frozen=True)
class Grid:
    """The part of a video that is sampled, in equal cells; the middle of each cell is a target."""

    start_s: float
    """Seconds from the start of the video."""

    end_s: float
    """Seconds from the start of the video; after `start_s`."""

    frames_per_section: int
    """Cells in each of front, middle and end."""

    @property
    def cells(self) -> int:
        """How many frames are wanted."""
        return len(SECTIONS) * self.frames_per_section

    @property
    def spacing_s(self) -> float:
        """Seconds from a target to the next."""
        return (self.end_s - self.start_s) / self.cells

    def edge_s(self, cell: float) -> float:
        """When a cell starts; a half more is its target."""
        return self.start_s + cell * self.spacing_s

    def section_at(self, time_s: float) -> Section:
        """The third of the grid that a time lies in."""
        third = int(len(SECTIONS) * (time_s - self.start_s) / (self.end_s - self.start_s))
        return SECTIONS[min(max(third, 0), len(SECTIONS) - 1)]


@dataclass(frozen=True)
class Choice:
    """A frame to take."""

    index: int
    """Its position in `Frames`."""

    section: Section
    """The third of the grid in which it is on the screen nearest to its target."""


def choose_frames(frames: Frames, grid: Grid, mode: Mode) -> list[Choice]:
    """One frame for each cell of the grid, no frame twice, in the order in which they are shown.

    `exact` takes the frame that is on the screen at the target. `nearest` takes the cheapest of the cell, at
    most half the spacing away: a key frame; else the first reference frame that is at least half the spacing
    after the frame taken before and not after the target; else the exact one.

    Where there are fewer frames than cells each frame is taken once. Where frames are uneven in time, a cell
    that would repeat a frame takes the next one, and none takes so late a frame that too few were left.
    """
    leaves_s = np.append(frames.pts_s[1:], grid.end_s)
    if len(frames) <= grid.cells:
        return [Choice(i, grid.section_at(time_s)) for i, time_s in enumerate((frames.pts_s + leaves_s) / 2)]
    choices: list[Choice] = []
    previous, previous_s = -1, -np.inf
    for cell in range(grid.cells):
        index = _cheapest(frames, grid, cell, previous_s) if mode == "nearest" else _shown_at_target(frames, grid, cell)
        index = min(max(index, previous + 1), len(frames) - (grid.cells - cell))
        previous, previous_s = index, float(frames.pts_s[index])
        on_screen_s = min(max(grid.edge_s(cell + 0.5), previous_s), leaves_s[index])
        choices.append(Choice(index, grid.section_at(on_screen_s)))
    return choices


def has_key_frame_in_each_cell(frames: Frames, grid: Grid) -> bool:
    """Whether key frames alone can serve every target."""
    cells = np.floor((frames.pts_s[frames.is_key] - grid.start_s) / grid.spacing_s)
    return len(np.intersect1d(cells, np.arange(grid.cells))) == grid.cells


def _cheapest(frames: Frames, grid: Grid, cell: int, previous_s: float) -> int:
    target_s = grid.edge_s(cell + 0.5)
    low, high = np.searchsorted(frames.pts_s, [grid.edge_s(cell), grid.edge_s(cell + 1)])
    pts_s = frames.pts_s[low:high]
    keys = np.flatnonzero(frames.is_key[low:high])
    if len(keys):
        return int(low + keys[np.argmin(np.abs(pts_s[keys] - target_s))])
    # The earlier in the cell, the fewer frames have to be decoded; too early, and two frames show the same.
    is_apart = (pts_s >= previous_s + grid.spacing_s / 2) & (pts_s <= target_s)
    references = np.flatnonzero(frames.is_reference[low:high] & is_apart)
    return int(low + references[0]) if len(references) else _shown_at_target(frames, grid, cell)


def _shown_at_target(frames: Frames, grid: Grid, cell: int) -> int:
    return int(np.searchsorted(frames.pts_s, grid.edge_s(cell + 0.5), side="right")) - 1
