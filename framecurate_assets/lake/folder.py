"""The data folder: the one place that knows the name of every folder and file in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT_VARIABLE = "FRAMECURATE_DATA"


@dataclass(frozen=True)
class DataFolder:
    """Everything that the pipeline makes is under `root`; tables carry paths relative to it."""

    root: Path

    @classmethod
    def from_environment(cls) -> DataFolder:
        """`FRAMECURATE_DATA`, or `./data`, as an absolute path."""
        return cls(Path(os.environ.get(ENVIRONMENT_VARIABLE) or "data").resolve())

    @property
    def sources_file(self) -> Path:
        """What to ingest: written by `framecurate add`, editable by hand."""
        return self.root / "sources.yaml"

    @property
    def policy_file(self) -> Path:
        """Thresholds that differ from the defaults; may be absent."""
        return self.root / "policy.yaml"

    @property
    def inbox(self) -> Path:
        """Files dropped here are ingested."""
        return self.root / "inbox"

    @property
    def videos(self) -> Path:
        """Video files, `<video_id>.<ending>`."""
        return self.root / "videos"

    @property
    def all_frames(self) -> Path:
        """A folder of sampled frames a video."""
        return self.root / "frames"

    def frames(self, video_id: str) -> Path:
        """Sampled frames of a video, `<pts_ms>.jpg`."""
        return self.all_frames / video_id

    @property
    def all_faces(self) -> Path:
        """A folder of crops a video."""
        return self.root / "faces"

    def faces(self, video_id: str) -> Path:
        """Crops of a video's candidates, `<face_id>.jpg`."""
        return self.all_faces / video_id

    @property
    def all_sequences(self) -> Path:
        """A folder of temporal sequences a video."""
        return self.root / "sequences"

    def sequences(self, video_id: str) -> Path:
        """Crops of the frames that were decoded around a video's best moments, `<face_id>.jpg`."""
        return self.all_sequences / video_id

    @property
    def corrections(self) -> Path:
        """What people said about persons and faces: one JSON object a line, only ever added to."""
        return self.root / "corrections.jsonl"

    @property
    def people_lock(self) -> Path:
        """Held by the one process that is working out who is who."""
        return self.root / ".people.lock"

    @property
    def dataset(self) -> Path:
        """What the pipeline is for: a folder a person."""
        return self.root / "dataset"

    @property
    def tables(self) -> Path:
        """The Parquet tables."""
        return self.root / "lake"

    @property
    def sheets(self) -> Path:
        """The contact sheets."""
        return self.root / "sheets"

    def sheet(self, table: str, video_id: str | None = None) -> Path:
        """The contact sheet of a materialisation."""
        name = f"{table}.webp" if video_id is None else f"{table}/{video_id}.webp"
        return self.sheets / name

    @property
    def catalog(self) -> Path:
        """A DuckDB file of views over the tables, for people who want to look."""
        return self.root / "catalog.duckdb"

    @property
    def questions(self) -> Path:
        """Copies of what is being asked for, while it is: hidden, and gone with the process that asks."""
        return self.root / "questions"

    @property
    def dagster_home(self) -> Path:
        """Dagster's run history and logs."""
        return self.root / "dagster"

    @property
    def erasure(self) -> Path:
        """What `framecurate forget` is about to erase, until it is done."""
        return self.root / ".erasure.json"

    def begun(self, stage: str, video_id: str) -> Path:
        """A mark that a stage of a video is being made."""
        return self.root / ".begun" / f"{stage}@{video_id}"

    @property
    def models(self) -> Path:
        """Weights that `framecurate models fetch` brought."""
        return self.root / "models"

    def relative(self, path: Path) -> str:
        """A path inside the folder as tables carry it: relative, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def absolute(self, relative: str) -> Path:
        """A path as tables carry it -> where it lies now."""
        return self.root / relative
