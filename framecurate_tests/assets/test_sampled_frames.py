"""Shots of sampled frames, as the policy has them found."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from framecurate_assets.assets.partitions import register_videos
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.lake import tables
from framecurate_assets.lake.lake import Lake
from framecurate_assets.sources.listings import all_sources
from framecurate_tests.end_to_end.data_folders import data_folder
from framecurate_tests.sequences.conftest import materialise
from framecurate_tests.video.clips import write_clip
from framecurate_tests.video.test_shots import closer_view


@pytest.mark.parametrize(("mode", "shots"), [("sampled", [0] * 9), ("full", [0, 0, 0, 0, 1, 1, 1, 1, 1])])
def test_full_finds_a_cut_that_samples_do_not_show(tmp_path: Path, mode: str, shots: list[int]) -> None:
    # Every second picture, at a size that is taken in: the cut is at 0.9 of 2 seconds.
    pictures = [np.asarray(cv2.resize(picture, (1280, 720)), dtype=np.uint8) for picture in closer_view()[::2]]
    clip = write_clip(tmp_path / "clip.mp4", pictures, options={"g": "250"})
    policy = f"sampling: {{frames_per_section: 3, shots: {mode}}}\n"
    folder = data_folder(tmp_path / "data", [clip], policy)
    (source,) = all_sources(folder).sources
    with open_instance(folder) as instance:
        register_videos(instance, [source])
        for asset in ("raw_videos", "sampled_frames"):
            assert materialise(folder, asset, instance, source.video_id).success
    frames = Lake(folder).read(tables.SAMPLED_FRAMES, source.video_id)
    assert frames["shot"].to_list() == shots
